package dev.firn.api.health;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.registry.run.RunState;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class OperationsTest {
    @Inject
    RegistryRows rows;

    @Test
    void healthNamesEachPart() {
        when().get("/q/health")
                .then()
                .statusCode(200)
                .body("status", equalTo("UP"))
                .body("checks.name", hasItems("Object store", "Temporal"));
        when().get("/q/health/ready").then().statusCode(200);
        when().get("/q/health/live").then().statusCode(200);
    }

    @Test
    void metricsSpeakOfFirnToo() {
        when().get("/api/runs").then().statusCode(200);

        given().accept("text/plain")
                .get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("firn_embeddings_models"))
                .body(containsString("firn_events_watched_runs"))
                .body(containsString("http_server_bytes_written"));
    }

    @Test
    void metricsCountTheRunsOfEachState() {
        rows.end(rows.running("counted"), RunState.CANCELLED, Optional.empty());

        String metrics = given().accept("text/plain")
                .get("/q/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString();

        for (RunState state : RunState.values()) {
            assertThat(metrics).contains("firn_runs{state=\"" + state.name().toLowerCase(Locale.ROOT) + "\"");
        }
    }

    @Test
    void theDescriptionNamesEveryEndpointWithASummary() {
        Map<String, Map<String, Map<String, Object>>> paths = given().accept("application/json")
                .queryParam("format", "json")
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .extract()
                .path("paths");

        assertThat(paths.keySet())
                .contains(
                        "/api/runs",
                        "/api/runs/{id}",
                        "/api/runs/{id}/cancel",
                        "/api/runs/{id}/checkpoint",
                        "/api/runs/{id}/controls",
                        "/api/runs/{id}/extend",
                        "/api/runs/{id}/learning-rate-scale",
                        "/api/runs/{id}/pause",
                        "/api/runs/{id}/resume",
                        "/api/runs/{id}/retry",
                        "/api/runs/{id}/stop",
                        "/api/checkpoints/{id}/fork",
                        "/api/runs/{id}/events",
                        "/api/runs/{id}/logs",
                        "/api/runs/{id}/metrics",
                        "/api/checkpoints",
                        "/api/checkpoints/{id}",
                        "/api/checkpoints/{id}/files/{file}",
                        "/api/checkpoints/{id}/pin",
                        "/api/gc",
                        "/api/datasets",
                        "/api/evaluations",
                        "/api/lineage/{digest}",
                        "/api/models",
                        "/api/models/{name}",
                        "/api/models/{name}/aliases/{alias}",
                        "/api/models/{name}/versions/{version}",
                        "/api/models/{name}/versions/{version}/archive",
                        "/api/models/{name}/versions/{version}/files/{file}",
                        "/api/schema/run",
                        "/v1/embeddings")
                .noneMatch(path -> path.startsWith("/fragments"));
        paths.forEach((path, methods) -> methods.forEach((method, operation) -> {
            if (List.of("get", "post", "put", "delete").contains(method)) {
                assertThat(operation.get("summary")).as(method + " " + path).isNotNull();
            }
        }));
    }
}
