package dev.firn.api;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.ModelVersion;
import dev.firn.registry.model.NewModelVersion;
import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.data.DatasetDefinition;
import dev.firn.training.data.DatasetPreparer;
import dev.firn.training.data.EvaluationCollection;
import dev.firn.training.data.JsonLines;
import dev.firn.training.data.PreparationProgress;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.data.TokenizerDefinition;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.model.EmbeddingSettings;
import dev.firn.training.model.ModelFolder;
import dev.firn.training.tokenizer.TokenizerTrainer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Registers real models with random weights and real prepared datasets, small enough for tests of what is done with them. */
@Singleton
public class SmallModels {
    /** The models' width. */
    public static final int WIDTH = 16;

    private static final List<String> TEXTS = List.of(
            "change your password under account",
            "add a realm for each customer",
            "the first login asks for a name",
            "export all users as a file");

    private final ArtifactStore artifacts;
    private final ModelStore models;
    private final DatasetStore datasets;

    SmallModels(ArtifactStore artifacts, ModelStore models, DatasetStore datasets) {
        this.artifacts = requireNonNull(artifacts, "artifacts is null");
        this.models = requireNonNull(models, "models is null");
        this.datasets = requireNonNull(datasets, "datasets is null");
    }

    /** Registers a model of one layer; another seed gives another model. */
    public ModelVersion model(String name, long seed) {
        return model(name, seed, "# " + name + "\n");
    }

    /** Registers a model of one layer with a card. */
    public ModelVersion model(String name, long seed, String card) {
        try {
            Path folder = Files.createTempDirectory("firn-model-");
            Path tokenizer = folder.resolve("tokenizer");
            Path weights = Files.createDirectories(folder.resolve("weights"));
            Path model = Files.createDirectories(folder.resolve("model"));
            int vocabulary = 400;
            new TokenizerTrainer(vocabulary, 32).train(TEXTS.iterator(), tokenizer);
            Encoder.initialise(EncoderConfiguration.xlmRoberta(vocabulary, WIDTH, 1, 2, 32, 32), seed, weights);
            ModelFolder.write(model, weights, tokenizer, new EmbeddingSettings("query: ", "", Pooling.CLS, 32), card);
            return models.register(new NewModelVersion(
                    name, artifacts.publish(model, "model"), WIDTH, JsonNodeFactory.instance.objectNode()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prepares and registers a dataset with the sources {@code pairs/de} and {@code pairs/en} and the set {@code held-out}. */
    public Dataset prepared(String name) {
        try {
            Path folder = Files.createTempDirectory("firn-dataset-");
            List<String> lines = new ArrayList<>();
            for (String language : List.of("de", "en")) {
                for (int i = 0; i < 30; i++) {
                    lines.add("{\"language\":\"%s\",\"query\":\"query %s %d of %s\",\"document\":\"%s %d\"}"
                            .formatted(language, language, i, name, TEXTS.get(i % TEXTS.size()), i));
                }
            }
            Files.write(folder.resolve("pairs.jsonl"), lines);
            Path set = Files.createDirectories(folder.resolve("set"));
            List<String> corpus = new ArrayList<>();
            List<String> queries = new ArrayList<>();
            List<String> judgements = new ArrayList<>(List.of("query-id\tcorpus-id\tscore"));
            for (int i = 0; i < TEXTS.size(); i++) {
                corpus.add("{\"_id\":\"d%d\",\"title\":\"\",\"text\":\"%s\"}".formatted(i, TEXTS.get(i)));
                queries.add("{\"_id\":\"q%d\",\"text\":\"how to %s\"}".formatted(i, TEXTS.get(i)));
                judgements.add("q%d\td%d\t1".formatted(i, i));
            }
            Files.write(set.resolve("corpus.jsonl"), corpus);
            Files.write(set.resolve("queries.jsonl"), queries);
            Files.write(set.resolve("qrels.tsv"), judgements);
            Path prepared = folder.resolve("prepared");
            try (PreparedDataset dataset = new DatasetPreparer(
                            new MavenArtifacts(folder.resolve("cache"), folder.resolve("repository"), List.of()))
                    .prepare(
                            new DatasetDefinition(
                                    List.of(new JsonLines("pairs", List.of(folder.resolve("pairs.jsonl")), null)),
                                    List.of(EvaluationCollection.of("held-out", set, "en")),
                                    new TokenizerDefinition.Trained(400, 32),
                                    "",
                                    ""),
                            prepared,
                            PreparationProgress.none())) {
                return datasets.register(
                        name,
                        artifacts.publish(prepared, "dataset"),
                        new ObjectMapper().valueToTree(dataset.summary()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
