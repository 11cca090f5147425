package dev.firn.api.page;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.registry.StageToken;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.checkpoint.NewCheckpoint;
import dev.firn.registry.evaluation.EvaluationStore;
import dev.firn.registry.evaluation.NewEvaluation;
import dev.firn.registry.metric.MetricPoint;
import dev.firn.registry.metric.MetricStore;
import dev.firn.registry.run.NewRun;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.StageOutput;
import dev.firn.registry.run.StageStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class RunPagesTest {
    private static final Pattern REFERENCES = Pattern.compile("(?:src|href|hx-get)=\"([^\"#]+)");

    @Inject
    RegistryRows rows;

    @Inject
    StageStore stages;

    @Inject
    EvaluationStore evaluations;

    @Inject
    MetricStore metrics;

    @Inject
    RunStore runs;

    @Inject
    CheckpointStore checkpoints;

    @Test
    void listsRunsWithTheirStagesAndTheProgressOfTheBusyOne() {
        Run run = rows.running("shown-in-the-list");
        StageToken token = stages.begin(run.id(), "pretrain", "1".repeat(64), "test", Optional.empty());
        stages.progress(
                token,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("step", 30)
                        .put("totalSteps", 120)
                        .put("loss", 2.0)
                        .put("secondsLeft", 75));

        String page = page("/");

        assertThat(page)
                .contains("shown-in-the-list")
                .contains("href=\"/runs/" + run.id() + "\"")
                .contains("value=\"0.25\"")
                .contains("pretrain: step 30 of 120, loss 2.000, 1:15 left");
        assertThat(page("/fragments/runs")).contains("shown-in-the-list").doesNotContain("<html");
    }

    @Test
    void showsARunWithMeasurementsArtifactsAndLogAndAsksAgainUntilItHasEnded() {
        Run run = rows.running("details");
        StageToken token = stages.begin(run.id(), "evaluate", "2".repeat(64), "test", Optional.empty());
        evaluations.replace(
                token,
                List.of(
                        measured("untrained", OptionalInt.of(192), 0.1),
                        measured("finetuned", OptionalInt.of(192), 0.75),
                        measured("bm25", OptionalInt.empty(), 0.5)));
        ArtifactReference artifact =
                rows.folder("evaluation", Map.of("results.json", "{}".getBytes(StandardCharsets.UTF_8)));
        stages.finish(token, List.of(new StageOutput("evaluation", artifact)));

        String running = page("/runs/" + run.id());
        assertThat(running)
                .contains("hx-get=\"/fragments/runs/" + run.id() + "\"")
                .contains("hx-get=\"/fragments/runs/" + run.id() + "/details\"")
                .contains("hx-get=\"/fragments/runs/" + run.id() + "/log\"")
                .contains("hx-trigger=\"every 2s, changed from:body\"")
                .contains("<td class=\"number best\">0.750</td>")
                .contains("<td class=\"number\">0.500</td>")
                .contains(artifact.digest().hex())
                .contains("specVersion");

        for (String part : List.of("", "/details", "/log")) {
            when().get("/fragments/runs/" + run.id() + part)
                    .then()
                    .statusCode(200)
                    .contentType("text/html");
        }

        rows.end(
                run,
                RunState.FAILED,
                Optional.of(JsonNodeFactory.instance.objectNode().put("message", "<script>alert(1)</script>")));
        String ended = page("/runs/" + run.id());
        assertThat(ended)
                .doesNotContain("hx-get=\"/fragments/runs/" + run.id())
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;")
                .doesNotContain("<script>alert");
        for (String part : List.of("", "/details", "/log")) {
            when().get("/fragments/runs/" + run.id() + part)
                    .then()
                    .statusCode(286)
                    .contentType("text/html");
        }
    }

    @Test
    void listsRunsOfAStateAndOfANameInPagesThatCanBeShared() {
        String name = "p" + UUID.randomUUID().toString().substring(0, 8);
        for (int i = 0; i < 26; i++) {
            rows.run(name + "-" + i);
        }
        rows.running(name + "-busy");
        rows.end(rows.running(name + "-done"), RunState.SUCCEEDED, Optional.empty());

        String first = page("/?name=" + name.toUpperCase(Locale.ROOT));
        assertThat(first)
                .contains(name + "-done")
                .contains(name + "-25")
                .doesNotContain(name + "-0<")
                .contains("value=\"" + name.toUpperCase(Locale.ROOT) + "\"");
        Matcher older = Pattern.compile("href=\"(/\\?[^\"]*cursor=[^\"]*)\"").matcher(first);
        assertThat(older.find()).isTrue();
        assertThat(page(older.group(1).replace("&amp;", "&")))
                .contains(name + "-0<")
                .doesNotContain(name + "-25")
                .contains(">Newest</a>")
                .doesNotContain(">Older</a>");
        assertThat(page("/fragments/runs?state=succeeded&name=" + name))
                .contains(name + "-done")
                .doesNotContain(name + "-busy");
        assertThat(page("/fragments/runs?state=active&name=" + name + "-b"))
                .contains(name + "-busy")
                .doesNotContain(name + "-done");
        assertThat(page("/?name=no-such-" + name)).contains("No run matches");
        when().get("/?state=asleep").then().statusCode(400).contentType("application/problem+json");
    }

    @Test
    void showsTheNumberThatTellsMostAboutARun() {
        Run run = rows.running("figured-" + UUID.randomUUID());
        StageToken pretrain = stages.begin(run.id(), "pretrain", "5".repeat(64), "test", Optional.empty());
        metrics.write(pretrain, List.of(new MetricPoint("loss", 1, 4.5), new MetricPoint("loss", 2, 1.25)));
        assertThat(page("/fragments/runs?name=" + run.name())).contains("Loss</span> 1.250");

        StageToken evaluate = stages.begin(run.id(), "evaluate", "6".repeat(64), "test", Optional.empty());
        metrics.write(evaluate, List.of(new MetricPoint("ndcg10.own.finetuned", 0, 0.5432)));
        assertThat(page("/fragments/runs?name=" + run.name())).contains("nDCG@10</span> 0.543");
    }

    @Test
    void offersTheControlsThatTheStateAllows() {
        Run run = rows.running("controls-" + UUID.randomUUID());
        assertThat(page("/fragments/runs/" + run.id()))
                .contains("do-pause", "do-cancel")
                .doesNotContain("do-extend");

        stages.begin(run.id(), "pretrain", "7".repeat(64), "test", Optional.empty());
        assertThat(page("/fragments/runs/" + run.id()))
                .contains("do-pause", "do-checkpoint", "do-extend", "do-learning-rate-scale", "do-stop", "do-cancel")
                .doesNotContain("do-resume", "do-retry");

        rows.end(run, RunState.CANCELLED, Optional.empty());
        assertThat(page("/runs/" + run.id()))
                .contains("do-retry")
                .doesNotContain("do-pause")
                .contains("With the stage that did not succeed, from its newest checkpoint.");
    }

    @Test
    void tellsWhatARunWasMadeFromAndWhatCameOfIt() {
        Run parent = rows.running("parent-" + UUID.randomUUID());
        StageToken pretrain = stages.begin(parent.id(), "pretrain", "8".repeat(64), "test", Optional.empty());
        Checkpoint checkpoint = checkpoints.commit(
                pretrain,
                new NewCheckpoint(
                        30,
                        rows.folder("checkpoint", Map.of("training.json", new byte[] {3})),
                        1,
                        Optional.empty(),
                        JsonNodeFactory.instance.objectNode()));
        Run fork = runs.create(new NewRun(
                        "fork-" + UUID.randomUUID(),
                        JsonNodeFactory.instance.objectNode().put("specVersion", 1),
                        0,
                        List.of(),
                        Optional.empty(),
                        Optional.of(checkpoint.id()),
                        Optional.of("ada")))
                .run();

        assertThat(page("/runs/" + parent.id()))
                .contains("/runs/" + fork.id())
                .contains("/checkpoints?run=" + parent.id());
        assertThat(page("/runs/" + fork.id()))
                .contains("/checkpoints/" + checkpoint.id())
                .contains("the checkpoint of pretrain, step 30")
                .contains("by ada");
    }

    @Test
    void asksNoOtherSiteForAnythingAndHasNothingInline() {
        String page = page("/");

        assertThat(page).doesNotContain("style=\"").doesNotContain("onclick").doesNotContain("<style");
        assertThat(Pattern.compile("<script[^>]*>").matcher(page).results().map(match -> match.group()))
                .allMatch(tag -> tag.contains(" src=\"/"));
        Matcher references = REFERENCES.matcher(page);
        while (references.find()) {
            String reference = references.group(1);
            assertThat(reference).startsWith("/");
            assertThat(given().get(reference).statusCode()).as(reference).isEqualTo(200);
        }
    }

    @Test
    void whatDoesNotExistIsAProblem() {
        when().get("/runs/" + UUID.randomUUID()).then().statusCode(404);
    }

    private static String page(String path) {
        return given().accept("text/html")
                .get(path)
                .then()
                .statusCode(200)
                .contentType("text/html")
                .extract()
                .asString();
    }

    private static NewEvaluation measured(String weights, OptionalInt dimension, double value) {
        return new NewEvaluation(
                weights, "keycloak/de", "own", "de", "de", dimension, 40, Map.of("ndcg_cut_10", value));
    }
}
