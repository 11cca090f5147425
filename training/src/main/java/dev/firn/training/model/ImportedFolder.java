package dev.firn.training.model;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.json.JsonFault;
import dev.firn.training.start.Start;
import dev.firn.training.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A Hugging Face or sentence-transformers folder from elsewhere, read as that library reads it: modules, pooling, prompts and length
 * from its files, and where those are missing the mean over the tokens, no prompts, and the tokeniser's length.
 *
 * <p>Vectors are brought to length 1 whether the folder asks for it or not; a folder that compares vectors by another measure than
 * their angle is refused. Modules other than a transformer, pooling and normalisation are refused by name.
 */
public final class ImportedFolder {
    private static final String MODULES = "modules.json";
    private static final String CARD = "README.md";
    private static final long LARGEST_CARD = 1 << 20;
    private static final JsonMapper JSON = new JsonMapper();

    private final Path transformer;
    private final Path folder;
    private final Start start;
    private final EmbeddingSettings settings;

    private ImportedFolder(Path folder, Path transformer, Start start, EmbeddingSettings settings) {
        this.folder = folder;
        this.transformer = transformer;
        this.start = start;
        this.settings = settings;
    }

    /**
     * Looks at a folder.
     *
     * @throws IOException saying everything of one kind that keeps it from being a model
     */
    public static ImportedFolder open(Path folder, ImportSettings said) throws IOException {
        requireNonNull(said, "said is null");
        Path transformer = folder;
        Optional<Path> pooling = present(folder.resolve(ModelFolder.POOLING_FILE));
        if (Files.isRegularFile(folder.resolve(MODULES))) {
            pooling = Optional.empty();
            for (JsonNode module : json(folder.resolve(MODULES))) {
                String type = module.path("type").asText("");
                Path place = inside(folder, module.path("path").asText(""));
                switch (type.substring(type.lastIndexOf('.') + 1)) {
                    case "Transformer" -> transformer = place;
                    case "Pooling" -> pooling = Optional.of(place.resolve("config.json"));
                    case "Normalize" -> {}
                    default ->
                        throw new IOException(MODULES + " asks for " + type
                                + ", which is not supported; Transformer, Pooling and Normalize are");
                }
            }
        }
        Start start = Start.open(transformer);
        EncoderConfiguration encoder = start.configuration();
        List<String> faults = start.faults(encoder.layers());
        if (!faults.isEmpty()) {
            throw new IOException(String.join("; ", faults));
        }
        JsonNode prompts = JSON.getNodeFactory().missingNode();
        Optional<Path> promptFile = present(folder.resolve(ModelFolder.PROMPTS_FILE));
        if (promptFile.isPresent()) {
            JsonNode content = json(promptFile.get());
            prompts = content.path("prompts");
            String similarity = content.path("similarity_fn_name").asText("cosine");
            if (!similarity.equals("cosine") && !similarity.equals("null")) {
                throw new IOException(
                        ModelFolder.PROMPTS_FILE + " compares vectors by " + similarity + "; cosine is supported");
            }
        }
        Pooling ownPooling = pooling.isPresent() && said.pooling().isEmpty()
                ? pooling(pooling.get())
                : said.pooling().orElse(Pooling.MEAN);
        return new ImportedFolder(
                folder,
                transformer,
                start,
                new EmbeddingSettings(
                        said.queryPrefix().orElse(prompts.path("query").asText("")),
                        said.documentPrefix()
                                .orElse(prompts.path("document")
                                        .asText(prompts.path("passage").asText(""))),
                        ownPooling,
                        maximumTokens(transformer, encoder.maximumTokens(), said)));
    }

    private static Pooling pooling(Path file) throws IOException {
        JsonNode content = json(file);
        if (!content.path("include_prompt").asBoolean(true)) {
            throw new IOException(file.getParent().getFileName() + "/" + file.getFileName()
                    + " leaves prompts out of the pooling, which is not supported");
        }
        return ModelFolder.readPooling(file);
    }

    private static int maximumTokens(Path transformer, int positions, ImportSettings said) throws IOException {
        if (said.maximumTokens().isPresent()) {
            int wanted = said.maximumTokens().get();
            if (wanted > positions) {
                throw new IOException(
                        "maximumTokens is " + wanted + ", but the encoder has positions for " + positions + " tokens");
            }
            return wanted;
        }
        Optional<Path> file = present(transformer.resolve(ModelFolder.TRANSFORMER_FILE));
        if (file.isPresent()) {
            JsonNode content = json(file.get());
            if (content.path("do_lower_case").asBoolean()) {
                throw new IOException(ModelFolder.TRANSFORMER_FILE + " asks for do_lower_case, which is not supported");
            }
            if (content.path("max_seq_length").isIntegralNumber()) {
                return Math.min(content.get("max_seq_length").intValue(), positions);
            }
        }
        try (Tokenizer tokenizer = Tokenizer.open(transformer)) {
            return Math.min(tokenizer.maximumLength(), positions);
        }
    }

    private static Optional<Path> present(Path file) {
        return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    private static Path inside(Path folder, String name) throws IOException {
        Path place = folder.resolve(name).normalize();
        if (!place.startsWith(folder.normalize())) {
            throw new IOException(MODULES + " names a path outside of the folder: " + name);
        }
        return place;
    }

    private static JsonNode json(Path file) throws IOException {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new IOException(file.getFileName() + " is not JSON: " + JsonFault.said(e), e);
        }
    }

    /** How its texts become vectors. */
    public EmbeddingSettings settings() {
        return settings;
    }

    /** The encoder's shape. */
    public EncoderConfiguration configuration() {
        return start.configuration();
    }

    /**
     * Writes it in the layout of {@link ModelFolder}: weights in one file and in single precision, with the masked language head where
     * there is one, and its own card.
     *
     * @param name what the card calls it when it has none
     * @param target exists and is empty
     * @throws IOException when the weights are not numbers or cannot be read
     */
    public void write(String name, Path target) throws IOException {
        start.write(start.configuration().layers(), Optional.empty(), start.hasMaskedLanguageHead(), 0, target);
        Path card = folder.resolve(CARD);
        boolean ownCard = Files.isRegularFile(card) && Files.size(card) <= LARGEST_CARD;
        ModelFolder.writeSettings(
                target,
                transformer,
                start.configuration().hidden(),
                settings,
                ownCard
                        ? Files.readString(card)
                        : "# " + name + "\n\nImported from a folder that had no description.\n");
    }
}
