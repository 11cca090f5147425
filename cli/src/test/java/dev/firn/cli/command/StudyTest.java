package dev.firn.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRunner;
import dev.firn.cli.CommandRunner.Result;
import dev.firn.cli.RecordedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyTest {
    private static final String ID = "0199a7d2-1111-7000-8000-000000000001";

    private final RecordedServer server = new RecordedServer();

    @TempDir
    private Path folder;

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void theBasesFileIsPutInItsPlaceAndTheTypeIsThatOfTheCommand() throws IOException {
        Files.writeString(folder.resolve("base.yaml"), "specVersion: 1\npretrain: {learningRate: 1e-4}\n");
        Path study = Files.writeString(folder.resolve("study.yaml"), "name: steps\nbase: base.yaml\nsteps: [5]\n");
        server.answer("POST /api/studies", study("RUNNING", "{\"runs\":1,\"waiting\":1}", ""));

        Result result =
                CommandRunner.run(server.address(), "study", "transfer", study.toString(), "--idempotency-key", "mine");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).isEqualTo(ID + "\n");
        assertThat(server.received().getFirst().headers())
                .containsEntry("Content-type", "application/json")
                .containsEntry("Idempotency-key", "mine");
        assertThat(server.received().getFirst().body())
                .isEqualTo("{\"name\":\"steps\",\"base\":{\"specVersion\":1,\"pretrain\":{\"learningRate\":1.0E-4}},"
                        + "\"steps\":[5],\"type\":\"transfer\"}");
    }

    @Test
    void aFileThatIsNotThereOrOfAnotherTypeIsWrongInput() throws IOException {
        Path study = Files.writeString(folder.resolve("study.yaml"), "type: ablation\nbase: nowhere.yaml\n");
        Path broken = Files.writeString(folder.resolve("broken.yaml"), "a: [1");

        assertThat(CommandRunner.run(server.address(), "study", "transfer", study.toString()))
                .satisfies(result -> assertThat(result.exitCode()).isEqualTo(2))
                .satisfies(result -> assertThat(result.err()).contains("is a study of type ablation"));
        assertThat(CommandRunner.run(server.address(), "study", "ablation", study.toString()))
                .satisfies(result -> assertThat(result.exitCode()).isEqualTo(2))
                .satisfies(result -> assertThat(result.err()).contains("nowhere.yaml does not exist"));
        assertThat(CommandRunner.run(server.address(), "study", "ablation", broken.toString()))
                .satisfies(result -> assertThat(result.exitCode()).isEqualTo(2))
                .satisfies(result -> assertThat(result.err()).contains("neither YAML nor JSON", "line"));
        assertThat(CommandRunner.run(server.address(), "study").exitCode()).isEqualTo(2);
        assertThat(server.received()).isEmpty();
    }

    @Test
    void aDryRunShowsWhichStagesAreShared() throws IOException {
        Path study = Files.writeString(folder.resolve("study.yaml"), "base: {specVersion: 1}\n");
        server.answer("POST /api/studies?dryRun=true", """
                {"name":"ranks","type":"ablation","parallelism":2,"memoryBytes":1500000,"stages":4,"computed":3,"runs":[
                  {"position":0,"label":"base","stages":[{"name":"prepare","would":"computed"},{"name":"filter","would":"reused"}]},
                  {"position":1,"label":"rank 1","stages":[{"name":"prepare","would":"shared","sharedWith":0},
                    {"name":"filter","would":"computed"}]}]}""");

        Result result = CommandRunner.run(server.address(), "study", "ablation", study.toString(), "--dry-run");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("of run 0", "reused", "3 of them to be computed", "1.5 MB");
    }

    @Test
    void aStudyIsShownWithItsMeasuresAndFollowedToItsEnd() {
        server.answer(
                        "GET /api/studies?limit=200",
                        "{\"items\":[" + study("FINISHED", "{\"runs\":2}", "") + "],\"nextCursor\":null}")
                .answer("GET /api/studies/" + ID, study("FINISHED", "{\"runs\":2,\"succeeded\":1,\"failed\":1}", """
                        {"position":0,"label":"base","state":"SUCCEEDED","figures":[
                          {"weights":"finetuned","kind":"own","languages":"all","ndcg10":0.5,"sets":2}]},
                        {"position":1,"label":"rank 1","state":"FAILED","failure":"pretrain: not finite","figures":[
                          {"weights":"finetuned","kind":"own","languages":"all","ndcg10":0.45,"sets":2}]}"""));

        Result shown = CommandRunner.run(server.address(), "study", "show", "steps");
        Result followed = CommandRunner.run(server.address(), "study", "show", ID, "--follow");

        assertThat(shown.exitCode()).isZero();
        assertThat(shown.out()).contains("0.500", "-0.050", "rank 1 failed: pretrain: not finite");
        // Not every run succeeded
        assertThat(followed.exitCode()).isEqualTo(1);
    }

    @Test
    void studiesAreListedStoppedResumedAndTheirReportIsWritten() throws IOException {
        server.answer(
                        "GET /api/studies?limit=50",
                        "{\"items\":[" + study("RUNNING", "{\"runs\":2}", "") + "],\"nextCursor\":null}")
                .answer("POST /api/studies/" + ID + "/stop", study("STOPPING", "{\"runs\":2,\"unfinished\":1}", ""))
                .answer("POST /api/studies/" + ID + "/resume", study("RUNNING", "{\"runs\":2}", ""))
                .answer("GET /api/studies/" + ID + "/report", "{\"any\":\"bytes\"}");

        assertThat(CommandRunner.run(server.address(), "studies").out()).contains(ID, "transfer");
        assertThat(CommandRunner.run(server.address(), "study", "stop", ID).out())
                .contains("STOPPING", "1 under way");
        assertThat(CommandRunner.run(server.address(), "study", "resume", ID).out())
                .contains("RUNNING");
        Path report = folder.resolve("report.html");
        Result result = CommandRunner.run(server.address(), "study", "report", ID, report.toString(), "--json");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("\"bytes\":15");
        assertThat(report).hasContent("{\"any\":\"bytes\"}");
    }

    private static String study(String state, String counts, String runs) {
        return "{\"id\":\"" + ID + "\",\"name\":\"steps\",\"type\":\"transfer\",\"state\":\"" + state
                + "\",\"parallelism\":2,\"createdAt\":\"2026-11-24T10:00:00Z\",\"counts\":" + counts + ",\"runs\":["
                + runs + "]}";
    }
}
