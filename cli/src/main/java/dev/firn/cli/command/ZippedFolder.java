package dev.firn.cli.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The files that a model consists of, as a zip that is made while it is read: nothing of it is held but a small buffer. Weights hardly
 * compress, so nothing is compressed.
 */
final class ZippedFolder extends InputStream {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int DEPTH = 2;
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

    private static final String WEIGHTS = ".safetensors";
    private static final String PICKLE = "pytorch_model.bin";

    private final Path folder;
    private final List<Path> files;
    private final Deque<Path> left;
    private final ByteArrayOutputStream made = new ByteArrayOutputStream(BUFFER_BYTES * 2);
    private final ZipOutputStream zip = new ZipOutputStream(made);
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private byte[] ready = new byte[0];
    private int given;
    private InputStream current;
    private boolean finished;

    private ZippedFolder(Path folder, List<Path> files) {
        this.folder = folder;
        this.files = List.copyOf(files);
        this.left = new ArrayDeque<>(files);
        zip.setLevel(Deflater.NO_COMPRESSION);
    }

    /**
     * Looks for the files.
     *
     * @throws InputException when the folder is none, or holds no model
     */
    static ZippedFolder of(Path folder) throws IOException {
        if (Files.isRegularFile(folder)) {
            throw new InputException(folder + " is a file; a model is a folder");
        }
        if (!Files.isDirectory(folder)) {
            throw new InputException("there is no folder " + folder);
        }
        List<Path> files;
        // Hugging Face keeps its downloads as links
        try (Stream<Path> all = Files.walk(folder, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
            files = all.filter(Files::isRegularFile)
                    .filter(file -> TEXTS.contains(file.getFileName().toString())
                            || file.getFileName().toString().endsWith(WEIGHTS))
                    .sorted()
                    .toList();
        }
        if (files.stream().noneMatch(file -> file.endsWith("config.json"))) {
            throw new InputException(folder + " holds no model: there is no config.json");
        }
        if (files.stream().noneMatch(file -> file.getFileName().toString().endsWith(WEIGHTS))) {
            throw new InputException(folder + " holds no weights: there is no model.safetensors"
                    + (Files.isRegularFile(folder.resolve(PICKLE))
                            ? "; " + PICKLE + " is not read, save the model as safetensors first"
                            : ""));
        }
        return new ZippedFolder(folder, files);
    }

    /** How many files there are. */
    int count() {
        return files.size();
    }

    /** How many bytes they have together. */
    long bytes() throws IOException {
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        while (given == ready.length) {
            if (finished) {
                return -1;
            }
            make();
            ready = made.toByteArray();
            made.reset();
            given = 0;
        }
        int count = Math.min(length, ready.length - given);
        System.arraycopy(ready, given, target, offset, count);
        given += count;
        return count;
    }

    private void make() throws IOException {
        if (current == null) {
            Path next = left.poll();
            if (next == null) {
                zip.finish();
                finished = true;
                return;
            }
            zip.putNextEntry(new ZipEntry(folder.relativize(next).toString().replace('\\', '/')));
            current = Files.newInputStream(next);
        }
        int read = current.read(buffer);
        if (read < 0) {
            current.close();
            current = null;
            zip.closeEntry();
        } else {
            zip.write(buffer, 0, read);
        }
    }

    @Override
    public void close() throws IOException {
        if (current != null) {
            current.close();
        }
        zip.close();
    }
}
