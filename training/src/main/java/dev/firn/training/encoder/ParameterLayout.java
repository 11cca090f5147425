package dev.firn.training.encoder;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/**
 * Where each parameter lies in one flat run of floats: word, position (when learned) and type tables, the layers one after the other, the masked
 * language head at the end. Query, key and value projections lie next to each other, so that they are one matrix of three times
 * the width. Sections begin at multiples of 16 floats; what is between them stays 0.
 */
public final class ParameterLayout {
    private static final int ALIGNMENT = 16;

    /**
     * One parameter.
     *
     * @param name Hugging Face's, without the prefix of the family
     * @param decayed whether weight decay applies: to tables and matrices, not to biases and norms
     */
    public record Parameter(String name, long offset, List<Long> shape, boolean decayed) {
        public Parameter {
            requireNonNull(name, "name is null");
            shape = List.copyOf(shape);
        }

        /** Number of values. */
        public long length() {
            return shape.stream().reduce(1L, (a, b) -> a * b);
        }
    }

    private final EncoderConfiguration configuration;
    private final boolean maskedLanguageHead;
    private final List<Parameter> parameters = new ArrayList<>();
    private final long embeddingNorm;
    private final long firstLayer;
    private final long layerLength;
    private final long head;
    private long end;

    public ParameterLayout(EncoderConfiguration configuration, boolean maskedLanguageHead) {
        this.configuration = requireNonNull(configuration, "configuration is null");
        this.maskedLanguageHead = maskedLanguageHead;
        long hidden = configuration.hidden();
        long intermediate = configuration.intermediate();
        matrix("embeddings.word_embeddings.weight", configuration.vocabularySize(), hidden);
        align();
        switch (configuration.positionEncoding()) {
            case PositionEncoding.Learned() -> {
                matrix("embeddings.position_embeddings.weight", configuration.maximumPositions(), hidden);
                align();
            }
            case PositionEncoding.Rotary _ -> {}
        }
        this.embeddingNorm = end;
        matrix("embeddings.token_type_embeddings.weight", configuration.tokenTypes(), hidden);
        align();
        norm("embeddings.LayerNorm", hidden);
        this.firstLayer = end;
        for (int layer = 0; layer < configuration.layers(); layer++) {
            String prefix = "encoder.layer." + layer + ".";
            switch (configuration.family()) {
                case BERT, XLM_ROBERTA -> {
                    matrix(prefix + "attention.self.query.weight", hidden, hidden);
                    matrix(prefix + "attention.self.key.weight", hidden, hidden);
                    matrix(prefix + "attention.self.value.weight", hidden, hidden);
                    align();
                    vector(prefix + "attention.self.query.bias", hidden);
                    vector(prefix + "attention.self.key.bias", hidden);
                    vector(prefix + "attention.self.value.bias", hidden);
                    align();
                    linear(prefix + "attention.output.dense", hidden, hidden);
                    norm(prefix + "attention.output.LayerNorm", hidden);
                    linear(prefix + "intermediate.dense", intermediate, hidden);
                    linear(prefix + "output.dense", hidden, intermediate);
                    norm(prefix + "output.LayerNorm", hidden);
                }
                case GTE -> {
                    linear(prefix + "attention.qkv_proj", 3 * hidden, hidden);
                    linear(prefix + "attention.o_proj", hidden, hidden);
                    norm(prefix + "attn_ln", hidden);
                    matrix(prefix + "mlp.up_gate_proj.weight", 2 * intermediate, hidden);
                    align();
                    linear(prefix + "mlp.down_proj", hidden, intermediate);
                    norm(prefix + "mlp_ln", hidden);
                }
            }
        }
        this.layerLength = (end - firstLayer) / configuration.layers();
        this.head = end;
        if (maskedLanguageHead) {
            switch (configuration.family()) {
                case XLM_ROBERTA -> {
                    linear("lm_head.dense", hidden, hidden);
                    norm("lm_head.layer_norm", hidden);
                    vector("lm_head.bias", configuration.vocabularySize());
                }
                case BERT -> {
                    linear("cls.predictions.transform.dense", hidden, hidden);
                    norm("cls.predictions.transform.LayerNorm", hidden);
                    vector("cls.predictions.bias", configuration.vocabularySize());
                }
                case GTE -> {
                    linear("lm_head.dense", hidden, hidden);
                    norm("lm_head.norm", hidden);
                    vector("lm_head.decoder.bias", configuration.vocabularySize());
                }
            }
            align();
        }
    }

    private void linear(String name, long out, long in) {
        matrix(name + ".weight", out, in);
        align();
        vector(name + ".bias", out);
        align();
    }

    private void norm(String name, long width) {
        vector(name + ".weight", width);
        align();
        vector(name + ".bias", width);
        align();
    }

    private void matrix(String name, long rows, long columns) {
        add(name, List.of(rows, columns), true);
    }

    private void vector(String name, long length) {
        add(name, List.of(length), false);
    }

    private void add(String name, List<Long> shape, boolean decayed) {
        Parameter parameter = new Parameter(name, end, shape, decayed);
        parameters.add(parameter);
        end += parameter.length();
    }

    private void align() {
        end = aligned(end);
    }

    static long aligned(long place) {
        return (place + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    public EncoderConfiguration configuration() {
        return configuration;
    }

    /** Whether the parameters of a masked language head follow those of the encoder. */
    public boolean hasMaskedLanguageHead() {
        return maskedLanguageHead;
    }

    /** All parameters in the order of their places. */
    public List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    /**
     * The parameter of a name.
     *
     * @throws IllegalArgumentException when there is none
     */
    public Parameter parameter(String name) {
        return parameters.stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no parameter " + name));
    }

    /** The bias of the masked language head: one value for each token of the vocabulary. */
    Parameter headBias() {
        return parameter(
                switch (configuration.family()) {
                    case XLM_ROBERTA -> "lm_head.bias";
                    case BERT -> "cls.predictions.bias";
                    case GTE -> "lm_head.decoder.bias";
                });
    }

    /** The name of a parameter in a file: with the family's prefix when the file holds a head, as Hugging Face writes it. */
    public String fileName(Parameter parameter) {
        return maskedLanguageHead && parameter.offset() < head
                ? configuration.family().prefix() + parameter.name()
                : parameter.name();
    }

    /** Number of floats of the whole run. */
    public long length() {
        return end;
    }

    /** Where type table, gamma and beta of the embeddings begin. */
    long embeddingNorm() {
        return embeddingNorm;
    }

    long layer(int layer) {
        return firstLayer + layer * layerLength;
    }

    long layerLength() {
        return layerLength;
    }

    long head() {
        return head;
    }
}
