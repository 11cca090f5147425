package dev.firn.api.study;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.hasToString;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import dev.firn.api.FirnTestResource;
import dev.firn.api.SmallSpecification;
import dev.firn.registry.study.StudyStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server of these tests has no worker, so that studies stay as they were submitted. */
@QuarkusTest
@WithTestResource(FirnTestResource.class)
class StudyResourceTest {
    @TempDir
    Path folder;

    @Inject
    StudyStore studies;

    @Test
    void acceptsAStudyAndSaysWhereItIsAndListsIt() throws IOException {
        String name = unique();

        Response response = yaml(study(name)).post("/api/studies");

        String id = response.then()
                .statusCode(201)
                .body("name", equalTo(name))
                .body("type", equalTo("ablation"))
                .body("state", equalTo("RUNNING"))
                .body("counts.runs", equalTo(3))
                .body("counts.waiting", equalTo(3))
                .body("runs.label", equalTo(java.util.List.of("base", "filter.topRank 1", "filter.topRank 5")))
                .body("runs.state", everyItem(equalTo("WAITING")))
                .body("runs[0].coordinates.'/filter/topRank'", equalTo(20))
                .body("runs[0].languages", equalTo(java.util.List.of("en")))
                .body("specification.parallelism", equalTo(2))
                .extract()
                .path("id");
        assertThat(response.header("Location")).endsWith("/api/studies/" + id);
        when().get("/api/studies/" + id).then().statusCode(200).body("name", equalTo(name));
        when().get("/api/studies?limit=100")
                .then()
                .statusCode(200)
                .body("items.id", hasItem(id))
                .body("items.find { it.id == '" + id + "' }.counts.runs", equalTo(3))
                .body("items.find { it.id == '" + id + "' }.runs", nullValue());
    }

    @Test
    void theSameKeyAndBodyGiveTheFirstStudyAndAnotherBodyIsRefused() throws IOException {
        String key = unique();
        String text = study(unique());

        String first =
                yaml(text).header("Idempotency-Key", key).post("/api/studies").path("id");
        yaml(text)
                .header("Idempotency-Key", key)
                .post("/api/studies")
                .then()
                .statusCode(200)
                .body("id", equalTo(first));
        yaml(study(unique()))
                .header("Idempotency-Key", key)
                .post("/api/studies")
                .then()
                .statusCode(409);
    }

    @Test
    void aDryRunTellsWhatTheRunsWouldShareAndMakesNone() throws IOException {
        String name = unique();

        yaml(study(name))
                .queryParam("dryRun", true)
                .post("/api/studies")
                .then()
                .statusCode(200)
                .body("runs", hasSize(3))
                .body("stages", equalTo(24))
                // all of the base; from the filter on of the others
                .body("computed", equalTo(8 + 2 * 6))
                .body("runs[1].stages.find { it.name == 'prepare' }.sharedWith", equalTo(0))
                .body("runs[1].stages.find { it.name == 'filter' }.would", equalTo("computed"))
                // JSON path gives an int or, beyond two gigabytes, a long
                .body("memoryBytes", hasToString(matchesPattern("[1-9]\\d+")));

        assertThat(studies.list(dev.firn.registry.PageRequest.first(1000)).items())
                .noneMatch(study -> study.name().equals(name));
    }

    @Test
    void everyFaultIsNamedAtOnceAndNothingIsMade() throws IOException {
        String name = unique();

        yaml(study(name).replace("[1, 5]", "[0, -1]"))
                .post("/api/studies")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("errors.pointer", hasItems("/vary/0/values/0", "/vary/0/values/1"))
                .body("errors[0].detail", containsString("/filter/topRank"));
        yaml(study(name).replace("type: ablation", "type: transfer"))
                .post("/api/studies")
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItems("/steps", "/vary"));
        yaml(study(name).replace("pairs.jsonl", "no-such.jsonl"))
                .post("/api/studies")
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItem(containsString("/base/data/sources/0")));
        yaml("a: [1").post("/api/studies").then().statusCode(400).contentType("application/problem+json");
        yaml("x".repeat(2_000_000)).post("/api/studies").then().statusCode(413);
        assertThat(studies.list(dev.firn.registry.PageRequest.first(1000)).items())
                .noneMatch(study -> study.name().equals(name));
    }

    @Test
    void stopsAStudyOrSaysWhyItCannot() throws IOException {
        String id = yaml(study(unique())).post("/api/studies").path("id");

        given().post("/api/studies/" + id + "/resume").then().statusCode(409);
        given().post("/api/studies/" + id + "/stop").then().statusCode(202).body("state", equalTo("STOPPING"));
        given().post("/api/studies/" + UUID.randomUUID() + "/stop").then().statusCode(404);
        when().get("/api/studies/nothing").then().statusCode(404);
    }

    @Test
    void theSchemaIsJson() {
        when().get("/api/schema/study").then().statusCode(200).body("title", containsString("study"));
    }

    private static RequestSpecification yaml(String text) {
        return given().contentType("application/yaml").body(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String unique() {
        return "s-" + UUID.randomUUID().toString().substring(0, 30);
    }

    private String study(String name) throws IOException {
        return "specVersion: 1\ntype: ablation\nname: " + name
                + "\nvary: [{field: /filter/topRank, values: [1, 5]}]\nbase:\n"
                + SmallSpecification.write(folder, "base").indent(2);
    }
}
