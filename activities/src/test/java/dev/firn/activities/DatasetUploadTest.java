package dev.firn.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.activities.importing.DatasetUpload;
import dev.firn.activities.importing.DatasetUpload.SentFile;
import dev.firn.activities.importing.DatasetUpload.Uploaded;
import dev.firn.activities.submission.DryRun;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.lineage.RunUse;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.training.data.DataFaultException;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.InvalidSpecificationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of pairs become a dataset, which runs are trained on. */
class DatasetUploadTest {
    @TempDir
    static Path folder;

    private static TestBed firn;
    private static DatasetUpload upload;
    private static String specification;

    @BeforeAll
    static void start() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        specification = SmallData.write(data, SmallData.FEW_PAIRS_PER_LANGUAGE)
                .replaceAll("steps: \\d+", "steps: 4")
                .replace(
                        "{type: jsonl, name: small, files: [\"" + data + "/pairs.jsonl\"]}",
                        "{type: dataset, name: small, dataset: DATASET}");
        firn = new TestBed(folder.resolve("home"));
        upload = new DatasetUpload(firn.stores, folder.resolve("uploads"));
    }

    @AfterAll
    static void stop() {
        firn.close();
    }

    private static SentFile sent(String name, String content) throws IOException {
        return new SentFile(name, Files.writeString(Files.createTempFile(folder, "sent", ""), content));
    }

    private static String pairs() throws IOException {
        return Files.readString(folder.resolve("data/pairs.jsonl"));
    }

    @Test
    void aRunIsTrainedOnADatasetThatWasSentAndTheDatasetTellsSo() throws IOException {
        Uploaded uploaded = upload.register("support", Optional.empty(), List.of(sent("pairs.jsonl", pairs())));
        assertThat(uploaded.created()).isTrue();

        Run run = firn.ended(firn.submission
                .submit(specification.replace("DATASET", "support@1"), Optional.empty())
                .runId());

        assertThat(run.state()).as("%s", run.failure()).isEqualTo(RunState.SUCCEEDED);
        assertThat(firn.stores
                        .runs()
                        .specification(run.id())
                        .at("/data/sources/0/sha256")
                        .asText())
                .isEqualTo(uploaded.dataset().artifact().digest().hex());
        assertThat(firn.stores.lineage().uses(uploaded.dataset().artifact().digest(), 10))
                .extracting(RunUse::runId, RunUse::stage)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(run.id(), "prepare"));

        // Under another name it is the same
        Uploaded again = upload.register("copy", Optional.empty(), List.of(sent("pairs.jsonl", pairs())));
        assertThat(again.dataset().artifact()).isEqualTo(uploaded.dataset().artifact());
        DryRun plan = firn.submission.dryRun(specification.replace("DATASET", "copy@1"));
        assertThat(plan.stages().getFirst().reused()).isTrue();
    }

    @Test
    void theLanguageThatWasSaidGoesIntoTheSpecification() throws IOException {
        String lines = pairs().replaceAll("\"language\":\"[a-z]+\",", "");
        upload.register("one-language", Optional.of("pl"), List.of(sent("pairs.jsonl", lines)));

        DryRun plan = firn.submission.dryRun(specification.replace("DATASET", "one-language@1"));

        assertThat(plan.specification().at("/data/sources/0/language").asText()).isEqualTo("pl");
        assertThat(plan.data().sources().getFirst().name()).isEqualTo("small/pl");
    }

    @Test
    void aDatasetThatIsNotThereOrAnotherOrPreparedIsRefused() throws IOException {
        ArtifactReference prepared = firn.stores
                .artifacts()
                .publish(
                        Files.writeString(
                                        Files.createDirectories(folder.resolve("prepared"))
                                                .resolve("dataset.json"),
                                        "{}")
                                .getParent(),
                        "dataset");
        firn.stores.datasets().register("made-by-a-run", prepared, JsonNodeFactory.instance.objectNode());
        upload.register("changed", Optional.empty(), List.of(sent("pairs.jsonl", pairs())));

        assertThat(faults("no-such@1")).containsExactly("/data/sources/0/dataset there is no dataset no-such@1");
        assertThat(faults("made-by-a-run@1"))
                .singleElement()
                .asString()
                .contains("/data/sources/0/dataset", "was prepared by a run");
        assertThat(faults("changed@1, sha256: " + "a".repeat(64)))
                .singleElement()
                .asString()
                .contains("/data/sources/0/sha256");
        assertThat(faults("changed")).singleElement().asString().contains("/data/sources/0/dataset");
    }

    @Test
    void whatIsRefusedLeavesNothing() throws IOException {
        assertThat(catchThrowableOfType(
                                DataFaultException.class,
                                () -> upload.register(
                                        "refused",
                                        Optional.empty(),
                                        List.of(sent("a.jsonl", "{}"), sent("b.jsonl", "{"))))
                        .faults())
                .extracting(fault -> fault.pointer() + " " + fault.message().replaceFirst(": is no JSON.*", ""))
                .containsExactly(
                        "/files/0 a.jsonl:1: lacks the field \"language\", and the source names no language",
                        "/files/1 b.jsonl:1");
        assertThat(catchThrowableOfType(
                                DataFaultException.class,
                                () -> upload.register(
                                        "refused",
                                        Optional.empty(),
                                        List.of(sent("a.jsonl", pairs()), sent("a.jsonl", pairs()))))
                        .faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault.message()).contains("another file is also called a.jsonl"));

        assertThat(firn.stores.datasets().find("refused", 1)).isEmpty();
        try (Stream<Path> left = Files.list(folder.resolve("uploads"))) {
            assertThat(left).isEmpty();
        }
    }

    private static List<String> faults(String dataset) {
        return catchThrowableOfType(
                        InvalidSpecificationException.class,
                        () -> firn.submission.dryRun(specification.replace("DATASET", dataset)))
                .faults()
                .stream()
                .map((Fault fault) -> fault.pointer() + " " + fault.detail())
                .toList();
    }
}
