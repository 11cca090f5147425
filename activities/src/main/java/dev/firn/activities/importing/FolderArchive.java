package dev.firn.activities.importing;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * The archive of a model's folder as it arrives: any size, read once and in order. Only the files that a model consists of are kept.
 */
final class FolderArchive {
    private static final int MOST_ENTRIES = 10_000;
    private static final long LARGEST_TEXT = 256L << 20;

    /** Weights shrink by a few per cent; what grows so much more than this is made to fill the disk. */
    private static final int LARGEST_RATIO = 100;

    private static final long ANY_RATIO_BYTES = 64L << 20;
    private static final int TAIL_BYTES = 1024;
    private static final byte[] END = {'P', 'K', 5, 6};
    private static final Pattern WEIGHTS = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*\\.safetensors");
    private static final Set<String> TEXTS = Set.of(
            "config.json",
            "model.safetensors.index.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "modules.json",
            "sentence_bert_config.json",
            "config_sentence_transformers.json",
            "README.md");

    private FolderArchive() {}

    /**
     * Unpacks an archive to its very end.
     *
     * @param archive a zip; not closed
     * @param folder exists and is empty
     * @throws ImportRefusedException when it is broken, cut off, or holds names that are none; what was written so far stays
     * @throws IOException when the archive stops coming, or the disk is full
     */
    static void unpack(InputStream archive, Path folder) throws IOException {
        TailStream source = new TailStream(archive);
        ZipInputStream zip = new ZipInputStream(source);
        int entries = 0;
        try {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries++;
                if (entries > MOST_ENTRIES) {
                    throw new ImportRefusedException("the archive has more than " + MOST_ENTRIES + " entries");
                }
                Path target = place(folder, entry.getName());
                String name = target.getFileName().toString();
                boolean weights = WEIGHTS.matcher(name).matches();
                if (!entry.isDirectory() && (weights || TEXTS.contains(name))) {
                    write(zip, source, target, entry.getName(), weights ? Long.MAX_VALUE : LARGEST_TEXT);
                }
            }
            // Where an archive was cut between two entries, nothing but its missing end tells
            source.transferTo(OutputStream.nullOutputStream());
        } catch (ZipException | EOFException e) {
            throw new ImportRefusedException("the archive is broken: " + e.getMessage(), e);
        }
        if (!source.endsWith(END)) {
            throw new ImportRefusedException("the archive is no zip, or is cut off");
        }
    }

    private static Path place(Path folder, String name) {
        try {
            Path place = folder.resolve(name).normalize();
            if (!name.isEmpty() && name.indexOf('\\') < 0 && place.startsWith(folder) && !place.equals(folder)) {
                return place;
            }
        } catch (InvalidPathException e) {
            throw new ImportRefusedException("the archive holds a name that is none: " + e.getReason(), e);
        }
        throw new ImportRefusedException("the archive holds a file that would lie outside of its folder: " + name);
    }

    private static void write(InputStream content, TailStream source, Path target, String name, long limit)
            throws IOException {
        Files.createDirectories(target.getParent());
        if (Files.exists(target)) {
            throw new ImportRefusedException("the archive holds " + name + " twice");
        }
        try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            byte[] buffer = new byte[1 << 16];
            long bytes = 0;
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                bytes += read;
                if (bytes > limit) {
                    throw new ImportRefusedException(name + " is larger than " + limit + " bytes");
                }
                source.written += read;
                if (source.written > ANY_RATIO_BYTES && source.written / LARGEST_RATIO > source.bytes) {
                    throw new ImportRefusedException(
                            "the archive unpacks to more than " + LARGEST_RATIO + " times its size");
                }
                out.write(buffer, 0, read);
            }
        }
    }

    /** Remembers the last bytes that went through. */
    private static final class TailStream extends FilterInputStream {
        private final byte[] tail = new byte[TAIL_BYTES];
        private long bytes;
        private long written;

        TailStream(InputStream source) {
            super(source);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            if (value >= 0) {
                tail[(int) (bytes % TAIL_BYTES)] = (byte) value;
                bytes++;
            }
            return value;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = super.read(target, offset, length);
            for (int i = Math.max(0, read - TAIL_BYTES); i < read; i++) {
                tail[(int) ((bytes + i) % TAIL_BYTES)] = target[offset + i];
            }
            bytes += Math.max(0, read);
            return read;
        }

        @Override
        public long skip(long wanted) throws IOException {
            return readNBytes((int) Math.min(wanted, TAIL_BYTES)).length;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        /** Whether these bytes are among the last. */
        boolean endsWith(byte[] wanted) {
            int length = (int) Math.min(bytes, TAIL_BYTES);
            for (long from = bytes - length; from <= bytes - wanted.length; from++) {
                boolean found = true;
                for (int i = 0; i < wanted.length; i++) {
                    found &= tail[(int) ((from + i) % TAIL_BYTES)] == wanted[i];
                }
                if (found) {
                    return true;
                }
            }
            return false;
        }
    }
}
