package dev.firn.training.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Writes fp32 safetensors files, tensor by tensor. Equal input gives equal bytes. */
public final class SafetensorsWriter {
    private static final int ALIGNMENT = 8;
    private static final long SLICE_BYTES = 1 << 24;

    private SafetensorsWriter() {}

    /**
     * One tensor.
     *
     * @param values little-endian floats, as many as the shape says
     */
    public record Item(String name, List<Long> shape, MemorySegment values) {
        public Item {
            shape = List.copyOf(shape);
            long count = shape.stream().reduce(1L, Math::multiplyExact);
            if (values.byteSize() != count * Float.BYTES) {
                throw new IllegalArgumentException("tensor " + name + " of shape " + shape + " cannot have "
                        + values.byteSize() / Float.BYTES + " values");
            }
        }
    }

    /**
     * Writes a file, replacing what was there.
     *
     * @param metadata texts for the header's {@code __metadata__}
     * @throws IllegalArgumentException when two items have one name
     */
    public static void write(Path path, List<Item> items, Map<String, String> metadata) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode header = mapper.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = header.putObject("__metadata__");
            new TreeMap<>(metadata).forEach(texts::put);
        }
        long place = 0;
        Set<String> names = new HashSet<>();
        for (Item item : items) {
            if (!names.add(item.name())) {
                throw new IllegalArgumentException("two tensors are named " + item.name());
            }
            ObjectNode entry = header.putObject(item.name());
            entry.put("dtype", "F32");
            item.shape().forEach(entry.putArray("shape")::add);
            long end = place + item.values().byteSize();
            entry.putArray("data_offsets").add(place).add(end);
            place = end;
        }
        byte[] json = mapper.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer head = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(padded).put(json);
        while (head.hasRemaining()) {
            head.put((byte) ' ');
        }
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            writeFully(channel, head.flip());
            for (Item item : items) {
                long size = item.values().byteSize();
                for (long done = 0; done < size; done += SLICE_BYTES) {
                    writeFully(
                            channel,
                            item.values()
                                    .asSlice(done, Math.min(SLICE_BYTES, size - done))
                                    .asByteBuffer());
                }
            }
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
