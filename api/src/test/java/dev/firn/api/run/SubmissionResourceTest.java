package dev.firn.api.run;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.hasToString;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.api.SmallSpecification;
import dev.firn.registry.PageRequest;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.checkpoint.NewCheckpoint;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunFilter;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.StageStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server of these tests has no worker, so that runs stay as they were submitted. */
@QuarkusTest
@WithTestResource(FirnTestResource.class)
class SubmissionResourceTest {
    @TempDir
    Path folder;

    @Inject
    RegistryRows rows;

    @Inject
    RunStore runs;

    @Inject
    StageStore stages;

    @Inject
    CheckpointStore checkpoints;

    @Test
    void acceptsARunAndSaysWhereItIs() throws IOException {
        String name = unique();
        Response response = submit(specification(name), Optional.empty());

        String id = response.then()
                .statusCode(201)
                .body("name", equalTo(name))
                .body("state", equalTo("QUEUED"))
                .body("stages", hasSize(8))
                .body("stages.key", everyItem(matchesPattern("[0-9a-f]{64}")))
                .body("specification.seed", equalTo(1))
                .extract()
                .path("id");
        assertThat(response.header("Location")).endsWith("/api/runs/" + id);
        when().get("/api/runs/" + id).then().statusCode(200).body("name", equalTo(name));
    }

    @Test
    void theSameKeyAndBodyGiveTheFirstRunAndAnotherBodyIsRefused() throws IOException {
        String key = unique();
        String specification = specification(unique());

        Response first = submit(specification, Optional.of(key));
        first.then().statusCode(201);
        Response second = submit(specification, Optional.of(key));
        second.then().statusCode(200).body("id", equalTo(first.path("id")));
        assertThat(second.header("Location")).isEqualTo(first.header("Location"));

        submit(specification(unique()), Optional.of(key))
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("type", equalTo("https://firn.dev/problems/conflict"));
        submit(specification, Optional.of("no key")).then().statusCode(400);
    }

    @Test
    void thePriorityOfTheRequestTakesThePlaceOfTheTextsAndARunSaysWhatItWaitsFor() throws IOException {
        yaml(specification(unique()))
                .queryParam("priority", 9)
                .post("/api/runs")
                .then()
                .statusCode(201)
                .body("priority", equalTo(9))
                .body("specification.priority", equalTo(9))
                .body("waitingFor", containsString("./firn up --role worker"));
        yaml(specification(unique()))
                .queryParam("priority", "high")
                .post("/api/runs")
                .then()
                .statusCode(400)
                .body("detail", containsString("priority must be a number from -100 to 100"));
    }

    @Test
    void aDryRunTellsKeysAndMemoryAndMakesNoRun() throws IOException {
        String name = unique();

        yaml(specification(name))
                .queryParam("dryRun", true)
                .post("/api/runs")
                .then()
                .statusCode(200)
                .body("specification.name", equalTo(name))
                .body("stages", hasSize(8))
                .body("stages[0].name", equalTo("prepare"))
                .body("stages.key", everyItem(matchesPattern("[0-9a-f]{64}")))
                .body("stages[0].reused", equalTo(false))
                .body("stages[0].reason", containsString("key"))
                // JSON path gives an int or, beyond two gigabytes, a long
                .body("memoryBytes", hasToString(matchesPattern("[1-9]\\d+")))
                .body("memory.stage", notNullValue())
                .body("memory.activationBytes", greaterThan(0))
                .body("memory.availableBytes", notNullValue())
                .body("memory.shortage", nullValue());

        assertThat(runs.list(new RunFilter(Set.of(), Optional.of(name)), PageRequest.first(1))
                        .items())
                .isEmpty();
    }

    @Test
    void aDryRunTellsWhatIsMissingAndWhatTheRunWouldTakeWithIt() throws IOException {
        yaml(specification(unique()).replace("pairs.jsonl", "no-such.jsonl"))
                .queryParam("dryRun", true)
                .queryParam("tokensPerSecond", 1000)
                .post("/api/runs")
                .then()
                .statusCode(200)
                .body("missing.pointer", equalTo(List.of("/data/sources/0/files/0")))
                .body("missing[0].detail", containsString("no-such.jsonl"))
                .body("stages", hasSize(0))
                .body("needs.tokens", equalTo(4 * 8 * 32 + 4 * 8 * (16 + 32) + 4 * 8 * (16 + 4 * 32)))
                .body("needs.assumption", containsString("1,000 tokens a second"))
                .body("needs.stages.name", equalTo(List.of("initialise", "pretrain", "finetune")));
        yaml(specification(unique()))
                .queryParam("dryRun", true)
                .queryParam("tokensPerSecond", "fast")
                .post("/api/runs")
                .then()
                .statusCode(400);
        yaml(specification(unique()))
                .queryParam("dryRun", true)
                .post("/api/runs")
                .then()
                .statusCode(200)
                .body("missing", hasSize(0))
                .body("needs.assumption", containsString("GFLOP/s"))
                .body("needs.parameters", greaterThan(1000));
    }

