package dev.firn.api.run;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.registry.StageToken;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.metric.MetricPoint;
import dev.firn.registry.metric.MetricStore;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageOutput;
import dev.firn.registry.run.StageStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class RunResourceTest {
    @Inject
    RegistryRows rows;

    @Inject
    StageStore stages;

    @Inject
    MetricStore metrics;

    @Test
    void pagesThroughRunsNewestFirstWithoutLosingOrRepeatingOne() {
        String name = unique("paged");
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.addFirst(rows.run(name).id().toString());
        }

        List<String> seen = new ArrayList<>();
        String cursor = "";
        while (cursor != null) {
            JsonPath page = given().queryParam("name", name)
                    .queryParam("limit", 2)
                    .queryParam("cursor", cursor)
                    .get("/api/runs")
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            seen.addAll(page.getList("items.id", String.class));
            cursor = page.getString("nextCursor");
        }

        assertThat(seen).isEqualTo(made);
    }

    @Test
    void listsOnlyRunsInTheStatesAskedFor() {
        String name = unique("states");
        rows.run(name);
        Run running = rows.running(name);

        given().queryParam("name", name)
                .queryParam("state", "RUNNING")
                .get("/api/runs")
                .then()
                .body("items.id", contains(running.id().toString()))
                .body("items[0].state", equalTo("RUNNING"))
                .body("items[0].specification", nullValue());
        given().queryParam("state", "NO_SUCH")
                .get("/api/runs")
                .then()
                .statusCode(400)
                .body("detail", startsWith("state must be one of"));
    }

    @Test
    void showsTheStagesOfARunWithProgressOutputsAndTheSpecification() {
        Run run = rows.running(unique("stages"));
        ArtifactReference dataset =
                rows.folder("dataset", Map.of("dataset.json", "{}".getBytes(StandardCharsets.UTF_8)));
        StageToken prepare = stages.begin(run.id(), "prepare", "0".repeat(64), "test", Optional.empty());
        stages.finish(prepare, List.of(new StageOutput("dataset", dataset)));
        StageToken pretrain = stages.begin(run.id(), "pretrain", "0".repeat(64), "test", Optional.empty());
        stages.progress(
                pretrain,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("step", 120)
                        .put("totalSteps", 600)
                        .put("loss", 2.5)
                        .put("message", "training"));

        when().get("/api/runs/" + run.id())
                .then()
                .statusCode(200)
                .body("specification.specVersion", equalTo(1))
                .body("createdAt", matchesPattern("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z"))
                .body("finishedAt", nullValue())
                .body("model", nullValue())
                .body("stages", hasSize(8))
                .body(
                        "stages.name",
                        contains(
                                "prepare",
                                "initialise",
                                "filter",
                                "pretrain",
                                "mine",
                                "finetune",
                                "evaluate",
                                "register"))
                .body("stages[0].state", equalTo("SUCCEEDED"))
                .body("stages[0].artifacts[0].name", equalTo("dataset"))
                .body("stages[0].artifacts[0].sha256", equalTo(dataset.digest().hex()))
                .body("stages[0].artifacts[0].bytes", equalTo(2))
                .body("stages[1].state", equalTo("PENDING"))
                .body("stages[1].progress", nullValue())
                .body("stages[3].state", equalTo("RUNNING"))
                .body("stages[3].attempts", equalTo(1))
                .body("stages[3].progress.step", equalTo(120))
                .body("stages[3].progress.totalSteps", equalTo(600))
                .body("stages[3].progress.tokensPerSecond", nullValue());
    }

    @Test
    void saysWhyARunFailed() {
        Run run = rows.running(unique("failed"));
        rows.end(
                run,
                RunState.FAILED,
                Optional.of(JsonNodeFactory.instance.objectNode().put("message", "The loss is not finite")));

        when().get("/api/runs/" + run.id())
                .then()
                .body("state", equalTo("FAILED"))
                .body("failure", equalTo("The loss is not finite"));
    }

    @Test
    void givesMetricsAsPairsOfStepAndValue() {
        Run run = rows.running(unique("metrics"));
        StageToken token = stages.begin(run.id(), "pretrain", "0".repeat(64), "test", Optional.empty());
        metrics.write(
                token,
                List.of(
                        new MetricPoint("loss", 1, 4.5),
                        new MetricPoint("loss", 2, 4.25),
                        new MetricPoint("learningRate", 1, 0.001)));

        given().queryParam("stage", "pretrain")
                .queryParam("name", "loss")
                .get("/api/runs/" + run.id() + "/metrics")
                .then()
                .statusCode(200)
                .body("series", hasSize(1))
                .body("series[0].stage", equalTo("pretrain"))
                .body("series[0].points[1][0]", equalTo(2))
                .body("series[0].points[1][1].doubleValue()", closeTo(4.25, 0));
        when().get("/api/runs/" + run.id() + "/metrics").then().body("series", hasSize(2));
        given().queryParam("points", 1)
                .get("/api/runs/" + run.id() + "/metrics")
                .then()
                .statusCode(400);
    }

    @Test
    void pagesThroughTheLogByTheLastEventSeen() {
        Run run = rows.running(unique("log"));
        JsonPath first = given().queryParam("limit", 1)
                .get("/api/runs/" + run.id() + "/logs")
                .then()
                .statusCode(200)
                .body("items", hasSize(1))
                .body("items[0].type", equalTo("run"))
                .extract()
                .jsonPath();

        given().queryParam("after", first.getString("nextCursor"))
                .get("/api/runs/" + run.id() + "/logs")
                .then()
                .body("items", hasSize(1))
                .body("items[0].data.state", equalTo("RUNNING"))
                .body("nextCursor", nullValue());
    }

    @Test
    void knowsNoRunThatNeverWas() {
        for (String id : List.of(UUID.randomUUID().toString(), "no-id", "..%2f..%2fetc")) {
            given().urlEncodingEnabled(false)
                    .get("/api/runs/" + id)
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json")
                    .body("type", equalTo("https://firn.dev/problems/not-found"));
        }
    }

    private static String unique(String prefix) {
        return prefix + "-" + UUID.randomUUID();
    }
}
