package dev.firn.training.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A model's folder in the layout that sentence-transformers loads: a transformer, pooling, and normalisation. The same inputs give the same bytes; nothing in it tells when or where it was written.
 */
public final class ModelFolder {
    static final String PROMPTS_FILE = "config_sentence_transformers.json";
    static final String TRANSFORMER_FILE = "sentence_bert_config.json";
    static final String POOLING_FILE = "1_Pooling/config.json";
    private static final String PACKAGE = "sentence_transformers.models.";
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ModelFolder() {}

    /**
     * Writes a model's folder.
     *
     * @param folder exists and is empty
     * @param weights a folder with {@code config.json} and {@code model.safetensors}; a masked language head is left out
     * @param tokenizer a folder with {@code tokenizer.json}
     * @param card the text of {@code README.md}
     */
    public static void write(Path folder, Path weights, Path tokenizer, EmbeddingSettings settings, String card)
            throws IOException {
        EncoderConfiguration encoder = EncoderConfiguration.fromJson(Files.readString(weights.resolve("config.json")));
        ParameterLayout layout = new ParameterLayout(encoder, false);
        try (Tensor values = WeightsFolder.read(weights, layout)) {
            WeightsFolder.write(folder, layout, values.segment());
        }
        writeSettings(folder, tokenizer, encoder.hidden(), settings, card);
    }

    /** Writes everything but the weights and their configuration. */
    static void writeSettings(Path folder, Path tokenizer, int dimension, EmbeddingSettings settings, String card)
            throws IOException {
        Tokenizer.copy(tokenizer, folder, settings.maximumTokens());
        Files.createDirectories(folder.resolve("1_Pooling"));
        Files.createDirectories(folder.resolve("2_Normalize"));
        write(folder.resolve("modules.json"), modules());
        write(folder.resolve(TRANSFORMER_FILE), transformer(settings));
        write(folder.resolve(POOLING_FILE), pooling(dimension, settings.pooling()));
        // Normalising has no settings; the file keeps the folder where only files are stored.
        write(folder.resolve("2_Normalize/config.json"), MAPPER.createObjectNode());
        write(folder.resolve(PROMPTS_FILE), prompts(settings));
        Files.writeString(folder.resolve("README.md"), card);
    }

    /**
     * Reads back how a folder's model turns texts into vectors.
     *
     * @throws IOException when a file is missing, or asks for what is not supported; says what
     */
    static EmbeddingSettings readSettings(Path folder) throws IOException {
        JsonNode transformer = MAPPER.readTree(folder.resolve(TRANSFORMER_FILE).toFile());
        JsonNode prompts =
                MAPPER.readTree(folder.resolve(PROMPTS_FILE).toFile()).path("prompts");
        return new EmbeddingSettings(
                prompts.path("query").asText(""),
                prompts.path("document").asText(""),
                readPooling(folder.resolve(POOLING_FILE)),
                transformer.path("max_seq_length").asInt());
    }

    /** What a pooling module's file asks for. */
    static Pooling readPooling(Path file) throws IOException {
        JsonNode modes = MAPPER.readTree(file.toFile());
        List<String> chosen = modes.properties().stream()
                .filter(mode -> mode.getKey().startsWith("pooling_mode_")
                        && mode.getValue().asBoolean())
                .map(Map.Entry::getKey)
                .toList();
        return Arrays.stream(Pooling.values())
                .filter(pooling -> chosen.equals(List.of(mode(pooling))))
                .findFirst()
                .orElseThrow(() -> new IOException(file + " asks for "
                        + (chosen.isEmpty() ? "no pooling" : String.join(" and ", chosen))
                        + "; pooling_mode_cls_token and pooling_mode_mean_tokens are supported"));
    }

    private static String mode(Pooling pooling) {
        return switch (pooling) {
            case CLS -> "pooling_mode_cls_token";
            case MEAN -> "pooling_mode_mean_tokens";
        };
    }

    private static ArrayNode modules() {
        ArrayNode modules = MAPPER.createArrayNode();
        module(modules, "", "Transformer");
        module(modules, "1_Pooling", "Pooling");
        module(modules, "2_Normalize", "Normalize");
        return modules;
    }

    private static void module(ArrayNode modules, String path, String type) {
        int position = modules.size();
        modules.addObject()
                .put("idx", position)
                .put("name", Integer.toString(position))
                .put("path", path)
                .put("type", PACKAGE + type);
    }

    private static ObjectNode transformer(EmbeddingSettings settings) {
        return MAPPER.createObjectNode()
                .put("max_seq_length", settings.maximumTokens())
                .put("do_lower_case", false);
    }

    private static ObjectNode pooling(int dimension, Pooling pooling) {
        return MAPPER.createObjectNode()
                .put("word_embedding_dimension", dimension)
                .put("pooling_mode_cls_token", pooling == Pooling.CLS)
                .put("pooling_mode_mean_tokens", pooling == Pooling.MEAN)
                .put("pooling_mode_max_tokens", false)
                .put("pooling_mode_mean_sqrt_len_tokens", false)
                .put("pooling_mode_weightedmean_tokens", false)
                .put("pooling_mode_lasttoken", false)
                .put("include_prompt", true);
    }

    private static ObjectNode prompts(EmbeddingSettings settings) {
        ObjectNode content = MAPPER.createObjectNode();
        content.putObject("prompts").put("query", settings.queryPrefix()).put("document", settings.documentPrefix());
        content.putNull("default_prompt_name");
        content.put("similarity_fn_name", "cosine");
        return content;
    }

    private static void write(Path file, JsonNode content) throws IOException {
        Files.writeString(file, MAPPER.writeValueAsString(content) + "\n");
    }
}
