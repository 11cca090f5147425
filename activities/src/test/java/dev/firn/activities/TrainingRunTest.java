package dev.firn.activities;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.activities.submission.DryRun;
import dev.firn.activities.submission.Submission;
import dev.firn.registry.ConflictException;
import dev.firn.registry.PageRequest;
import dev.firn.registry.blob.ObjectStoreSettings;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointFilter;
import dev.firn.registry.evaluation.Evaluation;
import dev.firn.registry.evaluation.EvaluationFilter;
import dev.firn.registry.metric.MetricSeries;
import dev.firn.registry.model.AliasChange;
import dev.firn.registry.model.ModelVersion;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunFilter;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.run.StageState;
import dev.firn.training.batch.PairBatches;
import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.PairSourceFiles;
import dev.firn.training.batch.RowNumbers;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.numerics.NumericsFingerprint;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.InvalidSpecificationException;
import dev.firn.workflows.stage.Stage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.UploadObjectArgs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on a small corpus: real text to a registered model, with all that is stored on the way. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TrainingRunTest {
    @TempDir
    static Path folder;

    private static final MeterRegistry meters = new SimpleMeterRegistry();
    private static String specification;
    private static TestBed firn;
    private static UUID first;

    @BeforeAll
    static void start() throws IOException {
        Metrics.addRegistry(meters);
        specification = SmallData.write(Files.createDirectories(folder.resolve("data")));
        firn = new TestBed(folder.resolve("home"));
        first = firn.submission.submit(specification, Optional.of("first")).runId();
        Run run = firn.ended(first);
        assertThat(run.state()).as("%s", run.failure()).isEqualTo(RunState.SUCCEEDED);
    }

    @AfterAll
    static void stop() {
        Metrics.removeRegistry(meters);
        firn.close();
    }

    @Test
    @Order(1)
    void aRunGoesThroughAllStagesAndRegistersItsModel() {
        assertThat(stages(first)).allMatch(stage -> stage.state() == StageState.SUCCEEDED);
        ModelVersion version =
                firn.stores.models().findByAlias("small", "champion").orElseThrow();
        assertThat(version.version()).isEqualTo(1);
        assertThat(version.runId()).contains(first);
        assertThat(version.dimension()).isEqualTo(32);
        assertThat(firn.stores.artifacts().listFiles(version.artifact().digest()))
                .extracting(file -> file.name())
                .contains(
                        "modules.json",
                        "config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json",
                        "special_tokens_map.json",
                        "sentence_bert_config.json",
                        "1_Pooling/config.json",
                        "config_sentence_transformers.json",
                        "README.md");
    }

    @Test
    @Order(2)
    void trainingTeachesTheModelToFindWhatItWasUnableToFindBefore() {
        assertThat(ndcg("pretrained", 32)).isGreaterThan(ndcg("initialised", 32) + 0.1);
        assertThat(ndcg("finetuned", 32)).isGreaterThan(ndcg("untrained", 32) + 0.1);
        assertThat(ndcg("finetuned", 16)).isGreaterThan(ndcg("untrained", 16));
        assertThat(evaluations().stream().filter(each -> each.result().weights().equals("bm25")))
                .isNotEmpty();
    }

    @Test
    @Order(3)
    void everyStepOfTrainingHasItsMetrics() {
        List<MetricSeries> series =
                firn.stores.metrics().series(first, Optional.of("pretrain"), Optional.of("loss"), 1000);

        assertThat(series).singleElement().satisfies(loss -> {
            assertThat(loss.points()).hasSize(200);
            assertThat(loss.points().getLast().value())
                    .isLessThan(loss.points().getFirst().value());
        });
        assertThat(firn.stores.stages().get(first, "pretrain").progress())
                .hasValueSatisfying(progress -> assertThat(progress.path("step").asLong())
                        .isEqualTo(progress.path("totalSteps").asLong())
                        .isEqualTo(200));
    }

    @Test
    @Order(4)
    void checkpointsAreCommittedAsOftenAsAsked() {
        assertThat(checkpoints(first, "pretrain"))
                .extracting(Checkpoint::step)
                .contains(200L)
                .hasSizeGreaterThan(2)
                .extracting(step -> step / 20)
                .doesNotHaveDuplicates()
                .doesNotContain(0L);
        assertThat(checkpoints(first, "finetune")).extracting(Checkpoint::step).contains(30L);
    }

    @Test
    @Order(4)
    void theProcessMetersTellOfStepsCheckpointsAndStages() {
        assertThat(meters.get("firn.train.steps")
                        .tag("stage", "pretrain")
                        .counter()
                        .count())
                .isEqualTo(200);
        assertThat(meters.get("firn.checkpoint")
                        .tag("stage", "pretrain")
                        .timer()
                        .count())
                .isEqualTo(checkpoints(first, "pretrain").size());
        assertThat(meters.get("firn.checkpoint.size")
                        .tag("stage", "pretrain")
                        .summary()
                        .mean())
                .isPositive();
        for (Stage stage : Stage.values()) {
            assertThat(meters.get("firn.stage.attempt")
                            .tag("stage", stage.label())
                            .tag("outcome", "succeeded")
                            .timer()
                            .count())
                    .as(stage.label())
                    .isEqualTo(1);
            assertThat(meters.get("firn.stage.queue.wait")
                            .tag("stage", stage.label())
                            .timer()
                            .count())
                    .as(stage.label())
                    .isEqualTo(1);
        }
    }

    @Test
    @Order(5)
    void theModelsLineageLeadsBackToTheDataAndTheTeacher() {
        ModelVersion version = firn.stores.models().get("small", 1);

        assertThat(firn.stores.lineage().ancestry(version.artifact().digest(), 1000))
                .extracting(edge -> edge.relation())
                .contains(
                        "finetuned",
                        "pretrained",
                        "initialised",
                        "dataset",
                        "negatives",
                        "filtered",
                        "teacher",
                        "data");
    }

    @Test
    @Order(6)
    void theSameIdempotencyKeyNeverStartsASecondRun() {
        Submission again = firn.submission.submit(specification, Optional.of("first"));

        assertThat(again.created()).isFalse();
        assertThat(again.runId()).isEqualTo(first);
        assertThatThrownBy(() -> firn.submission.submit(specification + "priority: 1\n", Optional.of("first")))
                .isInstanceOf(ConflictException.class);
    }

    @Test
    @Order(7)
    void aDryRunSaysWhatWouldBeReusedAndWritesNothing() {
        int before = runs();

        DryRun dryRun = firn.submission.dryRun(specification);

        assertThat(dryRun.stages())
                .filteredOn(DryRun.PlannedStage::reused)
                .extracting(stage -> stage.stage().label())
                .containsExactly("prepare", "initialise", "filter", "pretrain", "mine", "finetune", "evaluate");
        assertThat(dryRun.memory().training().bytes()).isPositive();
        assertThat(dryRun.memory().processBytes()).isPositive();
        assertThat(dryRun.memory().shortage()).isEmpty();
        assertThat(runs()).isEqualTo(before);
    }

    @Test
    @Order(8)
    void aSecondRunReusesEveryStageButTheGate() {
        UUID second = firn.submission.submit(specification, Optional.empty()).runId();

        assertThat(firn.ended(second).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(stages(second))
                .filteredOn(stage -> stage.state() == StageState.REUSED)
                .hasSize(7)
                .allMatch(stage -> stage.reusedFromRun().equals(Optional.of(first)))
                .allMatch(stage -> stage.reason().orElse("").contains("same key"));
    }

    @Test
    @Order(9)
    void aChangedLearningRateInFinetuningReusesAllBeforeItAndAProtectedAliasStays() {
        firn.stores
                .models()
                .moveAlias(new AliasChange(
                        "small",
                        "champion",
                        1,
                        Optional.of(true),
                        false,
                        OptionalLong.empty(),
                        Optional.empty(),
                        Optional.empty()));

        UUID changed = firn.submission
                .submit(
                        specification
                                .replace("learningRate: 5e-4", "learningRate: 4e-4")
                                .replace("alias: champion}", "alias: champion, gate: {tolerance: 1}}"),
                        Optional.empty())
                .runId();

        assertThat(firn.ended(changed).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(stages(changed))
                .filteredOn(stage -> stage.state() == StageState.REUSED)
                .extracting(StageExecution::stage)
                .containsExactly("prepare", "initialise", "filter", "pretrain", "mine");
        assertThat(firn.stores.runs().get(changed).result()).hasValueSatisfying(result -> {
            assertThat(result.at("/model/version").asInt()).isEqualTo(2);
            assertThat(result.at("/model/alias").isNull()).isTrue();
            assertThat(result.at("/model/aliasStays").asText())
                    .startsWith("the gate was met, but the alias small@champion is protected");
        });
    }

    @Test
    @Order(10)
    void withoutReuseTheSameSpecificationGivesTheSameBits() {
        UUID again = firn.submission
                .submit(specification + "reuse: false\n", Optional.empty())
                .runId();

        assertThat(firn.ended(again).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(digests(again)).isEqualTo(digests(first));
    }

    @Test
    @Order(11)
    void aServerThatGoesAwayInTheMiddleCostsNothingButTime() {
        // Long enough for the server to go away in the midst of it, however fast the machine trains
        String longer = specification.replace("steps: 200", "steps: 1500").replace("everySteps: 20}", "everySteps: 50}")
                + "reuse: false\n";
        UUID undisturbed = firn.submission.submit(longer, Optional.empty()).runId();
        assertThat(firn.ended(undisturbed).state()).isEqualTo(RunState.SUCCEEDED);

        UUID disturbed = firn.submission.submit(longer, Optional.empty()).runId();
        TestBed.await(
                Duration.ofMinutes(2), () -> checkpoints(disturbed, "pretrain").size() > 3);
        firn.close();
        firn = new TestBed(folder.resolve("home"));
        assertThat(firn.state(disturbed)).isEqualTo(RunState.RUNNING);

        firn.reconciler.reconcile();

        assertThat(firn.ended(disturbed).state()).isEqualTo(RunState.SUCCEEDED);
        StageExecution pretrain = firn.stores.stages().get(disturbed, "pretrain");
        // Closing ends one attempt; Temporal may hand out the next before it is gone itself
        assertThat(pretrain.attempts()).isBetween(2, 3);
        assertThat(firn.stores.stages().attempts(pretrain.id()).getLast().resumedStep())
                .isPresent();
        assertThat(digests(disturbed)).isEqualTo(digests(undisturbed));
        assertThat(firn.stores
                        .metrics()
                        .series(disturbed, Optional.of("pretrain"), Optional.of("loss"), 10_000)
                        .getFirst()
                        .points())
                .hasSize(1500);
    }

    @Test
    @Order(12)
    void cancellingCommitsALastCheckpointAndEndsTheRun() {
        UUID run = firn.submission
                .submit(
                        specification
                                .replace("steps: 200", "steps: 100000")
                                .replace("everySteps: 20", "everySteps: 1000000"),
                        Optional.empty())
                .runId();
        TestBed.await(
                Duration.ofMinutes(2),
                () -> firn.stores
                        .stages()
                        .get(run, "pretrain")
                        .progress()
                        .map(progress -> progress.path("step").asLong() > 5)
                        .orElse(false));

        firn.control.cancel(run, Optional.empty());

        assertThat(firn.ended(run).state()).isEqualTo(RunState.CANCELLED);
        assertThat(firn.stores.stages().get(run, "pretrain").state()).isEqualTo(StageState.CANCELLED);
        assertThat(firn.stores.stages().get(run, "finetune").state()).isEqualTo(StageState.CANCELLED);
        assertThat(checkpoints(run, "pretrain")).hasSize(1);
        assertThatThrownBy(() -> firn.control.cancel(run, Optional.empty())).isInstanceOf(ConflictException.class);
    }

    @Test
    @Order(13)
    void aLossThatIsNoNumberFailsTheRunAndSaysWhere() {
        UUID run = firn.submission
                .submit(
                        specification
                                .replace("learningRate: 2e-3", "learningRate: 1.0")
                                .replace(
                                        "matryoshka: {dimensions: [16]}, learningRate: 1.0",
                                        "matryoshka: {dimensions: [16]}, optimizer: {gradientClip: 1e30, epsilon: 1e-30}, learningRate: 1.0")
                                .replace("temperature: 0.1", "temperature: 1e-37"),
                        Optional.empty())
                .runId();

        Run ended = firn.ended(run);

        assertThat(ended.state()).isEqualTo(RunState.FAILED);
        assertThat(ended.failure().orElseThrow().path("stage").asText()).isEqualTo("pretrain");
        assertThat(ended.failure().orElseThrow().path("message").asText())
                .contains("not finite")
                .contains("learning rate");
        assertThat(firn.stores.stages().get(run, "pretrain").attempts()).isEqualTo(1);
    }

    @Test
    @Order(14)
    void wrongInputsAreRefusedAllAtOnceAndLeaveNothing() throws IOException {
        int before = runs();
        Path broken = Files.createDirectories(folder.resolve("broken"));
        Files.writeString(
                broken.resolve("pairs.jsonl"), "{\"query\":\"a\",\"document\":\"b\",\"language\":\"en\"}\n{oops\n");
        String text = specification
                .replace(folder.resolve("data") + "/pairs.jsonl", broken + "/pairs.jsonl")
                .replace(folder.resolve("data") + "/held-out", broken + "/nowhere")
                .replace("model: e5-small-v2.onnx", "model: missing.onnx");

        List<Fault> faults = catchThrowableOfType(
                        InvalidSpecificationException.class, () -> firn.submission.submit(text, Optional.empty()))
                .faults();

        assertThat(faults)
                .anySatisfy(fault -> {
                    assertThat(fault.pointer()).startsWith("/data/sources/0/files/0");
                    assertThat(fault.detail()).contains("pairs.jsonl:2");
                })
                .anySatisfy(fault -> assertThat(fault.pointer()).startsWith("/data/evaluation/0"))
                .anySatisfy(fault -> {
                    assertThat(fault.pointer()).isEqualTo("/filter/teacher");
                    assertThat(fault.detail()).contains("missing.onnx");
                });
        assertThat(runs()).isEqualTo(before);
    }

    @Test
    @Order(15)
    void aBatchAboveTheNumberOfPairsIsRefused() {
        List<Fault> faults = catchThrowableOfType(
                        InvalidSpecificationException.class,
                        () -> firn.submission.submit(
                                specification.replace("batchSize: 32", "batchSize: 3200"), Optional.empty()))
                .faults();

        assertThat(faults).singleElement().satisfies(fault -> {
            assertThat(fault.pointer()).isEqualTo("/pretrain/batchSize");
            assertThat(fault.detail()).contains("3200");
        });
    }

    @Test
    @Order(16)
    void aFileThatChangesAfterAcceptanceFailsTheRunInsteadOfTrainingOnOtherData() throws IOException {
        Path data = Files.createDirectories(folder.resolve("changing"));
        String text = SmallData.write(data);
        firn.stopWorker();
        UUID run;
        try {
            Files.writeString(
                    data.resolve("pairs.jsonl"),
                    "{\"language\":\"en\",\"query\":\"one more\",\"document\":\"line\"}\n",
                    StandardOpenOption.APPEND);
            run = firn.submission.submit(text, Optional.empty()).runId();
            Files.writeString(
                    data.resolve("pairs.jsonl"),
                    "{\"language\":\"en\",\"query\":\"and another\",\"document\":\"line\"}\n",
                    StandardOpenOption.APPEND);
        } finally {
            firn.startWorker();
        }

        Run ended = firn.ended(run);

        assertThat(ended.state()).isEqualTo(RunState.FAILED);
        assertThat(ended.failure().orElseThrow().path("message").asText()).contains("changed after");
    }

    /**
     * Numbers that change without a new {@link Stage#codeVersion()} would be taken for the old ones by their stage key.
     * What a matrix product gives depends on the processor's kernels, so each kind of processor has its own entry.
     */
    @Test
    @Order(17)
    void theBitsOfAStageChangeOnlyWithItsCodeVersion() throws IOException {
        Properties golden = new Properties();
        try (InputStream resource = TrainingRunTest.class.getResourceAsStream("/golden-digests.properties")) {
            golden.load(resource);
        }
        NumericsFingerprint numerics = NumericsFingerprint.current(2);
        String processor = "." + numerics.blasCore() + "." + numerics.vectorBits();

        SoftAssertions.assertSoftly(softly -> stages(first).stream()
                .flatMap(stage -> stage.outputs().stream().map(output -> Map.entry(stage, output)))
                .forEach(entry -> {
                    String version = entry.getValue().name() + "."
                            + Stage.of(entry.getKey().stage()).codeVersion();
                    String expected = golden.getProperty(version, golden.getProperty(version + processor));
                    if (expected != null) {
                        softly.assertThat(entry.getValue().artifact().digest().hex())
                                .as(version + processor)
                                .isEqualTo(expected);
                    }
                }));
        Assumptions.assumeTrue(
                golden.stringPropertyNames().stream().anyMatch(name -> name.endsWith(processor)),
                () -> "no digests were recorded on a processor like this one, " + processor + ", which gives "
                        + digests(first));
    }

    @Test
    @Order(18)
    void negativesThatTheDataNameReachTheBatchesOfFinetuningBeforeMinedOnes() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line :
                Files.readAllLines(folder.resolve("data/pairs.jsonl")).subList(0, 60)) {
            JsonNode pair = new ObjectMapper().readTree(line);
            lines.add("""
                    {"query":%s,"pos":[%s],"neg":["wrong %3$d","given %3$d"],"pos_scores":[2],"neg_scores":[2.5,1]}""".formatted(pair.get("query"), pair.get("document"), lines.size()));
        }
        Path file = Files.write(folder.resolve("data/given.jsonl"), lines);
        String withGiven = specification
                .replace(
                        "{type: jsonl, name: small, files: [\"" + folder.resolve("data/pairs.jsonl") + "\"]}",
                        "{type: jsonl, name: small, format: flagembedding, language: en, files: [\"" + file + "\"]}")
                .replaceAll("steps: \\d+", "steps: 2");

        for (String batch : batchesOfFinetuning(withGiven)) {
            assertThat(batch).matches("(\\d+): given \\1, (?!wrong|given).*, (?!wrong|given).*");
        }
        for (String batch : batchesOfFinetuning(withGiven.replace("mine: {", "mine: {given: ignore, "))) {
            assertThat(batch).doesNotContain("given", "wrong");
        }
    }

    @Test
    @Order(19)
    void dataMayBeObjectsOfTheStoreAndAreReadAsFilesAre() throws Exception {
        ObjectStoreSettings store = firn.objectStore();
        byte[] broken = "{\"query\":\"a\",\"document\":\"b\",\"language\":\"en\"}\n{oops\n".getBytes(UTF_8);
        MinioClient client = MinioClient.builder()
                .endpoint(store.endpoint().toString())
                .credentials(store.accessKey(), store.secretKey())
                .region(store.region())
                .build();
        try {
            client.makeBucket(MakeBucketArgs.builder().bucket("firn-data").build());
            for (String file :
                    List.of("pairs.jsonl", "held-out/corpus.jsonl", "held-out/queries.jsonl", "held-out/qrels.tsv")) {
                client.uploadObject(UploadObjectArgs.builder()
                        .bucket("firn-data")
                        .object("allowed/" + file)
                        .filename(folder.resolve("data").resolve(file).toString())
                        .build());
            }
            client.putObject(PutObjectArgs.builder()
                    .bucket("firn-data")
                    .object("allowed/broken.jsonl")
                    .data(broken, broken.length)
                    .build());
        } finally {
            client.close();
        }
        String inObjects = specification
                .replace(folder.resolve("data/pairs.jsonl").toString(), "s3://firn-data/allowed/pairs.jsonl")
                .replace(folder.resolve("data/held-out").toString(), "s3://firn-data/allowed/held-out");

        UUID run = firn.submission.submit(inObjects, Optional.empty()).runId();
        TestBed.await(
                Duration.ofMinutes(2),
                () -> firn.stores.stages().get(run, "prepare").state() == StageState.SUCCEEDED);
        firn.control.cancel(run, Optional.empty());
        assertThat(firn.ended(run).state()).isEqualTo(RunState.CANCELLED);

        // Byte for byte the dataset that the files give, with the same digest of its inputs
        assertThat(firn.stores.stages().get(run, "prepare").outputs())
                .isEqualTo(firn.stores.stages().get(first, "prepare").outputs());
        assertThat(faultsOf(inObjects.replace("allowed/pairs", "allowed/broken")))
                .singleElement()
                .satisfies(fault -> {
                    assertThat(fault.pointer()).isEqualTo("/data/sources/0/files/0");
                    assertThat(fault.detail()).startsWith("s3://firn-data/allowed/broken.jsonl:2: is no JSON");
                });
        assertThat(faultsOf(inObjects.replace("allowed/pairs", "allowed/none")))
                .contains(new Fault(
                        "/data/sources/0/files/0", "s3://firn-data/allowed/none.jsonl: there is no such file"));
        assertThat(faultsOf(inObjects.replace("allowed/held-out", "elsewhere")))
                .extracting(Fault::pointer)
                .containsExactly("/data/evaluation/0/folder");
        assertThat(faultsOf(inObjects.replace("firn-data/allowed/held-out", store.bucket())))
                .singleElement()
                .satisfies(fault -> {
                    assertThat(fault.pointer()).isEqualTo("/data/evaluation/0");
                    assertThat(fault.detail()).contains("is in the bucket of this server's own files");
                });
    }

    private static List<Fault> faultsOf(String specification) {
        return catchThrowableOfType(InvalidSpecificationException.class, () -> firn.submission.dryRun(specification))
                .faults();
    }

    /** Of the pairs of an epoch's batches, the number of the line that each comes from and its negatives. */
    private static List<String> batchesOfFinetuning(String specification) throws IOException {
        UUID run = firn.submission.submit(specification, Optional.empty()).runId();
        Run ended = firn.ended(run);
        assertThat(ended.state()).as("%s", ended.failure()).isEqualTo(RunState.SUCCEEDED);
        List<String> found = new ArrayList<>();
        try (PreparedDataset dataset = PreparedDataset.open(fetched(run, "prepare"))) {
            List<PairSource> sources = PairSourceFiles.read(fetched(run, "mine"));
            PairBatches batches = new PairBatches(sources, 16, 1, 1);
            RowNumbers pairs = new RowNumbers();
            for (long step = 0; step < batches.perEpoch(); step++) {
                PairSource source = sources.get(batches.source(step));
                batches.choose(step, pairs);
                for (int i = 0; i < pairs.size(); i++) {
                    int pair = pairs.get(i);
                    found.add(source.query(pair) + ": "
                            + IntStream.range(0, source.negativesPerPair())
                                    .mapToObj(k -> dataset.documents().text(source.negative(pair, k)))
                                    .collect(Collectors.joining(", ")));
                }
            }
        }
        assertThat(found).hasSizeGreaterThan(16);
        return found;
    }

    /** The first output of a stage. */
    private static Path fetched(UUID run, String stage) {
        Path target = folder.resolve(run + "-" + stage);
        firn.stores
                .artifacts()
                .fetch(firn.stores.stages().get(run, stage).outputs().getFirst().artifact(), target);
        return target;
    }

    private static List<StageExecution> stages(UUID run) {
        return firn.stores.stages().ofRun(run);
    }

    private static List<String> digests(UUID run) {
        return stages(run).stream()
                .flatMap(stage -> stage.outputs().stream())
                .map(output -> output.name() + " " + output.artifact().digest())
                .toList();
    }

    private static int runs() {
        return firn.stores
                .runs()
                .list(RunFilter.ALL, PageRequest.first(1000))
                .items()
                .size();
    }

    private static List<Checkpoint> checkpoints(UUID run, String stage) {
        return firn.stores
                .checkpoints()
                .list(new CheckpointFilter(Optional.of(run), Optional.of(stage)), PageRequest.first(1000))
                .items();
    }

    private static List<Evaluation> evaluations() {
        return firn.stores
                .evaluations()
                .list(new EvaluationFilter(Optional.of(first), Optional.empty()), PageRequest.first(1000))
                .items();
    }

    private static double ndcg(String weights, int dimension) {
        return evaluations().stream()
                .map(Evaluation::result)
                .filter(result ->
                        result.weights().equals(weights) && result.dimension().orElse(0) == dimension)
                .mapToDouble(result -> result.measures().get("ndcg_cut_10"))
                .average()
                .orElseThrow();
    }
}
