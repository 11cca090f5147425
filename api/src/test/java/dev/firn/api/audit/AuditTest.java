package dev.firn.api.audit;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.api.SmallSpecification;
import dev.firn.api.wiring.Work;
import dev.firn.registry.StageToken;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.checkpoint.NewCheckpoint;
import dev.firn.registry.control.ControlStore;
import dev.firn.registry.control.NewControl;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.NewModelVersion;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class AuditTest {
    private static final Set<String> READING = Set.of("get", "head", "options", "parameters");

    /** What changes nothing though it is no GET. */
    private static final Set<String> WITHOUT_ENTRY =
            Set.of("POST /v1/embeddings", "POST /api/search", "POST /api/maps");

    @Inject
    RegistryRows rows;

    @Inject
    ControlStore controls;

    @Inject
    StageStore stages;

    @Inject
    CheckpointStore checkpoints;

    @Inject
    ModelStore models;

    @Inject
    Work work;

    @TempDir
    Path folder;

    private static JsonNode get(String path) {
        try {
            return new ObjectMapper()
                    .readTree(given().get(path).then().statusCode(200).extract().asString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static long newest() {
        return get("/api/audit?limit=1").at("/items/0/id").asLong();
    }

    /** The one entry since. */
    private static JsonNode entryAfter(long id) {
        JsonNode items = get("/api/audit?limit=10").get("items");
        JsonNode found = null;
        for (JsonNode item : items) {
            if (item.get("id").asLong() > id) {
                assertThat(found).as("one entry only, but " + items).isNull();
                found = item;
            }
        }
        assertThat(found).as("an entry").isNotNull();
        return found;
    }

    private String model() {
        String name = "audited-" + UUID.randomUUID();
        for (String version : new String[] {"1", "2"}) {
            ArtifactReference artifact = rows.folder("model", Map.of("config.json", (name + version).getBytes(UTF_8)));
            models.register(new NewModelVersion(name, artifact, 8, JsonNodeFactory.instance.objectNode()));
        }
        return name;
    }

    private Checkpoint[] checkpoints() {
        StageToken token = stages.begin(rows.running("audited").id(), "pretrain", "key", "test", Optional.empty());
        return new Checkpoint[] {commit(token, 1), commit(token, 2)};
    }

    private Checkpoint commit(StageToken token, long step) {
        ArtifactReference artifact =
                rows.folder("checkpoint", Map.of("file", ("audited " + step + UUID.randomUUID()).getBytes(UTF_8)));
        return checkpoints.commit(
                token, new NewCheckpoint(step, artifact, 1, Optional.empty(), JsonNodeFactory.instance.objectNode()));
    }

    private static RequestSpecification json(String body) {
        return given().contentType("application/json").body(body);
    }

    @Test
    void tellsWhatAnAliasPointedToBeforeAndAfter() {
        String name = model();
        String path = "/api/models/" + name + "/aliases/champion";
        json("{\"version\":1}").put(path).then().statusCode(200);
        long before = newest();

        json("{\"version\":2}").put(path + "?because=x").then().statusCode(200);

        JsonNode entry = entryAfter(before);
        assertThat(entry.get("method").asText()).isEqualTo("PUT");
        assertThat(entry.get("path").asText()).isEqualTo(path + "?because=x");
        assertThat(entry.get("status").asInt()).isEqualTo(200);
        assertThat(entry.get("caller").isNull()).isTrue();
        assertThat(entry.get("address").asText()).isEqualTo("127.0.0.1");
        assertThat(entry.at("/before/version").asInt()).isEqualTo(1);
        assertThat(entry.at("/after/revision").asLong())
                .isGreaterThan(entry.at("/before/revision").asLong());
    }

    @Test
    void whatIsRefusedAndWhatOnlyReadsLeavesNone() throws IOException {
        long before = newest();

        json("{\"version\":7}")
                .put("/api/models/" + model() + "/aliases/champion")
                .then()
                .statusCode(404);
        json("{}").post("/api/runs").then().statusCode(422);
        json("{}").post("/v1/embeddings").then().statusCode(422);
        given().contentType("application/yaml")
                .body(SmallSpecification.write(folder, "dry").getBytes(UTF_8))
                .post("/api/runs?dryRun=true")
                .then()
                .statusCode(200);
        given().post("/api/gc?dryRun=true").then().statusCode(200);
        given().delete("/api/checkpoints/" + UUID.randomUUID()).then().statusCode(404);
        given().post("/no/such").then().statusCode(404);

        assertThat(newest()).isEqualTo(before);
    }

    @Test
    void aCollectionThatNobodyAskedForLeavesAnEntryByTheServerWhenItRemovesSomething() {
        given().delete("/api/checkpoints/" + checkpoints()[0].id()).then().statusCode(204);
        long before = newest();

        work.collect();
        work.collect();

        JsonNode entry = entryAfter(before);
        assertThat(entry.get("caller").asText()).isEqualTo("server");
        assertThat(entry.get("path").asText()).isEqualTo("/api/gc");
        assertThat(entry.at("/after/artifacts").asLong()).isPositive();
        assertThat(given().accept("text/html").get("/audit?caller=server").asString())
                .contains("/api/gc");
    }

    @Test
    void everyOperationThatChangesSomethingLeavesAnEntry() throws IOException {
        Run queued = rows.run("audited");
        Run paused = rows.run("audited");
        controls.pause(new NewControl(paused.id(), "pause", Optional.empty(), Optional.empty(), Optional.empty()));
        Run failed = rows.running("audited");
        rows.end(failed, RunState.FAILED, Optional.empty());
        Checkpoint[] two = checkpoints();
        String checkpoint = "/api/checkpoints/" + two[0].id();
        String name = model();
        Map<String, Response> answers = new LinkedHashMap<>();
        Map<String, JsonNode> entries = new LinkedHashMap<>();
        Map<String, java.util.function.Supplier<Response>> operations = new LinkedHashMap<>();
        byte[] specification = SmallSpecification.write(folder, "audited").getBytes(UTF_8);
        operations.put(
                "POST /api/runs",
                () -> given().contentType("application/yaml")
                        .body(specification)
                        .post("/api/runs"));
        operations.put("POST /api/runs/{id}/cancel", () -> given().post("/api/runs/" + queued.id() + "/cancel"));
        operations.put("POST /api/runs/{id}/resume", () -> given().post("/api/runs/" + paused.id() + "/resume"));
        operations.put("POST /api/runs/{id}/retry", () -> given().post("/api/runs/" + failed.id() + "/retry"));
        operations.put("PUT /api/checkpoints/{id}/pin", () -> given().put(checkpoint + "/pin"));
        operations.put("DELETE /api/checkpoints/{id}/pin", () -> given().delete(checkpoint + "/pin"));
        operations.put("DELETE /api/checkpoints/{id}", () -> given().delete(checkpoint));
        operations.put(
                "PUT /api/models/{name}/aliases/{alias}",
                () -> json("{\"version\":1}").put("/api/models/" + name + "/aliases/champion"));
        operations.put("POST /api/gc", () -> given().post("/api/gc?graceMinutes=525600"));
        operations.put(
                "POST /api/tokens",
                () -> json("{\"name\":\"ada\",\"role\":\"viewer\"}").post("/api/tokens"));
        operations.put(
                "DELETE /api/tokens/{id}",
                () -> given().delete(
                                "/api/tokens/" + answers.get("POST /api/tokens").path("id")));
        operations.forEach((operation, request) -> {
            long before = newest();
            Response answer = request.get();
            assertThat(answer.statusCode())
                    .as(operation + ": " + answer.asString())
                    .isBetween(200, 299);
            answers.put(operation, answer);
            entries.put(operation, entryAfter(before));
        });

        assertThat(entries.get("POST /api/runs").at("/after/name").asText()).isEqualTo("audited");
        assertThat(entries.get("POST /api/runs/{id}/cancel").at("/before/state").asText())
                .isEqualTo("QUEUED");
        assertThat(entries.get("POST /api/runs/{id}/resume").at("/before/state").asText())
                .isEqualTo("PAUSED");
        assertThat(entries.get("DELETE /api/checkpoints/{id}")
                        .at("/before/step")
                        .asLong())
                .isEqualTo(1);
        assertThat(entries.get("DELETE /api/checkpoints/{id}").get("after").isNull())
                .isTrue();
        assertThat(entries.get("POST /api/tokens").toString()).doesNotContain("firn_");
        assertThat(entries.get("DELETE /api/tokens/{id}").at("/before/name").asText())
                .isEqualTo("ada");
        seeOthers(operations.keySet());
    }

    /** Operations that this test has no request for, sent as the description of the API says: if they succeed, they left an entry. */
    private void seeOthers(Set<String> seen) {
        Set<String> notSent = new TreeSet<>();
        get("/q/openapi?format=json")
                .get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    String method = operation.getKey().toUpperCase(java.util.Locale.ROOT);
                    String key = method + " " + path.getKey();
                    if (READING.contains(operation.getKey()) || WITHOUT_ENTRY.contains(key) || seen.contains(key)) {
                        return;
                    }
                    JsonNode body = operation.getValue().at("/requestBody/content/application~1json/example");
                    String address = path.getKey()
                            .replace("{name}", model())
                            .replace("{version}", "1")
                            .replaceAll("\\{[^}]+}", UUID.randomUUID().toString());
                    long before = newest();
                    RequestSpecification request = body.isMissingNode() ? given() : json(body.toString());
                    int status = request.request(method, address).statusCode();
                    if (status < 300) {
                        assertThat(newest()).as(key).isGreaterThan(before);
                    } else {
                        notSent.add(key + " (" + status + ")");
                    }
                }));
        System.out.println("Without a request that succeeds in this test: " + notSent);
    }

    @Test
    void thePageShowsWhatChanged() {
        String name = model();
        json("{\"version\":1}")
                .put("/api/models/" + name + "/aliases/champion")
                .then()
                .statusCode(200);
        json("{\"version\":2}")
                .put("/api/models/" + name + "/aliases/champion")
                .then()
                .statusCode(200);

        String page = given().accept("text/html")
                .get("/audit?path=/api/models/" + name)
                .then()
                .statusCode(200)
                .extract()
                .asString();

        assertThat(page)
                .contains("/api/models/" + name + "/aliases/champion")
                .contains("<b>revision</b>")
                .doesNotContain("Older changes");
        assertThat(given().accept("text/html").get("/audit?path=/nothing").asString())
                .contains("No changes.");
        assertThat(given().accept("text/html")
                        .get("/audit?path=%3Cscript%3Ealert(1)%3C/script%3E")
                        .asString())
                .doesNotContain("<script>alert");
    }
}
