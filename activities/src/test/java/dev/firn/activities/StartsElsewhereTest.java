package dev.firn.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.firn.activities.submission.DryRun;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.model.ModelVersion;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageExecution;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.EncoderFamily;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.PositionEncoding;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.safetensors.SafetensorsFile;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.InvalidSpecificationException;
import dev.firn.workflows.stage.Stage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that start from weights which are there already. */
class StartsElsewhereTest {
    @TempDir
    static Path folder;

    private static TestBed firn;
    private static String scratch;
    private static ModelVersion model;
    private static Path modelFolder;

    @BeforeAll
    static void trainAModelToStartFrom() throws IOException {
        scratch = SmallData.write(Files.createDirectories(folder.resolve("data")))
                .replaceAll("steps: \\d+", "steps: 4")
                .replace("layers: 1", "layers: 2");
        firn = new TestBed(folder.resolve("home"));
        Run run = firn.ended(firn.submission.submit(scratch, Optional.empty()).runId());
        assertThat(run.state()).as("%s", run.failure()).isEqualTo(RunState.SUCCEEDED);
        model = firn.stores.models().get("small", 1);
        modelFolder = folder.resolve("model");
        firn.stores.artifacts().fetch(model.artifact(), modelFolder);
    }

    @AfterAll
    static void stop() {
        firn.close();
    }

    /** The specification with another start, that model as the teacher, and another model's name, so that its alias stays. */
    private static String from(String start, int steps) {
        return scratch.replace("model: small, alias: champion", "model: further, alias: champion")
                .replaceAll("(?m)^tokenizer:.*\n", "")
                .replaceAll("(?m)^encoder:.*\n", "")
                .replaceAll(
                        "(?s)initialise:.*?(?=filter:)",
                        "initialise: {from: " + start + ", steps: " + steps + ", batchSize: 16, maximumTokens: 32}\n")
                .replaceAll("(?s)teacher: &teacher.*?(?=  topRank)", "teacher: {type: model, model: small@1}\n");
    }

    private static Path fetch(UUID run, Stage stage, String name) throws IOException {
        StageExecution execution = firn.stores.stages().get(run, stage.label());
        ArtifactReference artifact = execution.outputs().stream()
                .filter(output -> output.name().equals(name))
                .findFirst()
                .orElseThrow()
                .artifact();
        Path target = Files.createTempDirectory(folder, "fetched").resolve(name);
        firn.stores.artifacts().fetch(artifact, target);
        return target;
    }

