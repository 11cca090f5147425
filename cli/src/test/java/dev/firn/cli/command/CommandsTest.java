package dev.firn.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRunner;
import dev.firn.cli.CommandRunner.Result;
import dev.firn.cli.RecordedServer;
import dev.firn.cli.RecordedServer.Received;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
    private static final String FIRST = "0199a7d2-1111-7000-8000-000000000001";
    private static final String SECOND = "0199a7d2-2222-7000-8000-000000000002";

    private final RecordedServer server = new RecordedServer();

    @TempDir
    private Path folder;

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void submitSendsTheSpecificationAsItIsWithAKey() throws IOException {
        Path specification = Files.writeString(folder.resolve("a.yaml"), "specVersion: 1 # é\n");
        server.answer("POST /api/runs", run(FIRST, "a", "QUEUED"));
        Result result = CommandRunner.run(server.address(), "submit", specification.toString());
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).isEqualTo(FIRST + "\n");
        Received request = server.received().getFirst();
        assertThat(request.body()).isEqualTo("specVersion: 1 # é\n");
        assertThat(request.headers())
                .containsEntry("Content-type", "application/yaml")
                .containsKey("Idempotency-key");

        Path json = Files.writeString(folder.resolve("a.json"), "{}");
        CommandRunner.run(server.address(), "submit", json.toString(), "--idempotency-key", "mine", "--json");
        assertThat(server.received().getLast().headers())
                .containsEntry("Content-type", "application/json")
                .containsEntry("Idempotency-key", "mine");
    }

    @Test
    void submitSendsThePriorityAndARunThatWaitsSaysWhatFor() throws IOException {
        Path specification = Files.writeString(folder.resolve("a.yaml"), "specVersion: 1");
        String waiting = "{\"id\":\"" + FIRST + "\",\"name\":\"a\",\"state\":\"QUEUED\",\"priority\":7,"
                + "\"waitingFor\":\"a free compute slot\",\"createdAt\":\"2026-11-24T10:00:00Z\",\"stages\":[]}";
        server.answer("POST /api/runs?priority=7", waiting)
                .answer("GET /api/runs/" + FIRST, waiting)
                .answer("GET /api/runs/" + FIRST + "/controls?limit=20", page(null));

        Result submitted = CommandRunner.run(server.address(), "submit", specification.toString(), "--priority", "7");
        Result shown = CommandRunner.run(server.address(), "run", FIRST);

        assertThat(submitted.exitCode()).isZero();
        assertThat(shown.out()).contains("waits    for a free compute slot", "priority 7");
    }

    @Test
    void submitReadsStandardInput() {
        server.answer("POST /api/runs", run(FIRST, "a", "QUEUED"));
        CommandRunner.run(Map.of("FIRN_URL", server.address().toString()), "name: a", "submit", "-");
        assertThat(server.received().getFirst().body()).isEqualTo("name: a");
    }

    @Test
    void submitAsksAgainWithTheSameKeyWhenTheConnectionBreaks() throws IOException {
        Path specification = Files.writeString(folder.resolve("a.yaml"), "specVersion: 1");
        server.hangUp("POST /api/runs").answer("POST /api/runs", run(FIRST, "a", "QUEUED"));
        assertThat(CommandRunner.run(server.address(), "submit", specification.toString())
                        .exitCode())
                .isZero();
        List<String> keys = server.received().stream()
                .map(request -> request.headers().get("Idempotency-key"))
                .toList();
        assertThat(keys).hasSizeGreaterThanOrEqualTo(2);
        assertThat(keys).containsOnly(keys.getFirst());
    }

    @Test
    void submitFollowsToTheEndAndTakesItsExitCodeFromTheRun() throws IOException {
        Path specification = Files.writeString(folder.resolve("a.yaml"), "specVersion: 1");
        server.answer("POST /api/runs", run(FIRST, "a", "QUEUED"));
        server.answer("GET /api/runs/" + FIRST, run(FIRST, "a", "RUNNING"))
                .answer("GET /api/runs/" + FIRST, run(FIRST, "a", "FAILED"));
        Result result = CommandRunner.run(server.address(), "submit", specification.toString(), "--follow", "--json");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.json().path("state").asText()).isEqualTo("FAILED");
        assertThat(result.err()).contains("failed");
    }

    @Test
    void aDryRunShowsThePlan() throws IOException {
        Path specification = Files.writeString(folder.resolve("a.yaml"), "specVersion: 1");
        server.answer("POST /api/runs?dryRun=true", """
                {"specification":{"name":"a","pretrain":{"temperature":0.02}},"memoryBytes":1500000000,
                 "memory":{"stage":"pretrain","parameterBytes":300000000,"activationBytes":700000000,
                           "batchBytes":100000000,"processBytes":400000000,"availableBytes":900000000,
                           "shortage":"The training takes 1.1 GB of memory"},
                 "stages":[{"name":"prepare","key":"00112233445566778899","reused":true,"reason":"finished in run x"},
                           {"name":"pretrain","key":"aa112233445566778899","reused":false,"reason":null}]}
                """);
        Result result = CommandRunner.run(server.address(), "submit", specification.toString(), "--dry-run");
        assertThat(result.out())
                .contains("temperature: 0.02", "memory needed: 1.5 GB, in stage pretrain")
                .containsPattern("activations of a chunk +700.0 MB")
                .contains("does not fit on this server now. The training takes 1.1 GB of memory")
                .containsPattern("prepare +001122334455 +reused +finished in run x")
                .containsPattern("pretrain +aa1122334455 +computed");
        assertThat(CommandRunner.run(server.address(), "submit", specification.toString(), "--dry-run", "--json")
                        .json()
                        .path("memoryBytes")
                        .asLong())
                .isEqualTo(1_500_000_000L);
    }

    @Test
    void listingsFollowCursorsUpToTheLimitAndKeepUnknownFields() {
        server.answer("GET /api/runs?limit=3", page("c&1", runOf(FIRST, "a"), runOf(SECOND, "b")));
        server.answer(
                "GET /api/runs?cursor=c%261&limit=1", page("c2", runOf("0199a7d2-3333-7000-8000-000000000003", "c")));
        Result json = CommandRunner.run(server.address(), "runs", "--limit", "3", "--json");
        assertThat(json.exitCode()).isZero();
        assertThat(json.json().path("items")).hasSize(3);
        assertThat(json.json().path("items").get(0).path("ofTomorrow").asInt()).isEqualTo(1);
        assertThat(json.json().path("nextCursor").asText()).isEqualTo("c2");
        Result table = CommandRunner.run(server.address(), "runs", "--limit", "3");
        assertThat(table.out().lines()).hasSize(4);
        assertThat(table.err()).contains("first 3");
    }

    @Test
    void anEmptyListingSaysHowToFillIt() {
        server.answer("GET /api/runs?limit=50", page(null));
        Result result = CommandRunner.run(server.address(), "runs");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("submit examples/quickstart.yaml");
        assertThat(CommandRunner.run(server.address(), "runs", "--json").json().path("items"))
                .isEmpty();
    }

    @Test
    void everyListingPrintsATableAndJson() {
        server.answer("GET /api/models?limit=50", page(null, """
                        {"name":"quickstart","versions":2,"latestVersion":2,"aliases":[{"alias":"champion","version":2,"revision":3}]}
                        """));
        server.answer("GET /api/models/quickstart", """
                {"name":"quickstart","versions":1,"latestVersion":1,"aliases":[],
                 "items":[{"name":"quickstart","version":1,"runId":"r","createdAt":"2026-01-02T03:04:05Z","dimension":192,
                           "metrics":{"x":1},"aliases":["champion"]}]}
                """);
        server.answer("GET /api/checkpoints?limit=50", page(null, """
                        {"id":"c1","runId":"r","stage":"pretrain","step":500,"bytes":12345678,"sha256":"ab","createdAt":"2026-01-02T03:04:05Z"}
                        """));
        server.answer("GET /api/evaluations?limit=50", page(null, """
                        {"weights":"bm25","set":"keycloak/de→en","kind":"cross","queryLanguage":"de","documentLanguage":"en",
                         "dimension":null,"queries":36,"measures":{"ndcg_cut_10":0.1234,"map":0.1}}
                        """));
        server.answer("GET /api/datasets?limit=50", page(null, """
                        {"name":"keycloak","version":3,"artifact":{"kind":"dataset","bytes":2000},
                         "summary":{"sources":[{"pairs":2000},{"pairs":500}]}}
                        """, """
                        {"name":"other","version":1,"createdAt":"2026-01-02T03:04:05Z",
                         "artifact":{"kind":"pairs","bytes":1},"summary":{"pairs":7}}
                        """));
        Map<String[], String> expected = Map.of(
                new String[] {"models"}, "quickstart +2 +2 +champion -> 2",
                new String[] {"model", "quickstart"}, "1 +2026-01-02 03:04:05 +192 +champion +r",
                new String[] {"checkpoints"}, "c1 +r +pretrain +500 +12.3 MB +2026-01-02 03:04:05",
                new String[] {"evaluations"}, "bm25 +keycloak/de→en +- +36 +0.123 +- +- +- +0.100",
                new String[] {"datasets"},
                        "keycloak@3 +prepared +2500 +2.0 KB +-\nother@1 +sent +7 +1 B +2026-01-02 03:04:05");
        expected.forEach((arguments, pattern) -> {
            Result table = CommandRunner.run(server.address(), arguments);
            assertThat(table.exitCode()).as(table.err()).isZero();
            assertThat(table.out()).containsPattern(pattern);
            List<String> withJson = new java.util.ArrayList<>(List.of(arguments));
            withJson.add("--json");
            Result json = CommandRunner.run(server.address(), withJson.toArray(String[]::new));
            assertThat(json.out().lines()).hasSize(1);
            assertThat(json.json().path("items")).isNotEmpty();
        });
    }

    @Test
    void evaluationsStartFollowsUntilTheServerHasMeasured() {
        String queued = job("QUEUED", "null", "null");
        server.answer("POST /api/evaluations", queued)
                .answer("GET /api/evaluations/jobs/j1", job("SUCCEEDED", "null", "null"))
                .answer(
                        "GET /api/evaluations/jobs?limit=50&model=quickstart",
                        page(null, job("RUNNING", """
                        {"step":3,"totalSteps":4,"message":"embedding"}""", "null"), job("FAILED", "null", "\"gone\"")))
                .answer("GET /api/evaluations?limit=50&model=quickstart", page(null, """
                        {"weights":"registered","set":"held-out","dimension":32,"queries":4,"measures":{}}
                        """));

        Result started = CommandRunner.run(
                server.address(), "evaluations", "start", "quickstart@champion", "mine@2", "--dimensions", "64,32");
        Result followed = CommandRunner.run(
                server.address(), "evaluations", "start", "quickstart@champion", "mine@2", "--follow", "--json");
        Result jobs = CommandRunner.run(server.address(), "evaluations", "jobs", "quickstart");
        Result measured = CommandRunner.run(server.address(), "evaluations", "--model", "quickstart");

        assertThat(started.exitCode()).as(started.err()).isZero();
        assertThat(started.out()).contains("quickstart@2 on mine@2: queued");
        assertThat(server.received().getFirst().body())
                .isEqualTo("{\"model\":\"quickstart@champion\",\"dataset\":\"mine@2\",\"dimensions\":[64,32]}");
        assertThat(followed.exitCode()).isZero();
        assertThat(followed.json().path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(jobs.out()).contains("embedding, 3 of 4", "failed: gone");
        assertThat(measured.out()).contains("held-out");
        assertThat(CommandRunner.run(server.address(), "evaluations", "start", "quickstart", "mine@2")
                        .exitCode())
                .isEqualTo(2);
    }

    private static String job(String state, String progress, String failure) {
        return """
                {"id":"j1","model":"quickstart@2","dataset":"mine@2","dimensions":[64,32],"state":"%s","progress":%s,
                 "failure":%s,"requestedBy":null,"createdAt":"2026-01-02T03:04:05Z","startedAt":null,"finishedAt":null}
                """.formatted(state, progress, failure);
    }

    @Test
    void datasetsAddSendsTheFilesAsTheyAreInOneForm() throws IOException {
        Path first = Files.writeString(folder.resolve("a.jsonl"), "{\"query\":\"é\"}\n");
        Path second = Files.writeString(folder.resolve("b.jsonl"), "");
        server.answer("POST /api/datasets", """
                {"name":"mine","version":2,"artifact":{"kind":"pairs","bytes":9},"summary":{"pairs":12}}
                """);

        Result result = CommandRunner.run(
                server.address(), "datasets", "add", "mine", first.toString(), second.toString(), "--language", "de");

        assertThat(result.out()).isEqualTo("mine@2: 12 pairs\n");
        assertThat(result.err()).contains("Sending 2 files");
        Received request = server.received().getFirst();
        String octets = "\r\nContent-Type: application/octet-stream";
        String boundary = request.headers().get("Content-type").replaceFirst(".*boundary=", "");
        assertThat(request.body().split("\r?\n?--" + boundary, -1))
                .containsExactly(
                        "",
                        part("name=\"name\"", "", "mine"),
                        part("name=\"language\"", "", "de"),
                        part("name=\"files\"; filename=\"a.jsonl\"", octets, "{\"query\":\"é\"}\n"),
                        part("name=\"files\"; filename=\"b.jsonl\"", octets, ""),
                        "--\r\n");

        assertThat(CommandRunner.run(server.address(), "datasets", "add", "mine", "absent.jsonl")
                        .exitCode())
                .isEqualTo(2);
        assertThat(CommandRunner.run(server.address(), "datasets", "add", "Not a name", first.toString())
                        .exitCode())
                .isEqualTo(2);
        assertThat(server.received()).hasSize(1);
    }

    private static String part(String disposition, String type, String content) {
        return "\r\nContent-Disposition: form-data; " + disposition + type + "\r\n\r\n" + content;
    }

    @Test
    void datasetsAddTellsEveryWrongLine() throws IOException {
        Path file = Files.writeString(folder.resolve("a.jsonl"), "{}");
        server.problem("POST /api/datasets", 422, """
                {"title":"The dataset is refused","status":422,"detail":"It has 2 faults",
                 "errors":[{"pointer":"/files/0","detail":"a.jsonl:1: lacks the field 'document'"}]}
                """);

        Result result = CommandRunner.run(server.address(), "datasets", "add", "mine", file.toString());

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("a.jsonl:1: lacks the field 'document'");
    }

    @Test
    void datasetsShowPrintsCountsTheFirstPairsAndWhatUsedIt() {
        server.answer("GET /api/datasets/mine%402", """
                        {"name":"mine","version":2,"artifact":{"kind":"pairs","bytes":900},
                         "summary":{"pairs":12,"languages":{"de":12},"sources":{"faq":3},"duplicates":1,"identical":0}}
                        """)
                .answer("GET /api/datasets/mine%402/rows?limit=5", """
                        {"items":[{"source":"faq","language":"de","query":"Wie\\nso?","document":"Darum. "}]}
                        """)
                .answer("GET /api/datasets/mine%402/uses", """
                        {"items":[{"runId":"r1","name":"small","state":"SUCCEEDED","stage":"prepare","models":["m@1"]}]}
                        """);

        assertThat(CommandRunner.run(server.address(), "datasets", "show", "mine@2")
                        .out())
                .contains("mine@2  12 pairs, 900 B, sent")
                .containsPattern("language de +12")
                .containsPattern("source faq +3")
                .containsPattern("there before +1")
                .containsPattern("de +Wie so\\? +Darum\\.")
                .containsPattern("r1 +small +SUCCEEDED +m@1");
        Result json = CommandRunner.run(server.address(), "datasets", "show", "mine@2", "--json");
        assertThat(json.json().at("/uses/0/runId").asText()).isEqualTo("r1");
        assertThat(json.json().at("/rows/0/language").asText()).isEqualTo("de");
        assertThat(json.json().at("/summary/pairs").asInt()).isEqualTo(12);
    }

    @Test
    void aCheckpointIsPinnedUnpinnedAndDeletedOrTheReasonIsSaid() {
        String checkpoint =
                "{\"id\":\"c1\",\"runId\":\"r\",\"stage\":\"pretrain\",\"step\":500,\"bytes\":1,\"sha256\":\"ab\",\"pinned\":%s}";
        server.answer("PUT /api/checkpoints/c1/pin", checkpoint.formatted(true));
        server.answer("DELETE /api/checkpoints/c1/pin", checkpoint.formatted(false));
        server.answer("DELETE /api/checkpoints/c1", 204, "application/json", new byte[0]);
        server.problem(
                "DELETE /api/checkpoints/c2",
                409,
                "{\"type\":\"about:blank\",\"title\":\"No\",\"status\":409,\"detail\":\"checkpoint c2 is kept: it is pinned; unpin it first\"}");

        assertThat(CommandRunner.run(server.address(), "checkpoints", "pin", "c1", "--json")
                        .json()
                        .path("pinned")
                        .asBoolean())
                .isTrue();
        assertThat(CommandRunner.run(server.address(), "checkpoints", "unpin", "c1")
                        .out())
                .contains("left to the policy");
        assertThat(CommandRunner.run(server.address(), "checkpoints", "delete", "c1", "--json")
                        .json()
                        .path("deleted")
                        .asBoolean())
                .isTrue();
        Result refused = CommandRunner.run(server.address(), "checkpoints", "delete", "c2");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("unpin it first");
    }

    @Test
    void aCollectionSaysWhatItRemovedAndADryRunWhatItWould() {
        server.answer("POST /api/gc?dryRun=true", """
                {"dryRun":true,"artifacts":1,"blobs":3,"blobBytes":1500000,"orphans":2,"orphanBytes":10}
                """);
        server.answer("POST /api/gc?dryRun=false&graceMinutes=5", """
                {"dryRun":false,"artifacts":1,"blobs":3,"blobBytes":1500000,"orphans":0,"orphanBytes":0}
                """);

        assertThat(CommandRunner.run(server.address(), "gc", "--dry-run").out())
                .contains("Would remove 3 files that nothing names (1.5 MB) and 2 objects")
                .contains("(10 B)");
        assertThat(CommandRunner.run(server.address(), "gc", "--grace", "5").out())
                .contains("Removed 3 files");
        assertThat(CommandRunner.run(server.address(), "gc", "--grace", "5", "--json")
                        .json()
                        .path("blobs")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    void aRunIsFoundByPrefixAndByName() {
        server.answer("GET /api/runs?limit=200", page(null, runOf(SECOND, "same"), runOf(FIRST, "same")));
        server.answer("GET /api/runs/" + FIRST, run(FIRST, "same", "SUCCEEDED"));
        server.answer("GET /api/runs/" + SECOND, run(SECOND, "same", "SUCCEEDED"));
        assertThat(CommandRunner.run(server.address(), "run", "0199A7D2-1", "--json")
                        .json()
                        .path("id")
                        .asText())
                .isEqualTo(FIRST);
        assertThat(CommandRunner.run(server.address(), "run", "same", "--json")
                        .json()
                        .path("id")
                        .asText())
                .isEqualTo(SECOND);
        Result ambiguous = CommandRunner.run(server.address(), "run", "0199a7d2");
        assertThat(ambiguous.exitCode()).isEqualTo(2);
        assertThat(ambiguous.err()).contains("2 runs begin with 0199a7d2", FIRST, SECOND);
        Result none = CommandRunner.run(server.address(), "run", "other");
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err()).contains("no run has the name");
    }

    @Test
    void aRunIsSteeredByName() {
        server.answer("GET /api/runs?limit=200", page(null, runOf(FIRST, "same")));
        for (String command : List.of("pause", "resume", "checkpoint", "stop", "cancel", "retry")) {
            server.answer("POST /api/runs/" + FIRST + "/" + command, run(FIRST, "same", "RUNNING"));
            Result result = CommandRunner.run(server.address(), command, "same");
            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(result.out()).contains("Run " + FIRST + " (same) is asked to ", "it is RUNNING now");
        }
        assertThat(CommandRunner.run(server.address(), "pause", FIRST, "--json")
                        .json()
                        .path("state")
                        .asText())
                .isEqualTo("RUNNING");
    }

    @Test
    void stepsAndFactorsAreSentAsNumbers() {
        server.answer("POST /api/runs/" + FIRST + "/extend", run(FIRST, "same", "RUNNING"));
        server.answer("PUT /api/runs/" + FIRST + "/learning-rate-scale", run(FIRST, "same", "RUNNING"));
        assertThat(CommandRunner.run(server.address(), "extend", FIRST, "500").exitCode())
                .isZero();
        assertThat(server.received().getLast().json().path("steps").asLong()).isEqualTo(500);
        assertThat(CommandRunner.run(server.address(), "scale-learning-rate", FIRST, "0.25")
                        .exitCode())
                .isZero();
        assertThat(server.received().getLast().json().path("factor").asDouble()).isEqualTo(0.25);
        assertThat(CommandRunner.run(server.address(), "extend", FIRST, "many").exitCode())
                .isEqualTo(2);
        assertThat(CommandRunner.run(server.address(), "scale-learning-rate", FIRST)
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void forkSendsThePatchAsItIs() throws IOException {
        Path patch = Files.writeString(folder.resolve("patch.yaml"), "pretrain: {steps: 20}");
        server.answer("POST /api/checkpoints/" + SECOND + "/fork", run(FIRST, "forked", "QUEUED"));
        Result result = CommandRunner.run(server.address(), "fork", SECOND, patch.toString());
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo(FIRST + "\n");
        assertThat(server.received().getFirst().body()).isEqualTo("pretrain: {steps: 20}");
        assertThat(server.received().getFirst().headers()).containsKey("Idempotency-key");
        CommandRunner.run(server.address(), "fork", SECOND);
        assertThat(server.received().getLast().body()).isEmpty();
        server.answer(
                "POST /api/checkpoints/" + SECOND + "/fork?dryRun=true",
                "{\"specification\":{\"name\":\"forked\"},\"stages\":[{\"name\":\"prepare\",\"key\":\"ab\",\"reused\":true,"
                        + "\"reason\":\"the checkpoint was made of it\"}]}");
        assertThat(CommandRunner.run(server.address(), "fork", SECOND, patch.toString(), "--dry-run")
                        .out())
                .contains("name: forked", "the checkpoint was made of it");
        assertThat(CommandRunner.run(server.address(), "fork", SECOND, "no-such.yaml")
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void whatTheStateForbidsIsSaidWithTheReason() {
        server.problem(
                "POST /api/runs/" + FIRST + "/resume",
                409,
                "{\"title\":\"The state forbids it\",\"status\":409,\"detail\":\"resume is refused: run x is RUNNING, not PAUSED\"}");
        Result result = CommandRunner.run(server.address(), "resume", FIRST);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("run x is RUNNING, not PAUSED");
    }

    @Test
    void aRunIsShownWithItsStages() {
        server.answer("GET /api/runs/" + FIRST, run(FIRST, "quickstart", "SUCCEEDED"));
        server.answer("GET /api/runs/" + FIRST + "/controls?limit=20", page(null, """
                        {"id":2,"kind":"pause","value":null,"state":"APPLIED","reason":null,"step":30,
                         "requestedAt":"2026-01-02T03:05:00Z"}""", """
                        {"id":1,"kind":"extend","value":50,"state":"REFUSED","reason":"the stage had ended before",
                         "step":null,"requestedAt":"2026-01-02T03:04:30Z"}"""));
        Result result = CommandRunner.run(server.address(), "run", FIRST);
        assertThat(result.out())
                .contains(
                        "quickstart  " + FIRST + "  SUCCEEDED", "quickstart version 1, now @champion", "took     1:30")
                .containsPattern("prepare +REUSED +0.1 s +001122334455 +same inputs")
                .containsPattern("pretrain +SUCCEEDED +1:15 +-")
                .containsPattern("(?s)extend 50 +REFUSED +- +the stage had ended before.*pause +APPLIED +30");
    }

    @Test
    void logsArePagedToTheirEnd() {
        server.answer("GET /api/runs/" + FIRST + "/logs?after=0&limit=200", page("2", event(1, "one"), event(2, null)));
        server.answer("GET /api/runs/" + FIRST + "/logs?after=2&limit=200", page(null, event(3, "three")));
        server.answer("GET /api/runs/" + FIRST + "/logs?after=3&limit=200", page(null));
        Result text = CommandRunner.run(server.address(), "logs", FIRST);
        assertThat(text.out().lines()).containsExactly("03:04:05  pretrain    one", "03:04:05  pretrain    three");
        assertThat(CommandRunner.run(server.address(), "logs", FIRST, "--json")
                        .json()
                        .path("items"))
                .hasSize(3);
    }

    @Test
    void logsAreFollowedToTheEndOfTheRun() {
        server.answer("GET /api/runs/" + FIRST, run(FIRST, "a", "RUNNING"))
                .problem("GET /api/runs/" + FIRST, 503, "{\"title\":\"Starting\"}")
                .answer("GET /api/runs/" + FIRST, run(FIRST, "a", "SUCCEEDED"));
        server.answer("GET /api/runs/" + FIRST + "/logs?after=0&limit=200", page(null, event(1, "one")));
        server.answer("GET /api/runs/" + FIRST + "/logs?after=1&limit=200", page(null))
                .answer("GET /api/runs/" + FIRST + "/logs?after=1&limit=200", page(null, event(2, "two")));
        server.answer("GET /api/runs/" + FIRST + "/logs?after=2&limit=200", page(null));
        Result result = CommandRunner.run(server.address(), "logs", FIRST, "-f");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("one", "two");
        assertThat(result.err()).contains("Starting. Waiting for it.");
    }

    @Test
    void promoteGuardsTheRevisionWhenAsked() {
        server.answer(
                "PUT /api/models/quick%20start/aliases/champion",
                "{\"alias\":\"champion\",\"version\":2,\"revision\":4}");
        Result result =
                CommandRunner.run(server.address(), "promote", "quick start", "2", "champion", "--revision", "3");
        assertThat(result.out()).isEqualTo("quick start@champion is version 2 now.\n");
        Received request = server.received().getFirst();
        assertThat(request.json().path("version").asInt()).isEqualTo(2);
        assertThat(request.headers()).containsEntry("If-match", "\"3\"");
        CommandRunner.run(server.address(), "promote", "quick start", "2", "champion");
        assertThat(server.received().getLast().headers()).doesNotContainKey("If-match");
    }

    @Test
    void promoteProtectsAnAliasAndMovesAProtectedOneWhenThatIsConfirmed() {
        server.answer(
                "PUT /api/models/m/aliases/champion",
                "{\"alias\":\"champion\",\"version\":2,\"revision\":4,\"protected\":true}");

        assertThat(CommandRunner.run(server.address(), "promote", "m", "2", "champion", "--protect")
                        .out())
                .isEqualTo("m@champion is version 2 now, protected.\n");
        CommandRunner.run(
                server.address(), "promote", "m", "2", "champion", "--confirm", "--no-protect", "--reason", "checked");
        CommandRunner.run(server.address(), "promote", "m", "2", "champion");

        assertThat(server.received().stream().map(Received::body))
                .containsExactly(
                        "{\"version\":2,\"protected\":true}",
                        "{\"version\":2,\"protected\":false,\"confirm\":true,\"reason\":\"checked\"}",
                        "{\"version\":2}");
    }

    @Test
    void tagSetsAndRemovesTagsAndModelsAreFoundByThem() {
        String tagged = "{\"name\":\"m\",\"version\":2,\"tags\":{\"stage\":\"a=b\",\"checked\":\"\"}}";
        server.answer("PUT /api/models/m/versions/2/tags/stage", tagged)
                .answer("PUT /api/models/m/versions/2/tags/checked", tagged)
                .answer("DELETE /api/models/m/versions/2/tags/stage", "{\"name\":\"m\",\"version\":2,\"tags\":{}}")
                .answer("GET /api/models?limit=50&tag=stage%3Da", page(null))
                .answer("GET /api/models/m?archived=true&tag=stage", """
                        {"name":"m","versions":3,"archivedVersions":1,"latestVersion":3,
                         "aliases":[{"alias":"champion","version":2,"revision":1,"protected":true}],
                         "items":[{"name":"m","version":2,"createdAt":"2026-01-02T03:04:05Z","dimension":192,
                                   "aliases":["champion"],"tags":{"stage":"a"}},
                                  {"name":"m","version":1,"createdAt":"2026-01-02T03:04:05Z","dimension":192,
                                   "archivedAt":"2026-01-03T03:04:05Z","aliases":[],"tags":{"stage":""}}]}
                        """);

        assertThat(CommandRunner.run(server.address(), "tag", "m@2", "stage=a=b", "checked")
                        .out())
                .isEqualTo("m version 2: checked, stage=a=b\n");
        assertThat(server.received().getFirst().json().path("value").asText()).isEqualTo("a=b");
        assertThat(server.received().get(1).json().path("value").asText()).isEmpty();
        assertThat(CommandRunner.run(server.address(), "tag", "m@2", "stage", "--remove")
                        .out())
                .isEqualTo("m version 2: no tags\n");
        assertThat(CommandRunner.run(server.address(), "tag", "m@2", "stage=a", "--remove")
                        .exitCode())
                .isEqualTo(2);
        assertThat(CommandRunner.run(server.address(), "models", "--tag", "stage=a")
                        .err())
                .contains("No version has the tag stage=a.");
        assertThat(CommandRunner.run(server.address(), "model", "m", "--tag", "stage", "--archived")
                        .out())
                .contains("champion -> 2 (protected)", "1 archived")
                .containsPattern("2 +2026-01-02 03:04:05 +192 +champion +stage=a +-")
                .containsPattern("1 +2026-01-02 03:04:05 +192 +archived +stage +-");
    }

    @Test
    void archiveLaysAVersionAsideAndTakesItBack() {
        server.answer("PUT /api/models/m/versions/2/archived", "{\"name\":\"m\",\"version\":2}")
                .answer("DELETE /api/models/m/versions/2/archived", "{\"name\":\"m\",\"version\":2}");

        assertThat(CommandRunner.run(server.address(), "archive", "m@2").out()).isEqualTo("m version 2 is archived.\n");
        assertThat(CommandRunner.run(server.address(), "archive", "m@2", "--undo")
                        .out())
                .isEqualTo("m version 2 is in lists again.\n");
    }

    @Test
    void embedSendsTheLinesOfStandardInputInBatchesAndKeepsTheirOrder() {
        server.answer("POST /v1/embeddings", embeddings(0, 64)).answer("POST /v1/embeddings", embeddings(64, 6));
        String lines = IntStream.range(0, 70).mapToObj(line -> "text " + line).collect(Collectors.joining("\n"));
        Map<String, String> environment = Map.of("FIRN_URL", server.address().toString());
        Result result = CommandRunner.run(environment, lines, "embed", "quickstart@champion", "--dimensions", "2");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out().lines()).hasSize(70).element(69).isEqualTo("69.000000 0.50000000");
        assertThat(server.received()).hasSize(2);
        assertThat(server.received().get(0).json().path("input")).hasSize(64);
        assertThat(server.received().get(1).json().path("input").get(5).asText())
                .isEqualTo("text 69");
        assertThat(server.received().get(1).json().path("dimensions").asInt()).isEqualTo(2);
        assertThat(server.received().get(1).json().path("inputType").asText()).isEqualTo("document");
    }

    @Test
    void embedPrintsOneObjectWithJson() {
        server.answer("POST /v1/embeddings", embeddings(0, 2));
        Result result = CommandRunner.run(
                server.address(), "embed", "quickstart@1", "--query", "--json", "one text", "another");
        assertThat(result.json().path("model").asText()).isEqualTo("quickstart@1");
        assertThat(result.json().path("data").get(1).path("index").asInt()).isEqualTo(1);
        assertThat(result.json().path("data").get(1).path("embedding").get(0).asDouble())
                .isEqualTo(1.0);
        assertThat(server.received().getFirst().json().path("inputType").asText())
                .isEqualTo("query");
    }

    private static String embeddings(int first, int count) {
        return IntStream.range(0, count)
                .mapToObj(index -> "{\"index\":" + index + ",\"embedding\":[" + (first + index) + ",0.5]}")
                .collect(Collectors.joining(",", "{\"object\":\"list\",\"data\":[", "],\"model\":\"m\"}"));
    }

    private static String page(String cursor, String... items) {
        return "{\"items\":[" + String.join(",", items) + "],\"nextCursor\":"
                + (cursor == null ? "null" : '"' + cursor + '"') + '}';
    }

    private static String event(int id, String message) {
        return "{\"id\":" + id + ",\"at\":\"2026-01-02T03:04:05Z\",\"stage\":\"pretrain\",\"type\":\"log\",\"message\":"
                + (message == null ? "null" : '"' + message + '"') + ",\"data\":{}}";
    }

    private static String runOf(String id, String name) {
        return "{\"id\":\"" + id + "\",\"name\":\"" + name + "\",\"state\":\"SUCCEEDED\",\"ofTomorrow\":1}";
    }

    private static String run(String id, String name, String state) {
        return """
               {"id":"%s","name":"%s","state":"%s","priority":0,"createdAt":"2026-01-02T03:04:05Z",
                "startedAt":"2026-01-02T03:04:06Z","finishedAt":"2026-01-02T03:05:36Z","failure":null,
                "model":{"name":"%s","version":1,"alias":"champion"},
                "stages":[{"name":"prepare","state":"REUSED","key":"001122334455667788","reused":true,"reusedFrom":"r0",
                           "reason":"same inputs","seconds":0.1,"attempts":1,"artifacts":[]},
                          {"name":"pretrain","state":"SUCCEEDED","key":null,"reused":false,"seconds":75.2,"attempts":1}]}
               """.formatted(id, name, state, name);
    }
}
