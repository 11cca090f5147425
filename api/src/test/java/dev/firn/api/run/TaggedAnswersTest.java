package dev.firn.api.run;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.api.FirnTestResource;
import dev.firn.registry.run.NewRun;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class TaggedAnswersTest {
    @Inject
    RunStore runs;

    @Test
    void aRunThatHasNotChangedIsNotSentAgain() {
        UUID id = runs.create(new NewRun(
                        "tagged",
                        JsonNodeFactory.instance.objectNode(),
                        0,
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()))
                .run()
                .id();
        runs.transition(id, Set.of(RunState.QUEUED), RunState.CANCELLED, Optional.empty());
        String tag = given().get("/api/runs/" + id)
                .then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", "no-cache")
                .body("state", equalTo("CANCELLED"))
                .extract()
                .header("ETag");

        given().header("If-None-Match", tag)
                .get("/api/runs/" + id)
                .then()
                .statusCode(304)
                .body(emptyString());

        runs.setPriority(id, 3);
        given().header("If-None-Match", tag)
                .get("/api/runs/" + id)
                .then()
                .statusCode(200)
                .header("ETag", not(equalTo(tag)))
                .body("priority", equalTo(3));
    }
}
