package dev.firn.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.firn.cli.CommandRunner;
import dev.firn.cli.CommandRunner.Result;
import dev.firn.cli.RecordedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String FIRST = "0199a7d2-1111-7000-8000-000000000001";
    private static final String SECOND = "0199a7d2-2222-7000-8000-000000000002";

    private final RecordedServer server = new RecordedServer();

    @TempDir
    private Path folder;

    @AfterEach
    void stopServer() {
        server.close();
    }

    private void recordTwoRuns() {
        record(
                FIRST,
                "a",
                "{\"seed\":1,\"pretrain\":{\"steps\":10,\"learningRate\":0.1},\"data\":{\"sources\":[1,2]}}");
        record(SECOND, "b", "{\"seed\":1,\"pretrain\":{\"steps\":20,\"warmup\":3},\"data\":{\"sources\":[1,5]}}");
        server.answer(
                "GET /api/runs/" + FIRST + "/metrics?points=200",
                "{\"series\":[{\"stage\":\"pretrain\",\"name\":\"loss\",\"points\":[[1,3.0],[2,1.5],[3,2.0]]},"
                        + "{\"stage\":\"pretrain\",\"name\":\"nDCG@10\",\"points\":[[1,0.25],[2,0.75],[3,0.5]]}]}");
        server.answer(
                "GET /api/runs/" + SECOND + "/metrics?points=200",
                "{\"series\":[{\"stage\":\"pretrain\",\"name\":\"loss\",\"points\":[[1,4.0]]}]}");
        String evaluation = """
                {"weights":"finetuned","set":"%s","kind":"own","queryLanguage":"de","documentLanguage":"de",
                 "dimension":64,"queries":5,"measures":{"ndcg_cut_10":%s}}""";
        server.answer(
                "GET /api/evaluations?limit=200&run=" + FIRST,
                "{\"items\":[" + evaluation.formatted("x", "0.2") + "," + evaluation.formatted("y", "0.4")
                        + "],\"nextCursor\":null}");
        server.answer("GET /api/evaluations?limit=200&run=" + SECOND, "{\"items\":[],\"nextCursor\":null}");
    }

    private void record(String id, String name, String specification) {
        server.answer(
                "GET /api/runs/" + id,
                "{\"id\":\"" + id + "\",\"name\":\"" + name
                        + "\",\"state\":\"SUCCEEDED\",\"priority\":0,\"createdAt\":\"2026-11-24T10:00:00Z\",\"stages\":[],"
                        + "\"specification\":" + specification + "}");
    }

    @Test
    void compareTellsNumbersEvaluationsAndDifferencesOfSpecifications() {
        recordTwoRuns();

        Result result = CommandRunner.run(server.address(), "compare", FIRST, SECOND);

        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .containsPattern("a 0199a7d2 +b 0199a7d2")
                .containsPattern("pretrain loss +2.000, 1.500 \\(2\\) +4.000, 4.000 \\(1\\)")
                .containsPattern("pretrain nDCG@10 +0.5000, 0.7500 \\(2\\) +-")
                .containsPattern("finetuned own 64 +0.300 +-")
                .containsPattern("/pretrain/steps +10 +20")
                .containsPattern("/pretrain/learningRate +0.1 +-")
                .containsPattern("/data/sources/1 +2 +5")
                .doesNotContain("/seed", "/data/sources/0");
    }

    @Test
    void compareAsJsonHasEachSetAndNullWhereARunHasNothing() throws IOException {
        recordTwoRuns();

        JsonNode result = JSON.readTree(CommandRunner.run(server.address(), "compare", FIRST, SECOND, "--json")
                .out());

        assertThat(result.path("runs").path(1).path("name").asText()).isEqualTo("b");
        assertThat(result.path("metrics").path(0).toString())
                .isEqualTo("{\"name\":\"pretrain loss\",\"runs\":[{\"last\":2.0,\"best\":1.5,\"bestStep\":2},"
                        + "{\"last\":4.0,\"best\":4.0,\"bestStep\":1}]}");
        assertThat(result.path("metrics").path(1).path("runs").path(1).isNull()).isTrue();
        assertThat(result.path("evaluations").size()).isEqualTo(2);
        assertThat(result.path("evaluations").path(0).toString())
                .isEqualTo("{\"name\":\"finetuned own 64 x de-de\",\"ndcg_cut_10\":[0.2,null]}");
        assertThat(result.path("specification").findValuesAsText("pointer"))
                .containsExactly("/pretrain/steps", "/pretrain/learningRate", "/pretrain/warmup", "/data/sources/1");
    }

    @Test
    void compareWantsTwoToSixRuns() {
        assertThat(CommandRunner.run(server.address(), "compare", FIRST).exitCode())
                .isEqualTo(2);
        assertThat(CommandRunner.run(server.address(), "compare", "1", "2", "3", "4", "5", "6", "7")
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void diffSpecComparesAFileAsTheServerResolvesItToARun() throws IOException {
        recordTwoRuns();
        Path file = Files.writeString(folder.resolve("mine.yaml"), "seed: 1");
        server.answer(
                "POST /api/runs?dryRun=true",
                "{\"specification\":{\"seed\":1,\"pretrain\":{\"steps\":11,\"learningRate\":0.1},"
                        + "\"data\":{\"sources\":[1]}},\"stages\":[]}");

        Result text = CommandRunner.run(server.address(), "diff-spec", FIRST, file.toString());
        JsonNode json = JSON.readTree(CommandRunner.run(server.address(), "diff-spec", FIRST, file.toString(), "--json")
                .out());

        assertThat(text.exitCode()).isZero();
        assertThat(text.out())
                .containsPattern("/pretrain/steps +10 +11")
                .containsPattern("/data/sources +\\[1,2\\] +\\[1\\]");
        assertThat(json.toString())
                .isEqualTo("{\"differences\":[{\"pointer\":\"/pretrain/steps\",\"values\":[10,11]},"
                        + "{\"pointer\":\"/data/sources\",\"values\":[[1,2],[1]]}]}");
        Result same = CommandRunner.run(server.address(), "diff-spec", FIRST, FIRST);
        assertThat(same.out()).isEmpty();
        assertThat(same.err()).contains("the same");
    }
}
