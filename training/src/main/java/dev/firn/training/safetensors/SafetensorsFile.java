package dev.firn.training.safetensors;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.training.json.JsonFault;
import dev.firn.training.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A safetensors file, read tensor by tensor through a small buffer. */
public final class SafetensorsFile implements TensorSource {
    /** About 150,000 tensors. */
    private static final long LARGEST_HEADER = 16 << 20;

    private static final int BUFFER_BYTES = 1 << 20;
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The types of the format, by their names there. */
    private enum Type {
        BOOL(1),
        U8(1),
        I8(1),
        F8_E5M2(1),
        F8_E4M3(1),
        U16(2),
        I16(2),
        F16(2),
        BF16(2),
        U32(4),
        I32(4),
        F32(4),
        U64(8),
        I64(8),
        F64(8),
        C64(8);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }
    }

    private record Entry(Type type, List<Long> shape, long begin, long end) {}

    private final Path path;
    private final FileChannel channel;
    private final long dataStart;
    private final Map<String, Entry> entries;

    private SafetensorsFile(Path path, FileChannel channel, long dataStart, Map<String, Entry> entries) {
        this.path = path;
        this.channel = channel;
        this.dataStart = dataStart;
        this.entries = entries;
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws IOException when the file is missing, cut off, or its header is not one
     */
    public static SafetensorsFile open(Path path) throws IOException {
        requireNonNull(path, "path is null");
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            long size = channel.size();
            if (size < 8) {
                throw new IOException(path + " is no safetensors file: " + size + " bytes");
            }
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            readFully(path, channel, length, 0);
            long headerBytes = length.flip().getLong();
            if (headerBytes < 2 || headerBytes > Math.min(LARGEST_HEADER, size - 8)) {
                throw new IOException(
                        path + " is no safetensors file: a header of " + headerBytes + " bytes in a file of " + size);
            }
            ByteBuffer header = ByteBuffer.allocate((int) headerBytes);
            readFully(path, channel, header, 8);
            long dataStart = 8 + headerBytes;
            Map<String, Entry> entries =
                    parse(path, new String(header.array(), StandardCharsets.UTF_8), size - dataStart);
            return new SafetensorsFile(path, channel, dataStart, entries);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static Map<String, Entry> parse(Path path, String header, long dataBytes) throws IOException {
        JsonNode root;
        try {
            root = new ObjectMapper()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .readTree(header);
        } catch (JsonProcessingException e) {
            throw new IOException(path + ": the header is not JSON: " + JsonFault.said(e), e);
        }
        if (!root.isObject()) {
            throw new IOException(path + ": the header is not an object");
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (!field.getKey().equals("__metadata__")) {
                entries.put(field.getKey(), parseEntry(path, field.getKey(), field.getValue(), dataBytes));
            }
        }
        checkPlaces(path, entries, dataBytes);
        return entries;
    }

    private static Entry parseEntry(Path path, String name, JsonNode node, long dataBytes) throws IOException {
        JsonNode shapeNode = node.path("shape");
        JsonNode places = node.path("data_offsets");
        if (!shapeNode.isArray() || !places.isArray() || places.size() != 2) {
            throw new IOException(path + ": tensor " + name + " has no shape or no data_offsets");
        }
        String typeName = node.path("dtype").asText("");
        Type type = Arrays.stream(Type.values())
                .filter(candidate -> candidate.name().equals(typeName))
                .findFirst()
                .orElseThrow(() -> new IOException(
                        path + ": tensor " + name + " is of type '" + typeName + "', which is none of the format's"));
        long[] shape = new long[shapeNode.size()];
        long values = 1;
        for (int i = 0; i < shape.length; i++) {
            JsonNode dimension = shapeNode.get(i);
            if (!dimension.isIntegralNumber() || !dimension.canConvertToLong() || dimension.longValue() < 0) {
                throw new IOException(path + ": tensor " + name + " has shape " + shapeNode);
            }
            shape[i] = dimension.longValue();
            if (shape[i] != 0 && values > Long.MAX_VALUE / 8 / shape[i]) {
                throw new IOException(path + ": tensor " + name + " has shape " + shapeNode + ", more than can be");
            }
            values *= shape[i];
        }
        for (JsonNode place : places) {
            if (!place.isIntegralNumber() || !place.canConvertToLong()) {
                throw new IOException(path + ": tensor " + name + " has data_offsets " + places);
            }
        }
        long begin = places.get(0).asLong();
        long end = places.get(1).asLong();
        if (begin < 0 || end < begin || end > dataBytes) {
            throw new IOException(path + ": tensor " + name + " lies at " + begin + " to " + end + " of " + dataBytes
                    + " bytes; the file is cut off or its header is wrong");
        }
        if (end - begin != values * type.bytes) {
            throw new IOException(path + ": tensor " + name + " of type " + typeName + " and shape " + shapeNode
                    + " cannot have " + (end - begin) + " bytes");
        }
        return new Entry(type, Arrays.stream(shape).boxed().toList(), begin, end);
    }

    private static void checkPlaces(Path path, Map<String, Entry> entries, long dataBytes) throws IOException {
        List<Entry> inOrder = entries.values().stream()
                .sorted((a, b) -> Long.compare(a.begin(), b.begin()) != 0
                        ? Long.compare(a.begin(), b.begin())
                        : Long.compare(a.end(), b.end()))
                .toList();
        long place = 0;
        for (Entry entry : inOrder) {
            if (entry.begin() != place) {
                throw new IOException(path + ": tensors overlap or leave a gap at byte " + place);
            }
            place = entry.end();
        }
        if (place != dataBytes) {
            throw new IOException(path + ": " + (dataBytes - place) + " bytes belong to no tensor");
        }
    }

    /** Names of the tensors, in the order of the header. */
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
            throw new IOException(path + " has no tensor " + name);
        }
        if (entry.type() != Type.F32 && entry.type() != Type.F16 && entry.type() != Type.BF16) {
            throw new IOException(path + ": tensor " + name + " is of type " + entry.type() + ", not F32, F16 or BF16");
        }
        int width = entry.type().bytes;
        long values = (entry.end() - entry.begin()) / width;
        if (target.byteSize() != values * Float.BYTES) {
            throw new IOException(path + ": tensor " + name + " has " + values + " values, "
                    + target.byteSize() / Float.BYTES + " are wanted");
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(BUFFER_BYTES, Math.max(1, values * width)));
        MemorySegment bytes = MemorySegment.ofBuffer(buffer);
        long done = 0;
        while (done < values) {
            int count = (int) Math.min(values - done, BUFFER_BYTES / width);
            buffer.clear().limit(count * width);
            readFully(path, channel, buffer, dataStart + entry.begin() + done * width);
            if (entry.type() == Type.F32) {
                MemorySegment.copy(bytes, FLOAT, 0, target, ValueLayout.JAVA_FLOAT_UNALIGNED, done * width, count);
            } else {
                widen(bytes, entry.type() == Type.F16, count, target, done);
            }
            done += count;
        }
    }

    private static void widen(MemorySegment halves, boolean ieee, int count, MemorySegment target, long offset) {
        for (int i = 0; i < count; i++) {
            short half = halves.getAtIndex(SHORT, i);
            float value = ieee ? Float.float16ToFloat(half) : Float.intBitsToFloat(half << 16);
            target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + i, value);
        }
    }

    private static void readFully(Path path, FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, at);
            if (count < 0) {
                throw new IOException(path + " ends at byte " + at + ", in the middle");
            }
            at += count;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public Path place(String name) {
        return path;
    }
}