    private static float[] words(Path weights) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(weights.resolve("model.safetensors"))) {
            String name = "embeddings.word_embeddings.weight";
            long values = file.shape(name).orElseThrow().stream().reduce(1L, (a, b) -> a * b);
            float[] words = new float[(int) values];
            file.read(name, MemorySegment.ofArray(words));
            return words;
        }
    }

    @Test
    void aRegisteredModelIsTakenWithItsFirstLayerAndTheWordsThatAreUsed() throws IOException {
        String text = from("{type: model, model: small@champion, keepLayers: 1, pruneVocabulary: true}", 0);
        UUID id = firn.submission.submit(text, Optional.empty()).runId();

        Run run = firn.ended(id);

        assertThat(run.state()).as("%s", run.failure()).isEqualTo(RunState.SUCCEEDED);
        assertThat(firn.stores
                        .runs()
                        .specification(id)
                        .at("/initialise/from/sha256")
                        .asText())
                .isEqualTo(model.artifact().digest().hex());
        Path untrained = fetch(id, Stage.INITIALISE, "untrained");
        EncoderConfiguration before = WeightsFolder.readConfiguration(modelFolder);
        EncoderConfiguration after = WeightsFolder.readConfiguration(untrained);
        assertThat(after.layers()).isEqualTo(1);
        try (PreparedDataset dataset = PreparedDataset.open(fetch(id, Stage.PREPARE, "dataset"));
                Tokenizer tokenizer = Tokenizer.open(dataset.tokenizerFolder())) {
            int[] rows = dataset.vocabularyRows().orElseThrow();
            assertThat(after.vocabularySize())
                    .isEqualTo(rows.length)
                    .isEqualTo(tokenizer.vocabularySize())
                    .isLessThanOrEqualTo(before.vocabularySize());
            float[] all = words(modelFolder);
            float[] kept = words(untrained);
            for (int row = 0; row < rows.length; row++) {
                assertThat(Arrays.copyOfRange(kept, row * 32, (row + 1) * 32))
                        .containsExactly(Arrays.copyOfRange(all, rows[row] * 32, (rows[row] + 1) * 32));
            }
        }
        assertThat(fetch(id, Stage.INITIALISE, "initialised").resolve("model.safetensors"))
                .hasSameBinaryContentAs(untrained.resolve("model.safetensors"));
        ModelVersion registered =
                firn.stores.models().ofRuns(List.of(id)).get(id).getFirst();
        assertThat(firn.stores.lineage().ancestry(registered.artifact().digest(), 1000))
                .filteredOn(edge -> edge.input().equals(model.artifact().digest()))
                .extracting(edge -> edge.relation())
                .contains("start", "teacher");
    }

    @Test
    void aFolderIsTrainedFurtherAndCountsByItsContent() throws IOException {
        Path copy = copyOfModel("further");
        String text = from("{type: folder, folder: " + modelFolder + "}", 3);
        UUID id = firn.submission.submit(text, Optional.empty()).runId();

        Run run = firn.ended(id);

        assertThat(run.state()).as("%s", run.failure()).isEqualTo(RunState.SUCCEEDED);
        assertThat(fetch(id, Stage.INITIALISE, "initialised").resolve("config.json"))
                .content()
                .contains("XLMRobertaForMaskedLM");
        DryRun elsewhere = firn.submission.dryRun(from("{type: folder, folder: " + copy + "}", 3));
        assertThat(elsewhere.stages())
                .filteredOn(DryRun.PlannedStage::reused)
                .extracting(DryRun.PlannedStage::stage)
                .contains(Stage.PREPARE, Stage.INITIALISE, Stage.PRETRAIN);
        assertThat(elsewhere.specification().at("/encoder/layers").asInt()).isEqualTo(2);
    }

    @Test
    void weightsThatChangeAfterAcceptanceFailTheRun() throws IOException {
        Path copy = copyOfModel("changing");
        String text = from("{type: folder, folder: " + copy + "}", 0) + "reuse: false\n";
        firn.stopWorker();
        UUID id;
        try {
            id = firn.submission.submit(text, Optional.empty()).runId();
            Path config = copy.resolve("config.json");
            Files.writeString(config, Files.readString(config) + "\n");
        } finally {
            firn.startWorker();
        }

        Run run = firn.ended(id);

        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.failure().orElseThrow().path("message").asText()).contains("changed after");
    }

    private static Path copyOfModel(String name) throws IOException {
        Path copy = Files.createDirectories(folder.resolve(name));
        for (String file : List.of(
                "config.json",
                "model.safetensors",
                "tokenizer.json",
                "tokenizer_config.json",
                "special_tokens_map.json")) {
            Files.copy(modelFolder.resolve(file), copy.resolve(file));
        }
        return copy;
    }

    private static List<Fault> faults(String text) {
        return catchThrowableOfType(InvalidSpecificationException.class, () -> firn.submission.dryRun(text))
                .faults();
    }

    @Test
    void whatCannotBeAStartIsRefusedWithAPointer() throws IOException {
        assertThat(faults(from("{type: folder, folder: /nowhere}", 0) + "pretrian: {}\n"))
                .contains(
                        new Fault("/initialise/from/folder", "there is no folder /nowhere"),
                        new Fault("/pretrian", "unknown field; did you mean pretrain?"));
        assertThat(faults(from("{type: model, model: small@nobody}", 0)))
                .containsExactly(new Fault("/initialise/from/model", "there is no model small@nobody"));
        assertThat(faults(from("{type: model, model: small@1, sha256: " + "0".repeat(64) + "}", 0)))
                .extracting(Fault::pointer)
                .containsExactly("/initialise/from/sha256");
        assertThat(faults(from("{type: folder, folder: " + modelFolder + ", keepLayers: 3}", 0)))
                .containsExactly(new Fault("/initialise/from/keepLayers", "is 3, but the weights have 2 layers"));
        assertThat(faults(from("{type: artifact, artifact: \"a:b:0\"}", 0)))
                .extracting(Fault::pointer)
                .containsExactly("/initialise/from/artifact");
        assertThat(faults(from("{type: model, model: small@1}", 0)
                        + "encoder: {layers: 2, hiddenSize: 48, attentionHeads: 2, maximumTokens: 64}\n"))
                .extracting(Fault::pointer)
                .containsExactly("/encoder/hiddenSize", "/encoder/maximumTokens");
        assertThat(faults(from("{type: model, model: small@1}", 0) + "tokenizer: {type: trained}\n"))
                .extracting(Fault::pointer)
                .containsExactly("/tokenizer");
        assertThat(faults(from("{type: model, model: small@1}", 0).replace("small@1}\n  top", "small@7}\n  top")))
                .containsExactly(new Fault("/filter/teacher/model", "there is no model small@7"));
    }

    @Test
    void gteIsStartedFromWithTheRotationsThatItsWeightsSay() throws IOException {
        Path gte = copyOfModel("gte");
        EncoderConfiguration configuration = new EncoderConfiguration(
                EncoderFamily.GTE,
                WeightsFolder.readConfiguration(gte).vocabularySize(),
                32,
                2,
                2,
                48,
                64,
                1,
                1,
                1e-12,
                0.02,
                new PositionEncoding.Rotary(5000, 4));
        ParameterLayout layout = new ParameterLayout(configuration, false);
        try (Tensor values = WeightsFolder.initialise(layout, 3)) {
            WeightsFolder.write(gte, layout, values.segment());
        }
        UUID id = firn.submission
                .submit(from("{type: folder, folder: " + gte + ", keepLayers: 1}", 2), Optional.empty())
                .runId();

        Run run = firn.ended(id);

        assertThat(run.state()).as("%s", run.failure()).isEqualTo(RunState.SUCCEEDED);
        assertThat(firn.stores.runs().specification(id).at("/encoder/family").asText())
                .isEqualTo("gte");
        EncoderConfiguration trained = WeightsFolder.readConfiguration(fetch(id, Stage.INITIALISE, "initialised"));
        assertThat(trained.layers()).isEqualTo(1);
        assertThat(trained.positionEncoding()).isEqualTo(configuration.positionEncoding());
    }

    @Test
    void weightsAndTokenizerAreHeldToTheirConfiguration() throws IOException {
        Path copy = copyOfModel("broken");
        EncoderConfiguration configuration = WeightsFolder.readConfiguration(copy);
        String text = from("{type: folder, folder: " + copy + "}", 0);
        Files.writeString(
                copy.resolve("config.json"),
                EncoderConfiguration.xlmRoberta(configuration.vocabularySize() - 1, 32, 3, 2, 100, 32)
                        .toJson(false));
        assertThat(faults(text))
                .allMatch(fault -> fault.pointer().equals("/initialise/from/folder"))
                .extracting(Fault::detail)
                .anyMatch(detail -> detail.contains("encoder.layer.2.attention.self.query.weight is missing"))
                .anyMatch(detail ->
                        detail.contains("encoder.layer.0.intermediate.dense.weight has shape [128, 32], not [100, 32]"))
                .anyMatch(detail -> detail.contains("ids, the weights have rows for"));
        Files.delete(copy.resolve("model.safetensors"));
        assertThat(faults(text)).anyMatch(fault -> fault.detail().contains("has neither model.safetensors nor"));
        try (Stream<Path> looked = Files.list(firn.unpacked())) {
            assertThat(looked.filter(path -> path.getFileName().toString().startsWith(".looked-at-")))
                    .isEmpty();
        }
    }
}
