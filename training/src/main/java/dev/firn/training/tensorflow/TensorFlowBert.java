package dev.firn.training.tensorflow;

import static java.util.Objects.requireNonNull;

import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.EncoderFamily;
import dev.firn.training.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bundle of BERT's variables under the names and in the layout of Hugging Face: matrices, which TensorFlow keeps as
 * {@code [in, out]}, are given as {@code [out, in]}. What else a bundle holds (an optimiser's moments, another task's layer) is left
 * out.
 */
public final class TensorFlowBert implements TensorSource {
    private static final Pattern VARIABLE = Pattern.compile("(?:.*/)?(bert|cls/predictions)/(.+/)?([a-z_A-Z]+)");
    private static final Pattern LAYER = Pattern.compile("layer_(\\d+)");
    private static final String WORDS = "embeddings.word_embeddings.weight";
    // All of the published models: their saved form does not say
    private static final int HEAD_WIDTH = 64;
    // Rows and columns of the part of a matrix that is turned at a time, so that both sides stay in the cache
    private static final int TILE = 32;

    private record Variable(String name, boolean kernel) {}

    private final TensorFlowBundle bundle;
    private final Map<String, Variable> variables = new LinkedHashMap<>();

    private TensorFlowBert(TensorFlowBundle bundle) throws IOException {
        this.bundle = requireNonNull(bundle, "bundle is null");
        for (String variable : bundle.names()) {
            Matcher matcher = VARIABLE.matcher(variable);
            if (matcher.matches()) {
                Optional<String> parameter = parameter(matcher.group(3));
                if (parameter.isPresent()) {
                    String inner =
                            matcher.group(2) == null ? "" : matcher.group(2).replace('/', '.');
                    String name = (matcher.group(1).equals("bert") ? "" : "cls.predictions.")
                            + LAYER.matcher(inner).replaceAll("layer.$1")
                            + parameter.get();
                    Variable before = variables.put(
                            name, new Variable(variable, matcher.group(3).equals("kernel")));
                    if (before != null) {
                        throw new IOException(bundle.place(variable) + " holds both " + before.name() + " and "
                                + variable + "; only one model can be read");
                    }
                }
            }
        }
    }

    private static Optional<String> parameter(String last) {
        return switch (last) {
            case "kernel", "gamma" -> Optional.of("weight");
            case "bias", "beta", "output_bias" -> Optional.of("bias");
            case "word_embeddings", "position_embeddings", "token_type_embeddings" -> Optional.of(last + ".weight");
            default -> Optional.empty();
        };
    }

    /**
     * Opens a bundle.
     *
     * @param index the bundle's index file
     * @throws IOException when a file is missing or broken, or holds two models
     */
    public static TensorFlowBert open(Path index) throws IOException {
        TensorFlowBundle bundle = TensorFlowBundle.open(index);
        try {
            return new TensorFlowBert(bundle);
        } catch (IOException | RuntimeException e) {
            bundle.close();
            throw e;
        }
    }

    /**
     * The encoder's shape, as the shapes of the variables tell it; heads are taken to be 64 wide, as in every published model.
     *
     * @throws IOException when a variable that tells it is missing
     */
    public EncoderConfiguration configuration() throws IOException {
        int hidden = dimension(WORDS, 1);
        int layers = 0;
        while (contains("encoder.layer." + layers + ".output.dense.bias")) {
            layers++;
        }
        try {
            return new EncoderConfiguration(
                    EncoderFamily.BERT,
                    dimension(WORDS, 0),
                    hidden,
                    layers,
                    Math.max(1, hidden / HEAD_WIDTH),
                    dimension("encoder.layer.0.intermediate.dense.bias", 0),
                    dimension("embeddings.position_embeddings.weight", 0),
                    dimension("embeddings.token_type_embeddings.weight", 0),
                    0,
                    1e-12,
                    0.02);
        } catch (IllegalArgumentException e) {
            throw new IOException(place(WORDS) + " holds no BERT that is supported: " + e.getMessage(), e);
        }
    }

    private int dimension(String name, int axis) throws IOException {
        List<Long> shape = shape(name).orElseThrow(() -> new IOException(place(name) + " lacks " + name));
        if (axis >= shape.size() || shape.get(axis) > Integer.MAX_VALUE) {
            throw new IOException(place(name) + ": " + name + " has shape " + shape);
        }
        return shape.get(axis).intValue();
    }

    @Override
    public List<String> names() {
        return List.copyOf(variables.keySet());
    }

    @Override
    public Optional<List<Long>> shape(String name) {
        Variable variable = variables.get(name);
        return variable == null
                ? Optional.empty()
                : bundle.shape(variable.name()).map(shape -> variable.kernel() ? shape.reversed() : shape);
    }

    @Override
    public void read(String name, MemorySegment target) throws IOException {
        Variable variable = variables.get(name);
        if (variable == null) {
            throw new IOException(place(name) + " has no variable for " + name);
        }
        List<Long> shape = bundle.shape(variable.name()).orElseThrow();
        if (!variable.kernel() || shape.size() != 2) {
            bundle.read(variable.name(), target);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment kernel = arena.allocate(target.byteSize(), Float.BYTES);
            bundle.read(variable.name(), kernel);
            transpose(kernel, shape.get(0), shape.get(1), target);
        }
    }

    private static void transpose(MemorySegment source, long rows, long columns, MemorySegment target) {
        for (long top = 0; top < rows; top += TILE) {
            for (long left = 0; left < columns; left += TILE) {
                for (long row = top; row < Math.min(top + TILE, rows); row++) {
                    for (long column = left; column < Math.min(left + TILE, columns); column++) {
                        target.setAtIndex(
                                ValueLayout.JAVA_FLOAT_UNALIGNED,
                                column * rows + row,
                                source.getAtIndex(ValueLayout.JAVA_FLOAT, row * columns + column));
                    }
                }
            }
        }
    }

    @Override
    public Path place(String name) {
        Variable variable = variables.get(name);
        return bundle.place(variable == null ? name : variable.name());
    }

    @Override
    public void close() throws IOException {
        bundle.close();
    }
}
