package dev.firn.api.page;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.api.SmallSpecification;
import dev.firn.registry.StageToken;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.checkpoint.NewCheckpoint;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.StageStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class CheckpointPagesTest {
    @TempDir
    Path folder;

    @Inject
    RegistryRows rows;

    @Inject
    StageStore stages;

    @Inject
    CheckpointStore checkpoints;

    @Test
    void listsCheckpointsOfARunAStageAndSteps() {
        Run run = rows.running("browsed-" + UUID.randomUUID());
        StageToken token = stages.begin(run.id(), "pretrain", "a".repeat(64), "test", Optional.empty());
        List<Checkpoint> made = List.of(commit(token, 10), commit(token, 20), commit(token, 1500));
        checkpoints.setPinned(made.get(1).id(), true);
        String ofRun = "/checkpoints?run=" + run.id();

        assertThat(page(ofRun)).contains("step 10<", "step 20<", "step 1,500<", run.name(), ">pinned<");
        assertThat(page(ofRun + "&stage=pretrain&from=20"))
                .contains("step 20<", "step 1,500<")
                .doesNotContain("step 10<");
        assertThat(page(ofRun + "&to=20")).contains("step 10<", "step 20<").doesNotContain("step 1,500<");
        assertThat(page(ofRun + "&pinned=true")).contains("step 20<").doesNotContain("step 10<", "step 1,500<");
        assertThat(page(ofRun + "&stage=finetune")).contains("No checkpoint matches");
        when().get(ofRun + "&from=many").then().statusCode(400);
        when().get("/checkpoints?from=3").then().statusCode(400);
        when().get("/checkpoints?run=nobody").then().statusCode(404);
    }

    @Test
    void pagesThroughThem() {
        Run run = rows.running("many-" + UUID.randomUUID());
        StageToken token = stages.begin(run.id(), "pretrain", "b".repeat(64), "test", Optional.empty());
        for (int step = 1; step <= 51; step++) {
            commit(token, step);
        }
        String first = page("/checkpoints?run=" + run.id() + "&from=1");

        assertThat(first).contains("step 51<").doesNotContain("step 1<");
        String older = first.replaceAll("(?s).*href=\"([^\"]+)\">Older.*", "$1").replace("&amp;", "&");
        assertThat(older).contains("from=1").contains("run=" + run.id());
        assertThat(page(older)).contains("step 1<").doesNotContain("step 51<").contains(">Newest<");
    }

    @Test
    void showsACheckpointWithItsFilesAndWhyItIsKept() throws IOException {
        Run run = rows.running("kept-" + UUID.randomUUID());
        StageToken token = stages.begin(run.id(), "pretrain", "c".repeat(64), "test", Optional.empty());
        Checkpoint checkpoint = commit(token, 40);
        String address = "/checkpoints/" + checkpoint.id();

        assertThat(page(address))
                .contains("training.json", checkpoint.artifact().digest().hex(), run.name())
                .contains("Loss</dt><dd>1.5000")
                .contains("has not ended, and would go on from it")
                .contains("data-method=\"PUT\"");
        checkpoints.setPinned(checkpoint.id(), true);
        assertThat(page(address)).contains("it is pinned; unpin it first").contains("data-method=\"DELETE\"");
        when().get("/checkpoints/" + UUID.randomUUID()).then().statusCode(404);

        byte[] archive = when().get("/api" + address + "/archive")
                .then()
                .statusCode(200)
                .contentType("application/zip")
                .extract()
                .asByteArray();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            assertThat(zip.getNextEntry().getName()).isEqualTo("training.json");
        }
    }

    @Test
    void aForkIsPlannedWithItsDifferencesThenMade() throws IOException {
        String name = "forked-" + UUID.randomUUID();
        String run = given().contentType("application/yaml")
                .body(SmallSpecification.write(folder, name).getBytes(StandardCharsets.UTF_8))
                .post("/api/runs")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        UUID id = UUID.fromString(run);
        for (String stage : List.of("prepare", "initialise", "filter")) {
            stages.finish(stages.begin(id, stage, "key of " + stage, "test", Optional.empty()), List.of());
        }
        Checkpoint checkpoint = commit(stages.begin(id, "pretrain", "key", "test", Optional.empty()), 2);
        String plan = "/fragments/checkpoints/" + checkpoint.id() + "/fork";
        when().get("/checkpoints/" + checkpoint.id() + "/fork")
                .then()
                .statusCode(200)
                .body(containsString(name));

        sending("pretrain: {steps: 8}")
                .post(plan)
                .then()
                .statusCode(200)
                .body(allOf(
                        containsString("pretrain.steps"),
                        containsString("<td class=\"value\">4</td><td class=\"value\">8</td>"),
                        containsString("the checkpoint was made of it"),
                        not(containsString("pretrain.batchSize"))));
        given().contentType("application/yaml")
                .body("pretrain: {steps: 8}".getBytes(StandardCharsets.UTF_8))
                .post("/api/checkpoints/" + checkpoint.id() + "/fork?dryRun=true")
                .then()
                .statusCode(200)
                .header("Location", nullValue())
                .body("specification.pretrain.steps", equalTo(8))
                .body("stages.find { it.name == 'prepare' }.reason", equalTo("the checkpoint was made of it"));
        assertThat(page("/checkpoints/" + checkpoint.id())).contains("Nobody yet.");
        sending("pretrain:\n  steps: 1\nencoder: {layers: 2}")
                .post(plan)
                .then()
                .statusCode(200)
                .body(allOf(
                        containsString("2 faults"),
                        containsString("data-line=\"2\""),
                        containsString("<code>encoder.layers</code>")));
        sending("[1").post(plan).then().statusCode(200).body(containsString("One fault"));
        sending("encoder: {layers: 2}")
                .post("/checkpoints/" + checkpoint.id() + "/fork")
                .then()
                .statusCode(422)
                .body(containsString("<code>encoder.layers</code>"));
        sending("name: made-from-it")
                .post("/checkpoints/" + checkpoint.id() + "/fork")
                .then()
                .statusCode(201)
                .header("Location", matchesPattern(".*/runs/[0-9a-f-]{36}"));
        assertThat(page("/checkpoints/" + checkpoint.id())).contains("forked: ", "made-from-it");
        sending("").post("/checkpoints/" + UUID.randomUUID() + "/fork").then().statusCode(404);
    }

    private Checkpoint commit(StageToken token, long step) {
        return checkpoints.commit(
                token,
                new NewCheckpoint(
                        step,
                        rows.folder("checkpoint", Map.of("training.json", new byte[] {1})),
                        1,
                        Optional.empty(),
                        JsonNodeFactory.instance.objectNode().put("loss", 1.5)));
    }

    private static RequestSpecification sending(String text) {
        return given().contentType("application/yaml").body(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String page(String path) {
        return given().accept("text/html")
                .get(path)
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }
}
