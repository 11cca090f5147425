package dev.firn.api.garbage;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.registry.StageToken;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.checkpoint.NewCheckpoint;
import dev.firn.registry.run.StageStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class GarbageResourceTest {
    @Inject
    RegistryRows rows;

    @Inject
    StageStore stages;

    @Inject
    CheckpointStore checkpoints;

    @Inject
    ArtifactStore artifacts;

    @Test
    void aDryRunCountsAndRemovesNothing() {
        ArtifactReference unnamed = rows.folder("weights", Map.of("file", "nothing names it".getBytes(UTF_8)));

        given().queryParam("dryRun", true)
                .queryParam("graceMinutes", 0)
                .post("/api/gc")
                .then()
                .statusCode(200)
                .body("dryRun", equalTo(true))
                .body("artifacts", greaterThanOrEqualTo(1))
                .body("blobs", greaterThanOrEqualTo(2));
        assertThat(artifacts.exists(unnamed.digest())).isTrue();
        given().queryParam("dryRun", "perhaps")
                .post("/api/gc")
                .then()
                .statusCode(400)
                .body("detail", containsString("dryRun must be true or false"));
    }

    @Test
    void aCheckpointIsPinnedAndDeletedUnlessSomethingNeedsIt() {
        StageToken token = stages.begin(rows.running("keeping").id(), "pretrain", "key", "test", Optional.empty());
        Checkpoint older = commit(token, 1);
        Checkpoint newest = commit(token, 2);

        given().put("/api/checkpoints/" + older.id() + "/pin")
                .then()
                .statusCode(200)
                .body("pinned", equalTo(true));
        given().delete("/api/checkpoints/" + older.id())
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("detail", containsString("unpin it first"));
        given().delete("/api/checkpoints/" + older.id() + "/pin")
                .then()
                .statusCode(200)
                .body("pinned", equalTo(false));
        given().delete("/api/checkpoints/" + older.id()).then().statusCode(204);
        given().get("/api/checkpoints/" + older.id()).then().statusCode(404);
        given().delete("/api/checkpoints/" + newest.id())
                .then()
                .statusCode(409)
                .body("detail", containsString("would go on from it"));
    }

    private Checkpoint commit(StageToken token, long step) {
        ArtifactReference artifact = rows.folder("checkpoint", Map.of("file", ("step " + step).getBytes(UTF_8)));
        return checkpoints.commit(
                token, new NewCheckpoint(step, artifact, 1, Optional.empty(), JsonNodeFactory.instance.objectNode()));
    }
}
