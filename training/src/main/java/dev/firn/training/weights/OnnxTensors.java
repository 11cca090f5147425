package dev.firn.training.weights;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The weights inside an ONNX graph that PyTorch's exporter wrote for a BERT, under the names that they had in PyTorch. The exporter
 * keeps the names of biases, norms and tables; matrices it transposes and calls {@code onnx::MatMul_NNN}, so those are named after
 * the nodes that multiply by them. Only 32-bit floats that lie in the file itself are seen.
 */
public final class OnnxTensors implements TensorSource {
    // Field numbers of onnx.proto
    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int NODE_INPUT = 1;
    private static final int NODE_NAME = 3;
    private static final int NODE_OPERATOR = 4;
    private static final int TENSOR_DIMENSIONS = 1;
    private static final int TENSOR_TYPE = 2;
    private static final int TENSOR_NAME = 8;
    private static final int TENSOR_RAW = 9;
    private static final int FLOAT = 1;

    private record Stored(List<Long> shape, ByteBuffer raw, boolean transposed) {}

    private final Path file;
    private final Map<String, Stored> tensors = new LinkedHashMap<>();

    /**
     * Opens a model.
     *
     * @throws IOException when the file cannot be read or is no ONNX model
     */
    public OnnxTensors(Path file) throws IOException {
        this.file = requireNonNull(file, "file is null");
        ByteBuffer model;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new IOException(file + " is larger than " + Integer.MAX_VALUE + " bytes");
            }
            model = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }
        try {
            collect(model);
        } catch (BufferUnderflowException | IndexOutOfBoundsException | ArithmeticException e) {
            throw new IOException(file + " is no ONNX model, or a cut one", e);
        }
        if (tensors.isEmpty()) {
            throw new IOException(file + " is no ONNX model with weights of 32-bit floats");
        }
    }

    private void collect(ByteBuffer model) {
        Map<String, Stored> initialisers = new LinkedHashMap<>();
        Map<String, String> nodeOfMatrix = new LinkedHashMap<>();
        fields(model, (field, graph) -> {
            if (field == MODEL_GRAPH) {
                fields(graph, (part, content) -> {
                    if (part == GRAPH_INITIALIZER) {
                        initialiser(content, initialisers);
                    } else if (part == GRAPH_NODE) {
                        node(content, nodeOfMatrix);
                    }
                });
            }
        });
        initialisers.forEach((name, stored) -> {
            String node = nodeOfMatrix.get(name);
            if (node == null) {
                tensors.put(name, stored);
            } else if (stored.shape().size() != 2) {
                throw new IndexOutOfBoundsException("a factor of a product that is no matrix");
            } else {
                String module =
                        node.substring(1, node.length() - "/MatMul".length()).replace('/', '.');
                tensors.put(module + ".weight", new Stored(stored.shape().reversed(), stored.raw(), true));
            }
        });
    }

    private static void initialiser(ByteBuffer content, Map<String, Stored> initialisers) {
        List<Long> shape = new ArrayList<>();
        String[] name = {""};
        ByteBuffer[] raw = {ByteBuffer.allocate(0)};
        long[] type = {0};
        fields(content, (field, value) -> {
            switch (field) {
                case TENSOR_DIMENSIONS -> {
                    while (value.hasRemaining()) {
                        shape.add(number(value));
                    }
                }
                case TENSOR_TYPE -> type[0] = number(value);
                case TENSOR_NAME -> name[0] = text(value);
                case TENSOR_RAW -> raw[0] = value;
                default -> {}
            }
        });
        if (type[0] == FLOAT) {
            initialisers.put(name[0], new Stored(shape, raw[0], false));
        }
    }

    private static void node(ByteBuffer content, Map<String, String> nodeOfMatrix) {
        List<String> inputs = new ArrayList<>();
        String[] names = {"", ""};
        fields(content, (field, value) -> {
            switch (field) {
                case NODE_INPUT -> inputs.add(text(value));
                case NODE_NAME -> names[0] = text(value);
                case NODE_OPERATOR -> names[1] = text(value);
                default -> {}
            }
        });
        if (names[1].equals("MatMul") && inputs.get(1).startsWith("onnx::")) {
            nodeOfMatrix.put(inputs.get(1), names[0]);
        }
    }

    /** Hands out each field of a protobuf message; a number as the bytes that spell it. */
    private static void fields(ByteBuffer message, BiConsumer<Integer, ByteBuffer> consumer) {
        ByteBuffer rest = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (rest.hasRemaining()) {
            long tag = number(rest);
            int length = switch ((int) (tag & 7)) {
                case 0 -> {
                    int start = rest.position();
                    number(rest);
                    int end = rest.position();
                    rest.position(start);
                    yield end - start;
                }
                case 1 -> Long.BYTES;
                case 2 -> Math.toIntExact(number(rest));
                case 5 -> Integer.BYTES;
                default -> throw new IndexOutOfBoundsException("not a protobuf message");
            };
            consumer.accept((int) (tag >>> 3), rest.slice(rest.position(), length));
            rest.position(rest.position() + length);
        }
    }

    private static long number(ByteBuffer bytes) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = bytes.get();
            value |= (long) (next & 127) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IndexOutOfBoundsException("a number of more than 64 bits");
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    @Override
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    @Override
    public Optional<List<Long>> shape(String name) {
        return Optional.ofNullable(tensors.get(name)).map(Stored::shape);
    }

    @Override
    public void read(String name, MemorySegment target) throws IOException {
        Stored stored = tensors.get(name);
        if (stored == null) {
            throw new IOException(file + " has no tensor " + name);
        }
        if (stored.raw().remaining() != target.byteSize()) {
            throw new IOException("%s in %s holds %d bytes instead of %d"
                    .formatted(name, file, stored.raw().remaining(), target.byteSize()));
        }
        if (!stored.transposed()) {
            MemorySegment.copy(MemorySegment.ofBuffer(stored.raw()), 0, target, 0, target.byteSize());
            return;
        }
        FloatBuffer values =
                stored.raw().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        int out = Math.toIntExact(stored.shape().get(0));
        int in = Math.toIntExact(stored.shape().get(1));
        for (int i = 0; i < in; i++) {
            for (int o = 0; o < out; o++) {
                target.setAtIndex(ValueLayout.JAVA_FLOAT, (long) o * in + i, values.get(i * out + o));
            }
        }
    }

    @Override
    public Path place(String name) {
        return file;
    }

    @Override
    public void close() {}
}