    @Test
    void everyFaultIsNamedAtOnceAndNothingIsMade() throws IOException {
        String name = unique();
        String broken = specification(name)
                .replace("temperature: 0.1", "temperature: 0")
                .replace("seed: 1", "sead: 1")
                .replace("pairs.jsonl", "no-such.jsonl");

        yaml(broken)
                .post("/api/runs")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("type", equalTo("https://firn.dev/problems/invalid-specification"))
                .body("errors.pointer", hasItem("/sead"))
                .body("errors.pointer", hasItem("/pretrain/temperature"))
                .body("errors.find { it.pointer == '/pretrain/temperature' }.detail", containsString("0"));
        assertThat(runs.list(new RunFilter(Set.of(), Optional.of(name)), PageRequest.first(1))
                        .items())
                .isEmpty();
    }

    @Test
    void aMissingDataFileIsNamedBeforeAnythingIsStarted() throws IOException {
        yaml(specification(unique()).replace("pairs.jsonl", "no-such.jsonl"))
                .post("/api/runs")
                .then()
                .statusCode(422)
                .body("errors.detail", hasItem(containsString("no-such.jsonl")));
    }

    @Test
    void whatIsNeitherYamlNorJsonIsRefused() {
        for (String text : List.of("a: [1", "{\"a\":", "&a [*a, *a", "\u0000")) {
            yaml(text)
                    .post("/api/runs")
                    .then()
                    .statusCode(org.hamcrest.Matchers.oneOf(400, 422))
                    .contentType("application/problem+json");
        }
        given().contentType("application/yaml")
                .body(new byte[] {(byte) 0xff, (byte) 0xfe, 0})
                .post("/api/runs")
                .then()
                .statusCode(400)
                .body("detail", endsWith("UTF-8"));
        yaml("x".repeat(10_000_000)).post("/api/runs").then().statusCode(413).contentType("application/problem+json");
    }

    @Test
    void cancelsARunOnce() {
        Run run = rows.running("cancelled");

        given().post("/api/runs/" + run.id() + "/cancel")
                .then()
                .statusCode(202)
                .body("id", equalTo(run.id().toString()));
        Run ended = rows.running("ended");
        rows.end(ended, RunState.SUCCEEDED, Optional.empty());
        given().post("/api/runs/" + ended.id() + "/cancel")
                .then()
                .statusCode(409)
                .contentType("application/problem+json");
        given().post("/api/runs/" + UUID.randomUUID() + "/cancel").then().statusCode(404);
    }

    @Test
    void forksARunFromACheckpointOrSaysWhatDoesNotFit() throws IOException {
        UUID parent = UUID.fromString(
                submit(specification(unique()), Optional.empty()).path("id"));
        for (String stage : List.of("prepare", "initialise", "filter")) {
            stages.finish(stages.begin(parent, stage, "key of " + stage, "test", Optional.empty()), List.of());
        }
        Checkpoint checkpoint = checkpoints.commit(
                stages.begin(parent, "pretrain", "key", "test", Optional.empty()),
                new NewCheckpoint(
                        2,
                        rows.folder("checkpoint", Map.of("training.json", new byte[] {1})),
                        1,
                        Optional.empty(),
                        JsonNodeFactory.instance.objectNode()));
        String address = "/api/checkpoints/" + checkpoint.id() + "/fork";
        String name = unique();

        yaml("name: " + name + "\npretrain: {steps: 8}")
                .post(address)
                .then()
                .statusCode(201)
                .header("Location", containsString("/api/runs/"))
                .body("name", equalTo(name))
                .body("state", equalTo("QUEUED"))
                .body("parentCheckpoint", equalTo(checkpoint.id().toString()))
                .body("specification.pretrain.steps", equalTo(8))
                .body("stages[0].state", equalTo("REUSED"))
                .body("stages[2].key", equalTo("key of filter"))
                .body("stages[2].state", equalTo("REUSED"))
                .body("stages[3].state", equalTo("PENDING"));
        given().post(address).then().statusCode(201);
        when().get("/api/audit?path=" + address)
                .then()
                .body("items", hasSize(2))
                .body("items[1].status", equalTo(201))
                .body("items[1].after.name", equalTo(name));
        yaml("pretrain: {steps: 1, temperature: 0}\nencoder: {layers: 2}\nfilter: {topRank: 5}")
                .post(address)
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("errors.pointer", hasItem("/pretrain/steps"))
                .body("errors.pointer", hasItem("/pretrain/temperature"))
                .body("errors.pointer", hasItem("/encoder/layers"))
                .body("errors.pointer", hasItem("/filter/topRank"));
        yaml("[1]").post(address).then().statusCode(400);
        yaml("").post("/api/checkpoints/" + UUID.randomUUID() + "/fork").then().statusCode(404);
    }

    @Test
    void theSchemaIsJson() {
        when().get("/api/schema/run")
                .then()
                .statusCode(200)
                .body("properties.specVersion", org.hamcrest.Matchers.notNullValue());
    }

    private static Response submit(String specification, Optional<String> key) {
        RequestSpecification request = yaml(specification);
        key.ifPresent(value -> request.header("Idempotency-Key", value));
        return request.post("/api/runs");
    }

    private static RequestSpecification yaml(String text) {
        return given().contentType("application/yaml").body(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String unique() {
        return "s-" + UUID.randomUUID();
    }

    /** A specification of files that are there; its teacher is never loaded. */
    private String specification(String name) throws IOException {
        return SmallSpecification.write(folder, name);
    }
}
