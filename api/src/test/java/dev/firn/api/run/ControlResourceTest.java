package dev.firn.api.run;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.registry.control.ControlStore;
import dev.firn.registry.control.NewControl;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The server of these tests has no worker: what needs none is shown here, the rest where there is one. */
@QuarkusTest
@WithTestResource(FirnTestResource.class)
class ControlResourceTest {
    @Inject
    RegistryRows rows;

    @Inject
    ControlStore controls;

    @Test
    void anEndedRunIsNotSteered() {
        Run run = rows.running("ended");
        rows.end(run, RunState.SUCCEEDED, Optional.empty());

        for (String kind : List.of("pause", "resume", "checkpoint", "stop", "retry")) {
            given().post("/api/runs/" + run.id() + "/" + kind)
                    .then()
                    .statusCode(409)
                    .contentType("application/problem+json")
                    .body("type", equalTo("https://firn.dev/problems/conflict"))
                    .body("detail", containsString(kind + " is refused"))
                    .body("detail", containsString("is SUCCEEDED"));
            given().post("/api/runs/" + UUID.randomUUID() + "/" + kind).then().statusCode(404);
        }
        given().header("Idempotency-Key", "a b")
                .post("/api/runs/" + run.id() + "/pause")
                .then()
                .statusCode(400);
        when().get("/api/runs/" + run.id() + "/controls").then().statusCode(200).body("items", hasSize(0));
    }

    @Test
    void whatIsNoFactorAndNoNumberOfStepsIsRefusedWithAPointer() {
        Run run = rows.running("steered");
        for (String steps : List.of("0", "1.5", "\"5\"", "null", "1000000001")) {
            given().contentType("application/json")
                    .body("{\"steps\":" + steps + "}")
                    .post("/api/runs/" + run.id() + "/extend")
                    .then()
                    .statusCode(422)
                    .contentType("application/problem+json")
                    .body("errors[0].pointer", equalTo("/steps"));
        }
        for (String factor : List.of("0", "-1", "1001", "\"half\"", "null")) {
            given().contentType("application/json")
                    .body("{\"factor\":" + factor + "}")
                    .put("/api/runs/" + run.id() + "/learning-rate-scale")
                    .then()
                    .statusCode(422)
                    .body("errors[0].pointer", equalTo("/factor"));
        }
        given().contentType("application/json")
                .body("{\"faktor\":1}")
                .put("/api/runs/" + run.id() + "/learning-rate-scale")
                .then()
                .statusCode(400);
        rows.end(run, RunState.SUCCEEDED, Optional.empty());
        given().contentType("application/json")
                .body("{\"steps\":5}")
                .post("/api/runs/" + run.id() + "/extend")
                .then()
                .statusCode(409);
        given().contentType("application/json")
                .body("{\"factor\":0.5}")
                .put("/api/runs/" + run.id() + "/learning-rate-scale")
                .then()
                .statusCode(409)
                .body("detail", containsString("learning-rate-scale is refused"));
    }

    @Test
    void aFailedRunIsRetriedOnce() {
        Run run = rows.running("failed");
        rows.end(
                run,
                RunState.FAILED,
                Optional.of(JsonNodeFactory.instance.objectNode().put("message", "broken")));

        given().post("/api/runs/" + run.id() + "/retry")
                .then()
                .statusCode(202)
                .body("state", equalTo("QUEUED"))
                .body("failure", nullValue());
        given().post("/api/runs/" + run.id() + "/retry")
                .then()
                .statusCode(409)
                .body("detail", containsString("is QUEUED, not CANCELLED or FAILED"));
    }

    @Test
    void aPausedRunThatTemporalDoesNotKnowIsResumed() {
        Run run = rows.run("forgotten");
        controls.pause(new NewControl(run.id(), "pause", Optional.empty(), Optional.of("ada"), Optional.empty()));

        given().post("/api/runs/" + run.id() + "/checkpoint").then().statusCode(409);
        given().header("Idempotency-Key", "once")
                .post("/api/runs/" + run.id() + "/resume")
                .then()
                .statusCode(202)
                .body("id", equalTo(run.id().toString()))
                .body("state", equalTo("QUEUED"));

        when().get("/api/runs/" + run.id() + "/controls?limit=1")
                .then()
                .statusCode(200)
                .body("items", hasSize(1))
                .body("items[0].kind", equalTo("resume"))
                .body("items[0].state", equalTo("APPLIED"))
                .body("items[0].step", nullValue())
                .body("nextCursor", notNullValue());
        when().get("/api/runs/" + run.id() + "/controls")
                .then()
                .body("items.kind", equalTo(List.of("resume", "pause")))
                .body("items[1].requestedBy", equalTo("ada"));
        when().get("/api/runs/" + UUID.randomUUID() + "/controls").then().statusCode(404);
    }
}
