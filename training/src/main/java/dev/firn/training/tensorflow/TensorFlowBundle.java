package dev.firn.training.tensorflow;

import static java.util.Objects.requireNonNull;

import dev.firn.training.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A bundle of variables: an index file, and beside it data files that are read through a small buffer. */
public final class TensorFlowBundle implements TensorSource {
    /** The index file of a saved model's variables. */
    public static final String INDEX = "variables.index";

    private static final String INDEX_SUFFIX = ".index";
    private static final int LARGEST_INDEX = 64 << 20;
    private static final int MOST_SHARDS = 1000;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int FLOAT_TYPE = 1;
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** One variable: where its bytes lie, and their masked CRC-32C. */
    private record Entry(long type, List<Long> shape, int shard, long offset, long bytes, int checksum) {}

    private final Path index;
    private final List<Path> files;
    private final List<FileChannel> channels;
    private final Map<String, Entry> entries;

    private TensorFlowBundle(Path index, List<Path> files, List<FileChannel> channels, Map<String, Entry> entries) {
        this.index = index;
        this.files = files;
        this.channels = channels;
        this.entries = entries;
    }

    /**
     * Opens a bundle and holds its index against its data files.
     *
     * @param index a file whose name ends in {@code .index}
     * @throws IOException when a file is missing, cut off, or the index is not one
     */
    public static TensorFlowBundle open(Path index) throws IOException {
        requireNonNull(index, "index is null");
        Map<String, ByteBuffer> table;
        long size = Files.size(index);
        if (size > LARGEST_INDEX) {
            throw new IOException(index + " is larger than " + LARGEST_INDEX + " bytes");
        }
        List<FileChannel> channels = new ArrayList<>();
        String name = "";
        try {
            table = SortedTable.read(ByteBuffer.wrap(Files.readAllBytes(index)));
            List<Path> files = shards(index, table.remove(""));
            for (Path file : files) {
                if (!Files.isRegularFile(file)) {
                    throw new IOException(index + " needs a file that is not there: " + file.getFileName());
                }
                channels.add(FileChannel.open(file, StandardOpenOption.READ));
            }
            Map<String, Entry> entries = new LinkedHashMap<>();
            for (Map.Entry<String, ByteBuffer> variable : table.entrySet()) {
                name = variable.getKey();
                Entry entry = entry(variable.getValue());
                check(entry, files, channels);
                entries.put(name, entry);
            }
            return new TensorFlowBundle(index, files, channels, entries);
        } catch (IllegalArgumentException e) {
            close(channels);
            throw new IOException(index + (name.isEmpty() ? "" : ": variable " + name) + " " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            close(channels);
            throw e;
        }
    }

    private static List<Path> shards(Path index, ByteBuffer header) throws IOException {
        long[] values = {1, 0};
        if (header == null) {
            throw new IOException(index + " has no header");
        }
        Wire.fields(header, (field, number, bytes) -> {
            if (field == 1 || field == 2) {
                values[field - 1] = number;
            }
        });
        if (values[0] < 1 || values[0] > MOST_SHARDS) {
            throw new IllegalArgumentException("speaks of " + values[0] + " data files");
        }
        if (values[1] != 0) {
            throw new IllegalArgumentException("has data with the highest byte first, which is not supported");
        }
        String stem = index.getFileName().toString();
        if (!stem.endsWith(INDEX_SUFFIX)) {
            throw new IllegalArgumentException("must have a name that ends in " + INDEX_SUFFIX);
        }
        stem = stem.substring(0, stem.length() - INDEX_SUFFIX.length());
        List<Path> files = new ArrayList<>();
        for (int shard = 0; shard < values[0]; shard++) {
            files.add(index.resolveSibling(String.format(Locale.ROOT, "%s.data-%05d-of-%05d", stem, shard, values[0])));
        }
        return files;
    }

    private static Entry entry(ByteBuffer message) {
        long[] numbers = new long[7];
        List<Long> shape = new ArrayList<>();
        Wire.fields(message, (field, number, bytes) -> {
            if (field == 2) {
                shape(bytes, shape);
            } else if (field == 7) {
                throw new IllegalArgumentException("is partitioned, which is not supported");
            } else if (field > 0 && field < numbers.length) {
                numbers[field] = number;
            }
        });
        if (numbers[3] < 0 || numbers[3] > MOST_SHARDS) {
            throw new IllegalArgumentException("lies in data file " + numbers[3]);
        }
        return new Entry(numbers[1], shape, (int) numbers[3], numbers[4], numbers[5], (int) numbers[6]);
    }

    private static void shape(ByteBuffer message, List<Long> shape) {
        Wire.fields(message, (field, number, dimension) -> {
            if (field == 2) {
                // A dimension of 0 is spelled by leaving it out
                long[] size = {0};
                Wire.fields(dimension, (part, value, none) -> {
                    if (part == 1) {
                        size[0] = value;
                    }
                });
                shape.add(size[0]);
            } else if (field == 3 && number != 0) {
                throw new IllegalArgumentException("has no shape");
            }
        });
    }

    private static void check(Entry entry, List<Path> files, List<FileChannel> channels) throws IOException {
        long values = 1;
        for (long size : entry.shape()) {
            if (size < 0 || (size > 0 && values > Long.MAX_VALUE / 8 / size)) {
                throw new IllegalArgumentException("has shape " + entry.shape() + ", which cannot be");
            }
            values *= size;
        }
        if (entry.shard() >= files.size()) {
            throw new IllegalArgumentException("lies in data file " + entry.shard() + " of " + files.size());
        }
        long fileBytes = channels.get(entry.shard()).size();
        if (entry.offset() < 0 || entry.bytes() < 0 || entry.bytes() > fileBytes - entry.offset()) {
            throw new IllegalArgumentException(
                    "lies at " + entry.offset() + " with " + entry.bytes() + " bytes, outside of "
                            + files.get(entry.shard()).getFileName() + " with its " + fileBytes
                            + "; the file is cut off or the index is wrong");
        }
        if (entry.type() == FLOAT_TYPE && entry.bytes() != values * Float.BYTES) {
            throw new IllegalArgumentException(
                    "of shape " + entry.shape() + " cannot have " + entry.bytes() + " bytes");
        }
    }

    @Override
    public List<String> names() {
        return List.copyOf(entries.keySet());
    }

    @Override
    public Optional<List<Long>> shape(String name) {
        return Optional.ofNullable(entries.get(name)).map(Entry::shape);
    }

    @Override
    public void read(String name, MemorySegment target) throws IOException {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IOException(index + " has no variable " + name);
        }
        Path file = files.get(entry.shard());
        if (entry.type() != FLOAT_TYPE) {
            throw new IOException(
                    file + ": variable " + name + " is of type " + entry.type() + ", not single precision");
        }
        if (target.byteSize() != entry.bytes()) {
            throw new IOException(file + ": variable " + name + " has " + entry.bytes() / Float.BYTES + " values, "
                    + target.byteSize() / Float.BYTES + " are wanted");
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(BUFFER_BYTES, Math.max(1, entry.bytes())));
        MemorySegment bytes = MemorySegment.ofBuffer(buffer);
        Checksum checksum = new Checksum();
        for (long done = 0; done < entry.bytes(); ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), entry.bytes() - done));
            while (buffer.hasRemaining()) {
                if (channels.get(entry.shard()).read(buffer, entry.offset() + done + buffer.position()) < 0) {
                    throw new IOException(file + " ends in the middle of variable " + name);
                }
            }
            checksum.update(buffer.flip());
            MemorySegment.copy(
                    bytes, FLOAT, 0, target, ValueLayout.JAVA_FLOAT_UNALIGNED, done, buffer.limit() / Float.BYTES);
            done += buffer.limit();
        }
        if (checksum.masked() != entry.checksum()) {
            throw new IOException(file + ": variable " + name + " is damaged: its checksum differs");
        }
    }

    @Override
    public Path place(String name) {
        Entry entry = entries.get(name);
        return entry == null ? index : files.get(entry.shard());
    }

    @Override
    public void close() throws IOException {
        close(channels);
    }

    private static void close(List<FileChannel> channels) throws IOException {
        for (FileChannel channel : channels) {
            channel.close();
        }
    }
}
