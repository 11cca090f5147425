package dev.firn.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.firn.activities.study.StudyPlan;
import dev.firn.activities.submission.DryRun;
import dev.firn.activities.submission.RunNeeds;
import dev.firn.registry.ConflictException;
import dev.firn.registry.PageRequest;
import dev.firn.registry.run.RunFilter;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.run.StageState;
import dev.firn.registry.study.CreatedStudy;
import dev.firn.registry.study.Study;
import dev.firn.registry.study.StudyRun;
import dev.firn.registry.study.StudyState;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.InvalidSpecificationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Studies over the small corpus, with all that is stored on the way. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StudiesTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    static Path folder;

    private static String base;
    private static TestBed firn;
    private static UUID ablation;
    private static UUID transfer;

    @BeforeAll
    static void start() throws IOException {
        base = SmallData.write(Files.createDirectories(folder.resolve("data")), SmallData.FEW_PAIRS_PER_LANGUAGE)
                .replace("steps: 40,", "steps: 4,")
                .replace("steps: 200,", "steps: 40,")
                .replace(
                        "learningRate: 2e-3,",
                        "learningRate: 2e-3,"
                                + " schedule: {type: warmup-stable-decay, warmupSteps: 2, decaySteps: 10},")
                .replace("steps: 30,", "steps: 4,");
        firn = new TestBed(folder.resolve("home"));
    }

    @AfterAll
    static void stop() {
        firn.close();
    }

    private static String study(String name, String type, String rest) {
        return "specVersion: 1\nname: " + name + "\ntype: " + type + "\n" + rest + "\nbase:\n" + base.indent(2);
    }

    private static UUID submit(String text) {
        return firn.studies
                .submit(text, Optional.empty(), Optional.of("ada"))
                .study()
                .id();
    }

    private static Study ended(UUID study) {
        TestBed.await(LONG, () -> firn.stores.studies().get(study).state().ended());
        return firn.stores.studies().get(study);
    }

    private static List<StudyRun> runs(UUID study) {
        return firn.stores.studies().runs(study);
    }

    private static StageExecution stage(StudyRun run, String stage) {
        return firn.stores.stages().get(run.runId().orElseThrow(), stage);
    }

    @Test
    @Order(1)
    void aDryRunSaysWhichStagesTheRunsWouldShareAndMakesNothing() {
        StudyPlan plan = firn.studies.dryRun(
                study("ranks", "ablation", "vary: [{field: /finetune/temperature, values: [0.05, 0.1, 0.2]}]"));

        // 0.1 is what the base has
        assertThat(plan.runs())
                .extracting(StudyPlan.PlannedRun::label)
                .containsExactly("base", "finetune.temperature 0.05", "finetune.temperature 0.2");
        assertThat(plan.runs()
                        .getFirst()
                        .coordinates()
                        .get("/finetune/temperature")
                        .asDouble())
                .isEqualTo(0.1);
        assertThat(plan.runs().getFirst().stages()).allMatch(StudyPlan.PlannedStage::computed);
        assertThat(plan.runs().getLast().stages())
                .filteredOn(StudyPlan.PlannedStage::computed)
                .extracting(stage -> stage.stage().stage().label())
                .containsExactly("finetune", "evaluate", "register");
        assertThat(plan.runs().getLast().stages())
                .filteredOn(stage -> stage.sharedWith().isPresent())
                .hasSize(5)
                .allMatch(stage -> stage.sharedWith().equals(Optional.of(0)));
        assertThat(plan.runs().getFirst().languages()).containsExactlyInAnyOrder("de", "en");
        assertThat(plan.runs().getFirst().dryRun().memory().bytes()).isPositive();
        assertThat(firn.stores.studies().list(PageRequest.first(10)).items()).isEmpty();
        assertThat(firn.stores.runs().list(RunFilter.ALL, PageRequest.first(10)).items())
                .isEmpty();
    }

    @Test
    @Order(2)
    void anAblationRunsItsPointsComputesWhatTheyShareOnceAndOutlivesTheServer() {
        ablation = submit(study("ranks", "ablation", """
                parallelism: 2
                vary: [{field: /finetune/temperature, values: [0.05, 0.1, 0.2]}]"""));
        TestBed.await(LONG, () -> runs(ablation).getFirst().runId().isPresent());
        // As a server that is killed: Temporal, in this process, forgets the study and its runs
        firn.close();
        firn = new TestBed(folder.resolve("home"));
        assertThat(firn.stores.studies().get(ablation).state()).isEqualTo(StudyState.RUNNING);

        firn.reconciler.reconcile();

        assertThat(ended(ablation).state()).isEqualTo(StudyState.FINISHED);
        List<StudyRun> runs = runs(ablation);
        assertThat(runs).extracting(run -> run.state().orElseThrow()).containsOnly(RunState.SUCCEEDED);
        for (String shared : List.of("prepare", "initialise", "filter", "pretrain", "mine")) {
            assertThat(runs)
                    .extracting(run -> stage(run, shared).state())
                    .as(shared)
                    .containsExactly(StageState.SUCCEEDED, StageState.REUSED, StageState.REUSED);
        }
        assertThat(runs).extracting(run -> stage(run, "finetune").state()).containsOnly(StageState.SUCCEEDED);
        assertThat(firn.stores.runs().get(runs.getFirst().runId().orElseThrow()).requestedBy())
                .contains("ada");
        assertThat(firn.stores.models().findByAlias("ranks", "best")).isPresent();
        assertThat(firn.stores.models().findByAlias("small", "champion")).isEmpty();
        assertThat(firn.stores.studies().counts(List.of(ablation)).get(ablation).succeeded())
                .isEqualTo(3);
    }

    @Test
    @Order(3)
    void transferTrainsNoStepTwiceAndEndsInTheBitsOfARunThatWasLeftAlone() {
        transfer = submit(study("steps", "transfer", "steps: [5, 12, 20]"));

        assertThat(ended(transfer).state()).isEqualTo(StudyState.FINISHED);
        List<StudyRun> runs = runs(transfer);
        assertThat(runs).extracting(run -> run.state().orElseThrow()).containsOnly(RunState.SUCCEEDED);
        assertThat(stage(runs.get(0), "prepare").state()).isEqualTo(StageState.REUSED);
        for (int i = 1; i < runs.size(); i++) {
            StageExecution pretrain = stage(runs.get(i), "pretrain");
            assertThat(firn.stores.stages().attempts(pretrain.id()).getFirst().resumedStep())
                    .hasValue(i == 1 ? 5 : 12);
        }
        String alone =
                base.replace("steps: 40,", "steps: 20,").replace("decaySteps: 10", "decaySteps: 0") + "reuse: false\n";
        UUID run = firn.submission.submit(alone, Optional.empty()).runId();
        assertThat(firn.ended(run).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(stage(runs.get(2), "pretrain").outputs())
                .isEqualTo(firn.stores.stages().get(run, "pretrain").outputs());
        assertThat(stage(runs.get(2), "finetune").outputs())
                .isEqualTo(firn.stores.stages().get(run, "finetune").outputs());
    }

    @Test
    @Order(4)
    void aLongerTransferTakesOverWhatAShorterOneTrainedAndGoesOnFromThere() {
        UUID longer = submit(study("more-steps", "transfer", "steps: [5, 12, 20, 24]"));

        assertThat(ended(longer).state()).isEqualTo(StudyState.FINISHED);
        List<StudyRun> runs = runs(longer);
        assertThat(runs.subList(0, 3))
                .extracting(run -> stage(run, "finetune").state())
                .containsOnly(StageState.REUSED);
        StageExecution last = stage(runs.get(3), "pretrain");
        assertThat(firn.stores.stages().attempts(last.id()).getFirst().resumedStep())
                .hasValue(20);
    }

    @Test
    @Order(5)
    void aRunThatFailsEndsNeitherTheOthersNorTheStudy() {
        UUID study = submit(study("broken", "ablation", """
                points:
                  - name: diverges
                    change:
                      pretrain:
                        {temperature: 1e-37, learningRate: 1.0, optimizer: {gradientClip: 1e30, epsilon: 1e-30}}
                  - {name: cooler, change: {finetune: {temperature: 0.05}}}"""));

        assertThat(ended(study).state()).isEqualTo(StudyState.FINISHED);
        assertThat(runs(study))
                .extracting(run -> run.state().orElseThrow())
                .containsExactly(RunState.SUCCEEDED, RunState.FAILED, RunState.SUCCEEDED);
    }

    @Test
    @Order(6)
    void aStudyThatIsStoppedKeepsWhatIsFinishedAndGoesOnWhereItWas() {
        UUID study = submit(study("stopped", "ablation", """
                parallelism: 1
                change: {pretrain: {checkpoints: {everySteps: 30}}}
                points: [{name: long, change: {pretrain: {steps: 1500}}}]"""));
        TestBed.await(
                LONG,
                () -> runs(study).get(1).runId().isPresent()
                        && stage(runs(study).get(1), "pretrain")
                                .progress()
                                .map(progress -> progress.path("step").asLong() > 40)
                                .orElse(false));
        assertThatThrownBy(() -> firn.studyControl.resume(study)).isInstanceOf(ConflictException.class);

        firn.studyControl.stop(study);

        assertThat(ended(study).state()).isEqualTo(StudyState.STOPPED);
        assertThat(runs(study))
                .extracting(run -> run.state().orElseThrow())
                .containsExactly(RunState.SUCCEEDED, RunState.CANCELLED);
        assertThatThrownBy(() -> firn.studyControl.stop(study)).isInstanceOf(ConflictException.class);

        firn.studyControl.resume(study);

        assertThat(ended(study).state()).isEqualTo(StudyState.FINISHED);
        assertThat(runs(study)).extracting(run -> run.state().orElseThrow()).containsOnly(RunState.SUCCEEDED);
        assertThat(firn.stores
                        .stages()
                        .attempts(stage(runs(study).get(1), "pretrain").id())
                        .getLast()
                        .resumedStep()
                        .orElseThrow())
                .isGreaterThan(29);
        assertThatThrownBy(() -> firn.studyControl.resume(study)).isInstanceOf(ConflictException.class);
    }

    @Test
    @Order(7)
    void theSameKeyGivesTheSameStudyAndWrongOnesAreRefusedWithEveryFault() {
        String text = study("keyed", "transfer", "steps: [5]");
        CreatedStudy first = firn.studies.submit(text, Optional.of("key"), Optional.empty());
        CreatedStudy second = firn.studies.submit(text, Optional.of("key"), Optional.empty());
        assertThat(second.created()).isFalse();
        assertThat(second.study().id()).isEqualTo(first.study().id());
        assertThatThrownBy(() -> firn.studies.submit(text + "\n", Optional.of("key"), Optional.empty()))
                .isInstanceOf(ConflictException.class);
        ended(first.study().id());

        assertThat(faults(study("wrong", "ablation", "vary: [{field: /pretrain/temperature, values: [0.1, 0, -1]}]")))
                .extracting(Fault::pointer)
                .containsExactly("/vary/0/values/1", "/vary/0/values/2");
        assertThat(faults(study("wrong", "transfer", "steps: [5]\nchange: {pretrain: {temperature: 0}}")))
                .extracting(Fault::pointer)
                .containsExactly("/change/pretrain/temperature");
        assertThat(faults(study("wrong", "transfer", "steps: [5]").replace("batchSize: 32", "batchSize: 0")))
                .extracting(Fault::pointer)
                .containsExactly("/base/pretrain/batchSize");
    }

    @Test
    @Order(8)
    void theExamplesPassADryRunAndSayWhatTheyTakeAndWhatIsToBeBrought() throws IOException {
        DryRun quickstart = firn.submission.estimate(example("quickstart"));
        assertThat(quickstart.missing()).isEmpty();
        assertThat(quickstart.stages()).hasSize(8);
        assertThat(quickstart.needs().stages()).allMatch(stage -> stage.tokens().isPresent());
        StudyPlan steps = firn.studies.dryRun(example("quickstart-transfer")
                .replaceFirst(
                        "base: quickstart.yaml.*\n",
                        "base:\n" + example("quickstart").indent(2)));
        assertThat(steps.runs()).hasSize(5);
        assertThat(steps.runs().getLast().stages())
                .filteredOn(StudyPlan.PlannedStage::computed)
                .extracting(stage -> stage.stage().stage().label())
                .containsExactly("pretrain", "finetune", "evaluate", "register");

        for (String name : List.of("arctic-embed-m-v2", "arctic-embed-l-v2", "libreoffice")) {
            DryRun preset = firn.submission.estimate(example(name));
            assertThat(preset.missing())
                    .as(name)
                    .isNotEmpty()
                    .allMatch(fault -> fault.detail().startsWith("there is no f"));
            assertThat(preset.stages()).as(name).isEmpty();
            assertThat(preset.memory().bytes()).as(name).isPositive();
            assertThat(preset.needs().storageBytes())
                    .as(name)
                    .isGreaterThan(preset.needs().checkpointBytes());
        }
        // 12 layers of 768 with a feed-forward of 3,072 and its gate, and 250,002 words
        RunNeeds medium = firn.submission.estimate(example("arctic-embed-m-v2")).needs();
        assertThat(medium.parameters()).isBetween(304_000_000L, 306_000_000L);
        RunNeeds.StageNeed pretrain = medium.stages().getFirst();
        assertThat(pretrain.steps()).contains(129_089L);
        assertThat(pretrain.tokens()).contains(129_089L * 32_768 * (32 + 256));
        assertThat(pretrain.operationsPerToken()).isEqualTo(8L * 12 * (4 * 768 * 768 + 3 * 768 * 3072));
        assertThat(pretrain.hours(Optional.of(1e6)).orElseThrow())
                .isCloseTo(129_089.0 * 32_768 * 288 / 1e6 / 3600, Offset.offset(1e-6));
        assertThat(faultsOfEstimate(example("arctic-embed-m-v2").replace("temperature: 0.02", "temperature: 0")))
                .extracting(Fault::pointer)
                .containsExactly("/pretrain/temperature", "/finetune/temperature");
    }

    private static List<Fault> faultsOfEstimate(String text) {
        return catchThrowableOfType(InvalidSpecificationException.class, () -> firn.submission.estimate(text))
                .faults();
    }

    private static String example(String name) throws IOException {
        return Files.readString(Path.of("../examples", name + ".yaml"));
    }

    @Test
    @Order(9)
    void languagesAreSwappedPerStageAndWhatIsNotSwappedIsShared() {
        UUID study = submit(study("swapped", "languages", """
                settings:
                  - {name: En/En/En, initialise: [en], pretrain: ["*/en"], finetune: ["*/en"]}
                  - {name: En/En/Multi, initialise: [en], pretrain: ["*/en"]}"""));

        assertThat(ended(study).state()).isEqualTo(StudyState.FINISHED);
        List<StudyRun> runs = runs(study);
        assertThat(runs).extracting(run -> run.state().orElseThrow()).containsOnly(RunState.SUCCEEDED);
        assertThat(runs.get(0).planned().languages()).containsExactly("en");
        assertThat(runs.get(1).planned().languages()).containsExactlyInAnyOrder("de", "en");
        assertThat(stage(runs.get(1), "pretrain").state()).isEqualTo(StageState.REUSED);
        assertThat(stage(runs.get(0), "mine").state()).isEqualTo(StageState.SUCCEEDED);
        // From all sources was mined before, by the other tests
        assertThat(stage(runs.get(1), "mine").state()).isEqualTo(StageState.REUSED);
        assertThat(stage(runs.get(1), "mine").key())
                .isNotEqualTo(stage(runs.get(0), "mine").key());
        assertThat(stage(runs.get(1), "finetune").state()).isEqualTo(StageState.SUCCEEDED);
        // Learning from one language gives other weights than learning from two
        assertThat(stage(runs.get(0), "initialise").outputs())
                .isNotEqualTo(stage(runs(ablation).getFirst(), "initialise").outputs());
        assertThat(faults(study("wrong", "languages", "settings: [{name: a, initialise: [fr]}]")))
                .singleElement()
                .satisfies(fault -> assertThat(fault.detail()).contains("/initialise/languages/0", "[de, en]"));
    }

    private static List<Fault> faults(String text) {
        return catchThrowableOfType(InvalidSpecificationException.class, () -> firn.studies.dryRun(text))
                .faults();
    }
}
