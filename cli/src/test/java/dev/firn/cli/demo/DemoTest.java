package dev.firn.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.cli.CommandRunner.Result;
import dev.firn.cli.RecordedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
    private final RecordedServer server = new RecordedServer();

    @TempDir
    private Path folder;

    private Path specification;

    @BeforeEach
    void writeSpecification() throws IOException {
        specification = Files.writeString(folder.resolve("quickstart.yaml"), "specVersion: 1");
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void theLastLineIsTheResultWithMeansOverLanguages() throws Exception {
        record("{\"name\":\"quickstart\",\"version\":1,\"alias\":\"champion\"}", "SUCCEEDED");
        server.answer("GET /api/evaluations?limit=200&run=r", evaluations());
        Result result = demo(true);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out().strip().lines().toList().getLast()).isEqualTo("""
                        {"run":"r","status":"SUCCEEDED","model":"quickstart","version":1,"alias":"champion",\
                        "stages":[{"name":"prepare","seconds":12.346,"reused":false},{"name":"evaluate","seconds":0.0,"reused":true}],\
                        "ndcg10":{"untrained":{"own":0.25,"cross":0.125,"truncated":0.0625},\
                        "initialised":{"own":0.25,"cross":0.125,"truncated":0.0625},\
                        "pretrained":{"own":0.25,"cross":0.125,"truncated":0.0625},\
                        "finetuned":{"own":0.75,"cross":0.5,"truncated":0.5},\
                        "bm25":{"own":0.5,"cross":0.25}},"seconds":90.5}""");
    }

    @Test
    void printsOneTableThenStagesThenWhatIsNext() throws Exception {
        record("{\"name\":\"quickstart\",\"version\":1,\"alias\":\"champion\"}", "SUCCEEDED");
        server.answer("GET /api/evaluations?limit=200&run=r", evaluations());
        Result result = demo(false);
        assertThat(result.out().strip().lines().toList())
                .containsSubsequence(
                        "nDCG@10  queries  untrained  initialised  pretrained  finetuned   BM25",
                        "queries against passages of their own language, 192 dimensions",
                        "  de *        30      0.125        0.125       0.125      0.500  0.250",
                        "  en          50      0.375        0.375       0.375      1.000  0.750",
                        "  mean        80      0.250        0.250       0.250      0.750  0.500",
                        "queries of each language against English passages, 192 dimensions",
                        "  de *        30      0.125        0.125       0.125      0.500  0.250",
                        "  mean        30      0.125        0.125       0.125      0.500  0.250",
                        "their own language again, truncated, 64 dimensions",
                        "  de *        30      0.063        0.063       0.063      0.500      -",
                        "* a language that was never trained on",
                        "Own language: the finished model 0.750 against 0.250 for its untrained self; it is better in all 2 languages.",
                        "stage     seconds  result    why",
                        "prepare      12.3  computed",
                        "evaluate      0.0  reused    same inputs, from run r0",
                        "90.5 seconds in all",
                        "Registered quickstart version 1 as quickstart@champion.")
                .last()
                .asString()
                .startsWith("  ./firn submit examples/quickstart.yaml --dry-run");
        assertThat(result.out())
                .contains("curl " + server.address() + "/api/runs/r", "./firn export quickstart@champion");
    }

    @Test
    void aReusedEvaluationIsReadFromTheRunThatMadeIt() throws Exception {
        record("{\"name\":\"quickstart\",\"version\":2,\"alias\":null}", "SUCCEEDED");
        server.answer("GET /api/evaluations?limit=200&run=r", "{\"items\":[],\"nextCursor\":null}");
        server.answer("GET /api/evaluations?limit=200&run=r0", evaluations());
        Result result = demo(true);
        assertThat(result.json().path("ndcg10").path("finetuned").path("own").asDouble())
                .isEqualTo(0.75);
        assertThat(result.json().path("alias").isNull()).isTrue();
        assertThat(result.out()).contains("the gate kept the alias where it was");
    }

    @Test
    void whereTheModelIsNotBetterItIsSaid() throws Exception {
        record("{\"name\":\"quickstart\",\"version\":1,\"alias\":\"champion\"}", "SUCCEEDED");
        List<String> rows = new ArrayList<>();
        rows.add(row("finetuned", "own", "de", 192, 30, 0.2));
        rows.add(row("bm25", "own", "de", null, 30, 0.25));
        server.answer("GET /api/evaluations?limit=200&run=r", "{\"items\":[" + String.join(",", rows) + "]}");
        assertThat(demo(false).out())
                .contains("0.200 against 0.250 for BM25; it is not better in 1 of 1 languages (de).");
    }

    @Test
    void aFailedRunFailsAndStillHasAResult() throws Exception {
        record("null", "FAILED");
        server.answer("GET /api/evaluations?limit=200&run=r", "{\"items\":[]}");
        server.answer("GET /api/evaluations?limit=200&run=r0", "{\"items\":[]}");
        Result result = demo(true);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.json().path("status").asText()).isEqualTo("FAILED");
        assertThat(result.json().path("model").isNull()).isTrue();
        assertThat(result.out()).contains("Nothing was evaluated.", "No model was registered.");
    }

    @Test
    void aRefusedSpecificationIsWrongInput() throws Exception {
        server.problem(
                "POST /api/runs", 422, "{\"title\":\"Faults\",\"errors\":[{\"pointer\":\"/a\",\"detail\":\"no\"}]}");
        Result result = demo(false);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("  /a: no");
    }

    @Test
    void optionsAreReadAndFaultsInThemTold() {
        DemoOptions options = DemoOptions.parse(List.of("--exit", "--json", "--spec", specification.toString()));
        assertThat(options).isEqualTo(new DemoOptions(true, true, specification));
        assertThatThrownBy(() -> DemoOptions.parse(List.of("--quick")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--quick");
        assertThatThrownBy(() -> DemoOptions.parse(List.of("--spec", "none.yaml")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none.yaml");
    }

    private Result demo(boolean json) throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Demo demo =
                new Demo(server.address(), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false);
        int exitCode = demo.run(new DemoOptions(true, json, specification));
        return new Result(exitCode, out.toString(UTF_8), err.toString(UTF_8));
    }

    private void record(String model, String state) {
        server.answer("POST /api/runs", "{\"id\":\"r\",\"name\":\"quickstart\",\"state\":\"QUEUED\"}");
        server.answer("GET /api/runs/r", """
                {"id":"r","name":"quickstart","state":"%s","model":%s,
                 "startedAt":"2026-01-02T03:04:06Z","finishedAt":"2026-01-02T03:05:36.500Z",
                 "specification":{"data":{"sources":[{"languages":["en"],"evaluationLanguages":["de","en"]}]}},
                 "stages":[{"name":"prepare","state":"SUCCEEDED","reused":false,"seconds":12.3456},
                           {"name":"evaluate","state":"REUSED","reused":true,"reusedFrom":"r0","reason":"same inputs","seconds":null}]}
                """.formatted(state, model));
    }

    private static String evaluations() {
        List<String> rows = new ArrayList<>();
        for (String weights : List.of("untrained", "initialised", "pretrained")) {
            rows.add(row(weights, "own", "en", 192, 50, 0.375));
            rows.add(row(weights, "own", "de", 192, 30, 0.125));
            rows.add(row(weights, "cross", "de", 192, 30, 0.125));
            rows.add(row(weights, "own", "en", 64, 50, 0.0625));
            rows.add(row(weights, "own", "de", 64, 30, 0.0625));
        }
        rows.add(row("finetuned", "own", "en", 192, 50, 1));
        rows.add(row("finetuned", "own", "de", 192, 30, 0.5));
        rows.add(row("finetuned", "cross", "de", 192, 30, 0.5));
        rows.add(row("finetuned", "cross", "de", 64, 30, 0.1));
        rows.add(row("finetuned", "own", "en", 64, 50, 0.5));
        rows.add(row("finetuned", "own", "de", 64, 30, 0.5));
        rows.add(row("bm25", "own", "en", null, 50, 0.75));
        rows.add(row("bm25", "own", "de", null, 30, 0.25));
        rows.add(row("bm25", "cross", "de", null, 30, 0.25));
        return "{\"items\":[" + String.join(",", rows) + "],\"nextCursor\":null}";
    }

    private static String row(
            String weights, String kind, String language, Integer dimension, int queries, double ndcg) {
        return String.format(Locale.ROOT, """
                {"weights":"%s","set":"s","kind":"%s","queryLanguage":"%s","documentLanguage":"en","dimension":%s,
                 "queries":%d,"measures":{"ndcg_cut_10":%s}}
                """, weights, kind, language, dimension, queries, ndcg);
    }
}
