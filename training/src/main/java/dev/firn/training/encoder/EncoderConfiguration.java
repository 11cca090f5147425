package dev.firn.training.encoder;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.json.JsonFault;
import java.util.ArrayList;
import java.util.List;

/**
 * The shape of an encoder, read from and written to Hugging Face's {@code config.json}.
 *
 * @param vocabularySize rows of the word table
 * @param hidden width, a multiple of {@code heads}
 * @param intermediate width of the feed-forward
 * @param maximumPositions rows of the position table, of which XLM-R uses those after the padding id only; or the longest sequence
 * @param tokenTypes rows of the token type table; every token is of type 0
 * @param paddingToken id of the padding token, which XLM-R counts positions from
 * @param layerNormEpsilon added to the variance
 * @param initializerRange standard deviation of new weights
 * @param positionEncoding rotary for gte, learned for the others
 */
public record EncoderConfiguration(
        EncoderFamily family,
        int vocabularySize,
        int hidden,
        int layers,
        int heads,
        int intermediate,
        int maximumPositions,
        int tokenTypes,
        int paddingToken,
        double layerNormEpsilon,
        double initializerRange,
        PositionEncoding positionEncoding) {
    // A file may claim any number, and each layer costs memory before a single weight is looked at
    private static final int MOST_LAYERS = 1000;

    /** Faults are named as {@code config.json} names the fields. */
    public EncoderConfiguration {
        requireNonNull(family, "family is null");
        requireNonNull(positionEncoding, "positionEncoding is null");
        List<String> faults = new ArrayList<>();
        positive(vocabularySize, "vocab_size", faults);
        positive(hidden, "hidden_size", faults);
        positive(layers, "num_hidden_layers", faults);
        if (layers > MOST_LAYERS) {
            faults.add("num_hidden_layers must be at most " + MOST_LAYERS + ", is " + layers);
        }
        positive(heads, "num_attention_heads", faults);
        positive(intermediate, "intermediate_size", faults);
        positive(maximumPositions, "max_position_embeddings", faults);
        positive(tokenTypes, "type_vocab_size", faults);
        if (heads > 0 && hidden % heads != 0) {
            faults.add("hidden_size must be a multiple of num_attention_heads, is " + hidden + " with " + heads);
        }
        if (paddingToken < 0 || paddingToken >= vocabularySize) {
            faults.add("pad_token_id must be in the vocabulary, is " + paddingToken);
        }
        if (!(layerNormEpsilon > 0)) {
            faults.add("layer_norm_eps must be above 0, is " + layerNormEpsilon);
        }
        if (!(initializerRange > 0)) {
            faults.add("initializer_range must be above 0, is " + initializerRange);
        }
        if (family == EncoderFamily.XLM_ROBERTA && maximumPositions <= paddingToken + 1) {
            faults.add("max_position_embeddings must be above pad_token_id + 1, is " + maximumPositions);
        }
        switch (positionEncoding) {
            case PositionEncoding.Learned() -> {
                if (family == EncoderFamily.GTE) {
                    faults.add("gte has rotary positions");
                }
            }
            case PositionEncoding.Rotary(double theta, double scaling) -> {
                if (family != EncoderFamily.GTE) {
                    faults.add(family.modelType() + " has learned positions");
                }
                if (!(theta > 1) || Double.isInfinite(theta)) {
                    faults.add("rope_theta must be above 1, is " + theta);
                }
                if (!(scaling >= 1) || Double.isInfinite(scaling)) {
                    faults.add("rope_scaling.factor must be at least 1, is " + scaling);
                }
                if (heads > 0 && hidden / heads % 2 != 0) {
                    faults.add("rotary positions need heads of an even width, not " + hidden / heads);
                }
            }
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
    }

    /** An encoder with learned positions. */
    public EncoderConfiguration(
            EncoderFamily family,
            int vocabularySize,
            int hidden,
            int layers,
            int heads,
            int intermediate,
            int maximumPositions,
            int tokenTypes,
            int paddingToken,
            double layerNormEpsilon,
            double initializerRange) {
        this(
                family,
                vocabularySize,
                hidden,
                layers,
                heads,
                intermediate,
                maximumPositions,
                tokenTypes,
                paddingToken,
                layerNormEpsilon,
                initializerRange,
                new PositionEncoding.Learned());
    }

    /**
     * An XLM-R encoder for sequences of up to {@code maximumTokens}: one token type, padding id 1, epsilon 1e-5, initial deviation
     * 0.02.
     */
    public static EncoderConfiguration xlmRoberta(
            int vocabularySize, int hidden, int layers, int heads, int intermediate, int maximumTokens) {
        return new EncoderConfiguration(
                EncoderFamily.XLM_ROBERTA,
                vocabularySize,
                hidden,
                layers,
                heads,
                intermediate,
                maximumTokens + 2,
                1,
                1,
                1e-5,
                0.02);
    }

    /** A BERT encoder for sequences of up to {@code maximumTokens}: two token types, padding id 0, epsilon 1e-12. */
    public static EncoderConfiguration bert(
            int vocabularySize, int hidden, int layers, int heads, int intermediate, int maximumTokens) {
        return new EncoderConfiguration(
                EncoderFamily.BERT,
                vocabularySize,
                hidden,
                layers,
                heads,
                intermediate,
                maximumTokens,
                2,
                0,
                1e-12,
                0.02);
    }

    /**
     * A gte encoder for sequences of up to {@code maximumTokens}: one token type, padding id 1, epsilon 1e-12, rotary positions of
     * base 20,000 with NTK scaling by 8, as in gte-multilingual-base.
     */
    public static EncoderConfiguration gte(
            int vocabularySize, int hidden, int layers, int heads, int intermediate, int maximumTokens) {
        return new EncoderConfiguration(
                EncoderFamily.GTE,
                vocabularySize,
                hidden,
                layers,
                heads,
                intermediate,
                maximumTokens,
                1,
                1,
                1e-12,
                0.02,
                new PositionEncoding.Rotary(20_000, 8));
    }

    /** Position of the first token: the row of the position table where there is one. */
    public int positionOffset() {
        return switch (family) {
            case BERT, GTE -> 0;
            case XLM_ROBERTA -> paddingToken + 1;
        };
    }

    /** The longest sequence that has positions. */
    public int maximumTokens() {
        return maximumPositions - positionOffset();
    }

    /** Width of a head. */
    public int headWidth() {
        return hidden / heads;
    }

    /**
     * Reads a {@code config.json}.
     *
     * @throws IllegalArgumentException naming every field that is missing, wrong or not supported
     */
    public static EncoderConfiguration fromJson(String json) {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("config.json is not JSON: " + JsonFault.said(e), e);
        }
        List<String> faults = new ArrayList<>();
        String modelType = root.path("model_type").asText("");
        EncoderFamily family = EncoderFamily.ofModelType(modelType).orElse(null);
        if (family == null) {
            faults.add("model_type '" + modelType + "' is not supported (bert, xlm-roberta, new)");
        }
        expect(root, "hidden_act", "gelu", faults);
        expectFalse(root, "is_decoder", faults);
        PositionEncoding positionEncoding = new PositionEncoding.Learned();
        if (family == EncoderFamily.GTE) {
            positionEncoding = rotary(root, faults);
            expect(root, "layer_norm_type", "layer_norm", faults);
            expectFalse(root, "logn_attention_scale", faults);
            if (!root.path("pack_qkv").asBoolean(true)) {
                faults.add("pack_qkv false is not supported");
            }
        } else {
            expect(root, "position_embedding_type", "absolute", faults);
        }
        int vocabularySize = whole(root, "vocab_size", faults);
        int hidden = whole(root, "hidden_size", faults);
        int layers = whole(root, "num_hidden_layers", faults);
        int heads = whole(root, "num_attention_heads", faults);
        int intermediate = whole(root, "intermediate_size", faults);
        int maximumPositions = whole(root, "max_position_embeddings", faults);
        int tokenTypes = whole(root, "type_vocab_size", faults);
        if (family == null || !faults.isEmpty()) {
            throw new IllegalArgumentException("config.json: " + String.join("; ", faults));
        }
        int padding = root.path("pad_token_id")
                .asInt(
                        switch (family) {
                            case BERT, GTE -> 0;
                            case XLM_ROBERTA -> 1;
                        });
        try {
            return new EncoderConfiguration(
                    family,
                    vocabularySize,
                    hidden,
                    layers,
                    heads,
                    intermediate,
                    maximumPositions,
                    tokenTypes,
                    padding,
                    root.path("layer_norm_eps").asDouble(1e-12),
                    root.path("initializer_range").asDouble(0.02),
                    positionEncoding);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("config.json: " + e.getMessage(), e);
        }
    }

    private static PositionEncoding rotary(JsonNode root, List<String> faults) {
        expect(root, "position_embedding_type", "rope", faults);
        double theta = number(root.path("rope_theta"), "rope_theta", 10_000, faults);
        JsonNode scaling = root.path("rope_scaling");
        if (scaling.isMissingNode() || scaling.isNull()) {
            return new PositionEncoding.Rotary(theta, 1);
        }
        String type = scaling.path("type").asText("");
        if (!type.equals("ntk")) {
            faults.add("rope_scaling of type '" + type + "' is not supported (ntk)");
        }
        if (scaling.hasNonNull("mixed_b")) {
            faults.add("rope_scaling with mixed_b is not supported");
        }
        return new PositionEncoding.Rotary(theta, number(scaling.path("factor"), "rope_scaling.factor", 1, faults));
    }

    private static double number(JsonNode value, String name, double fallback, List<String> faults) {
        if (value.isMissingNode()) {
            return fallback;
        }
        if (!value.isNumber()) {
            faults.add(name + " must be a number, is " + value);
            return fallback;
        }
        return value.doubleValue();
    }

    /** A {@code config.json} that Hugging Face's transformers read. */
    public String toJson(boolean maskedLanguageHead) {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode root = mapper.createObjectNode();
        root.putArray("architectures").add(family.architecture(maskedLanguageHead));
        root.put("attention_probs_dropout_prob", 0.0);
        if (family == EncoderFamily.GTE) {
            // The family's code is not part of transformers: this says where it is published
            root.putObject("auto_map")
                    .put("AutoConfig", "Alibaba-NLP/new-impl--configuration.NewConfig")
                    .put("AutoModel", "Alibaba-NLP/new-impl--modeling.NewModel")
                    .put("AutoModelForMaskedLM", "Alibaba-NLP/new-impl--modeling.NewForMaskedLM");
        }
        if (family == EncoderFamily.XLM_ROBERTA) {
            root.put("bos_token_id", 0);
            root.put("eos_token_id", 2);
        }
        root.put("hidden_act", "gelu");
        root.put("hidden_dropout_prob", 0.0);
        root.put("hidden_size", hidden);
        root.put("initializer_range", initializerRange);
        root.put("intermediate_size", intermediate);
        root.put("layer_norm_eps", layerNormEpsilon);
        if (family == EncoderFamily.GTE) {
            root.put("layer_norm_type", "layer_norm");
            root.put("logn_attention_scale", false);
            root.put("pack_qkv", true);
        }
        root.put("max_position_embeddings", maximumPositions);
        root.put("model_type", family.modelType());
        root.put("num_attention_heads", heads);
        root.put("num_hidden_layers", layers);
        root.put("pad_token_id", paddingToken);
        switch (positionEncoding) {
            case PositionEncoding.Learned() -> root.put("position_embedding_type", "absolute");
            case PositionEncoding.Rotary(double theta, double scaling) -> {
                root.put("position_embedding_type", "rope");
                root.put("rope_theta", theta);
                if (scaling == 1) {
                    root.putNull("rope_scaling");
                } else {
                    root.putObject("rope_scaling").put("type", "ntk").put("factor", scaling);
                }
            }
        }
        root.put("tie_word_embeddings", true);
        root.put("torch_dtype", "float32");
        root.put("type_vocab_size", tokenTypes);
        root.put("vocab_size", vocabularySize);
        return root.toPrettyString() + "\n";
    }

    private static void positive(int value, String name, List<String> faults) {
        if (value <= 0) {
            faults.add(name + " must be above 0, is " + value);
        }
    }

    private static void expect(JsonNode root, String name, String supported, List<String> faults) {
        String value = root.path(name).asText(supported);
        if (!value.equals(supported)) {
            faults.add(name + " '" + value + "' is not supported (" + supported + ")");
        }
    }

    private static void expectFalse(JsonNode root, String name, List<String> faults) {
        if (root.path(name).asBoolean(false)) {
            faults.add(name + " true is not supported");
        }
    }

    private static int whole(JsonNode root, String name, List<String> faults) {
        JsonNode value = root.path(name);
        if (!value.canConvertToInt() || !value.isIntegralNumber()) {
            faults.add(name + (value.isMissingNode() ? " is missing" : " must be a whole number, is " + value));
            return 1;
        }
        return value.intValue();
    }
}
