package dev.firn.training.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Writes pairs of rows, 32 bits each, to one file a source; files are numbered in the order of the sources' names. */
final class PairWriter implements AutoCloseable {
    /** What one mapped buffer can hold. */
    private static final int MOST_PAIRS = (1 << 28) - 1;

    private final Path folder;
    private final Map<String, Open> sources = new LinkedHashMap<>();

    PairWriter(Path folder) {
        this.folder = folder;
    }

    private static final class Open {
        private final Path file;
        private final OutputStream stream;
        private int pairs;

        private Open(Path file) throws IOException {
            this.file = file;
            this.stream = LittleEndian.create(file);
        }
    }

    void add(String source, int query, int document) throws IOException {
        Open open = sources.get(source);
        if (open == null) {
            open = new Open(folder.resolve("pairs").resolve(sources.size() + ".part"));
            sources.put(source, open);
        }
        if (open.pairs == MOST_PAIRS) {
            throw new IllegalStateException("source " + source + " has more than " + MOST_PAIRS + " pairs");
        }
        open.pairs++;
        LittleEndian.writeInt(open.stream, query);
        LittleEndian.writeInt(open.stream, document);
    }

    /** Ends all files and gives them their final names. */
    void finish() throws IOException {
        close();
        int index = 0;
        for (Map.Entry<String, Open> source : new TreeMap<>(sources).entrySet()) {
            Files.move(source.getValue().file, DatasetFiles.pairFile(folder, index++, source.getKey()));
        }
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (Open open : sources.values()) {
            try {
                open.stream.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
