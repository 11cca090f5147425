package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Counts how many of many digests were there before. The digests lie on the disk, dealt out to files by their first
 * bits, and one file after the other is looked at: of a thousand million, 160 MB are in memory and 16 GB on the disk.
 */
final class RepeatCounter implements AutoCloseable {
    private static final int FILES = 256;
    private static final int BUFFER_BYTES = 1 << 13;

    private final Path folder;
    private final DataOutputStream[] streams = new DataOutputStream[FILES];
    private final long[] counts = new long[FILES];

    /**
     * A counter that has seen nothing.
     *
     * @param folder exists and is empty; what lies in it afterwards is of no use
     */
    RepeatCounter(Path folder) {
        this.folder = requireNonNull(folder, "folder is null");
    }

    void add(TextDigest digest) throws IOException {
        int file = (int) (digest.high() >>> 56);
        if (streams[file] == null) {
            streams[file] =
                    new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(path(file)), BUFFER_BYTES));
        }
        counts[file]++;
        streams[file].writeLong(digest.high());
        streams[file].writeLong(digest.low());
    }

    /** How many had been there before; nothing can be added any more. */
    long repeats() throws IOException {
        close();
        long repeats = 0;
        for (int file = 0; file < FILES; file++) {
            if (counts[file] > 1) {
                repeats += repeats(file);
            }
        }
        return repeats;
    }

    private long repeats(int file) throws IOException {
        DigestIndex seen = new DigestIndex();
        long repeats = 0;
        try (DataInputStream stream = new DataInputStream(new BufferedInputStream(Files.newInputStream(path(file))))) {
            for (long i = 0; i < counts[file]; i++) {
                if (seen.add(new TextDigest(stream.readLong(), stream.readLong())) != DigestIndex.ABSENT) {
                    repeats++;
                }
            }
        }
        return repeats;
    }

    private Path path(int file) {
        return folder.resolve(file + ".digests");
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (DataOutputStream stream : streams) {
            if (stream != null) {
                try {
                    stream.close();
                } catch (IOException e) {
                    failure = e;
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
