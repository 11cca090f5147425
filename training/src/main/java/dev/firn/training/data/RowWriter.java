package dev.firn.training.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes records of numbers of 32 bits to one file a source. */
final class RowWriter implements AutoCloseable {
    /** What one mapped buffer can hold. */
    private static final int MOST_NUMBERS = (1 << 29) - 1;

    private final Path folder;
    private final String kind;
    private final Map<String, Open> sources = new LinkedHashMap<>();

    /** Writes files of a kind, pairs or negatives, into a prepared dataset's folder. */
    RowWriter(Path folder, String kind) {
        this.folder = folder;
        this.kind = kind;
    }

    private static final class Open {
        private final Path file;
        private final OutputStream stream;
        private int numbers;

        private Open(Path file) throws IOException {
            this.file = file;
            this.stream = LittleEndian.create(file);
        }
    }

    void add(String source, int... record) throws IOException {
        Open open = sources.get(source);
        if (open == null) {
            open = new Open(folder.resolve(kind).resolve(sources.size() + ".part"));
            sources.put(source, open);
        }
        if (open.numbers > MOST_NUMBERS - record.length) {
            throw new IllegalStateException(
                    "source %s has more than %,d %s".formatted(source, open.numbers / record.length, kind));
        }
        open.numbers += record.length;
        for (int number : record) {
            LittleEndian.writeInt(open.stream, number);
        }
    }

    /**
     * Ends all files and gives them their final names.
     *
     * @param names of the dataset's sources, whose order numbers the files; what belongs to none of them is deleted
     */
    void finish(List<String> names) throws IOException {
        close();
        for (Map.Entry<String, Open> source : sources.entrySet()) {
            int index = names.indexOf(source.getKey());
            if (index < 0) {
                Files.delete(source.getValue().file);
            } else {
                Files.move(source.getValue().file, DatasetFiles.rowFile(folder, kind, index, source.getKey()));
            }
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
