package dev.firn.api.embedding;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.NewModelVersion;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.model.EmbeddingSettings;
import dev.firn.training.model.ModelFolder;
import dev.firn.training.tokenizer.TokenizerTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** Models of one small layer with random weights. */
public final class SmallModel {
    /** The width of their vectors. */
    public static final int WIDTH = 16;

    private static final int VOCABULARY = 400;
    private static final List<String> TEXTS = List.of("the first text", "a second and longer text", "and the third");

    private SmallModel() {}

    /** Writes one below a folder. */
    public static Path folder(Path parent, long seed) throws IOException {
        Path tokenizer = parent.resolve("tokenizer-" + seed);
        Path weights = Files.createDirectories(parent.resolve("weights-" + seed));
        Path model = Files.createDirectories(parent.resolve("model-" + seed));
        new TokenizerTrainer(VOCABULARY, 32).train(TEXTS.iterator(), tokenizer);
        Encoder.initialise(EncoderConfiguration.xlmRoberta(VOCABULARY, WIDTH, 1, 2, 32, 32), seed, weights);
        ModelFolder.write(model, weights, tokenizer, new EmbeddingSettings("query: ", "", Pooling.CLS, 32), "# A test");
        return model;
    }

    /** What registers a folder as a version of a name. */
    public static NewModelVersion version(ArtifactStore artifacts, String name, Path folder) {
        return new NewModelVersion(
                name, artifacts.publish(folder, "model"), WIDTH, JsonNodeFactory.instance.objectNode());
    }

    /** Registers a folder under a new name, and gives the name. */
    public static String register(ModelStore models, ArtifactStore artifacts, Path folder) {
        String name = "e-" + UUID.randomUUID();
        models.register(version(artifacts, name, folder));
        return name;
    }
}
