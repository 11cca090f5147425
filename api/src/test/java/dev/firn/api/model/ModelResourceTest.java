package dev.firn.api.model;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.registry.Digest;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.NewModelVersion;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class ModelResourceTest {
    // Above a chunk of 8 MiB, so that ranges cross its border.
    private static final int WEIGHTS = (8 << 20) + 100_000;

    @Inject
    RegistryRows rows;

    @Inject
    ModelStore models;

    @Test
    void anAliasMovesAndItsRevisionGuardsIt() {
        String name = register(Map.of("a", bytes("1")));
        models.register(version(name, rows.folder("model", Map.of("a", bytes("2")))));

        Response first = move(name, "champion", 1, null);
        first.then().statusCode(200).body("alias", equalTo("champion")).body("version", equalTo(1));
        String revision = first.header("ETag");

        move(name, "champion", 2, revision).then().statusCode(200).body("version", equalTo(2));
        move(name, "champion", 1, revision)
                .then()
                .statusCode(412)
                .contentType("application/problem+json")
                .body("type", equalTo("https://firn.dev/problems/revision-mismatch"));
        move(name, "champion", 1, "yesterday's").then().statusCode(400);
        move(name, "champion", 3, null).then().statusCode(404);
        move(name, "Champion!", 1, null).then().statusCode(400);

        when().get("/api/models/" + name)
                .then()
                .body("versions", equalTo(2))
                .body("latestVersion", equalTo(2))
                .body("aliases", hasSize(1))
                .body("aliases[0].version", equalTo(2))
                .body("items.version", contains(2, 1))
                .body("items[0].aliases", contains("champion"));
        when().get("/api/models/" + name + "/aliases/champion")
                .then()
                .statusCode(200)
                .header("ETag", startsWith("\""));
    }

    @Test
    void aProtectedAliasMovesOnlyWhenThatIsConfirmed() {
        String name = register(Map.of("a", bytes("1")));
        models.register(version(name, rows.folder("model", Map.of("a", bytes("2")))));

        put(name, "champion", "{\"version\":1,\"protected\":true,\"reason\":\"checked by hand\"}")
                .then()
                .statusCode(200)
                .body("protected", equalTo(true));
        move(name, "champion", 2, null)
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("type", equalTo("https://firn.dev/problems/protected-alias"));
        when().delete("/api/models/" + name + "/aliases/champion").then().statusCode(409);
        put(name, "champion", "{\"version\":2,\"confirm\":true}")
                .then()
                .statusCode(200)
                .body("version", equalTo(2))
                .body("protected", equalTo(true));
        put(name, "champion", "{\"version\":2,\"reason\":\"two\\nlines\"}")
                .then()
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/reason"));

        when().delete("/api/models/" + name + "/aliases/champion?confirm=true")
                .then()
                .statusCode(204);
        when().get("/api/models/" + name + "/aliases/champion").then().statusCode(404);
        when().get("/api/models/" + name + "/aliases/champion/history")
                .then()
                .statusCode(200)
                .body("items.revision", contains(3, 2, 1))
                .body("items.version", contains(null, 2, 1))
                .body("items.previousVersion", contains(2, 1, null))
                .body("items.protected", contains(false, true, true))
                .body("items[2].reason", equalTo("checked by hand"));
        when().get("/api/models/" + name + "/aliases/challenger/history").then().statusCode(404);
    }

    @Test
    void anArchivedVersionIsLeftOutUntilAskedForAndNoAliasPointsToIt() {
        String name = register(Map.of("a", bytes("1")));
        models.register(version(name, rows.folder("model", Map.of("a", bytes("2")))));
        move(name, "champion", 1, null).then().statusCode(200);
        String versions = "/api/models/" + name + "/versions/";

        when().put(versions + "1/archived").then().statusCode(409);
        when().put(versions + "2/archived").then().statusCode(200).body("archivedAt", notNullValue());
        when().put(versions + "3/archived").then().statusCode(404);
        move(name, "challenger", 2, null).then().statusCode(409);

        when().get("/api/models/" + name)
                .then()
                .body("versions", equalTo(2))
                .body("archivedVersions", equalTo(1))
                .body("items.version", contains(1));
        when().get("/api/models/" + name + "?archived=true").then().body("items.version", contains(2, 1));
        when().get("/api/models/" + name + "?archived=perhaps").then().statusCode(400);
        when().get(versions + "2/archive").then().statusCode(200);

        when().delete(versions + "2/archived").then().statusCode(200).body("archivedAt", nullValue());
        move(name, "challenger", 2, null).then().statusCode(200);
    }

    @Test
    void versionsAreTaggedAndFoundByTheirTags() {
        String name = register(Map.of("a", bytes("1")));
        models.register(version(name, rows.folder("model", Map.of("a", bytes("2")))));
        String versions = "/api/models/" + name + "/versions/";
        String tag = "t-" + UUID.randomUUID();

        tag(versions + "1/tags/" + tag, "{\"value\":\"production\"}")
                .then()
                .statusCode(200)
                .body("tags.'" + tag + "'", equalTo("production"));
        tag(versions + "2/tags/" + tag, "{}").then().statusCode(200).body("tags.'" + tag + "'", equalTo(""));
        tag(versions + "2/tags/Not-A-Tag", "{}").then().statusCode(400);
        tag(versions + "2/tags/" + tag, "{\"value\":\"" + "x".repeat(501) + "\"}")
                .then()
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/value"));
        tag(versions + "3/tags/" + tag, "{}").then().statusCode(404);

        given().queryParam("tag", tag).get("/api/models/" + name).then().body("items.version", contains(2, 1));
        given().queryParam("tag", tag + "=production")
                .get("/api/models/" + name)
                .then()
                .body("items.version", contains(1));
        given().queryParam("tag", tag + "=production").get("/api/models").then().body("items.name", contains(name));
        given().queryParam("tag", "=x").get("/api/models").then().statusCode(400);

        when().delete(versions + "1/tags/" + tag).then().statusCode(200).body("tags.size()", equalTo(0));
        when().delete(versions + "1/tags/" + tag).then().statusCode(404);
    }

    @Test
    void aVersionTellsItsFilesWithTheirDigests() {
        byte[] config = bytes("{\"hidden_size\":192}");
        String name = register(Map.of("config.json", config, "1_Pooling/config.json", bytes("{}")));

        when().get("/api/models/" + name + "/versions/1")
                .then()
                .statusCode(200)
                .body("dimension", equalTo(192))
                .body("artifact.kind", equalTo("model"))
                .body("files.name", contains("1_Pooling/config.json", "config.json"))
                .body("files[1].bytes", equalTo(config.length))
                .body("files[1].sha256", equalTo(Digest.of(config).hex()));
        when().get("/api/models/" + name + "/versions/2").then().statusCode(404);
    }

    @Test
    void theArchiveHoldsTheFolderAndIsTheSameBytesEachTime() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("1_Pooling/config.json", bytes("{}"));
        files.put("config.json", bytes("{\"hidden_size\":192}"));
        files.put("model.safetensors", weights());
        String path = "/api/models/" + register(files) + "/versions/1/archive";

        byte[] archive = when().get(path)
                .then()
                .statusCode(200)
                .contentType("application/zip")
                .extract()
                .asByteArray();

        Map<String, byte[]> unpacked = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                unpacked.put(entry.getName(), zip.readAllBytes());
            }
        }
        assertThat(unpacked.keySet()).containsExactlyElementsOf(files.keySet());
        unpacked.forEach((name, content) -> assertThat(content).as(name).isEqualTo(files.get(name)));
        assertThat(when().get(path).asByteArray()).isEqualTo(archive);
    }

    @Test
    void aFileIsSentInTheRangesAskedForAlsoAcrossChunks() {
        byte[] weights = weights();
        String path =
                "/api/models/" + register(Map.of("model.safetensors", weights)) + "/versions/1/files/model.safetensors";
        int border = 8 << 20;

        Response whole = when().get(path);
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.header("Accept-Ranges")).isEqualTo("bytes");
        assertThat(whole.header("ETag")).isEqualTo("\"" + Digest.of(weights).hex() + "\"");
        assertThat(whole.asByteArray()).isEqualTo(weights);

        Response part = given().header("Range", "bytes=" + (border - 10) + "-" + (border + 9))
                .get(path);
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.header("Content-Range"))
                .isEqualTo("bytes " + (border - 10) + "-" + (border + 9) + "/" + weights.length);
        assertThat(part.asByteArray()).isEqualTo(Arrays.copyOfRange(weights, border - 10, border + 10));

        Response tail = given().header("Range", "bytes=-5").get(path);
        assertThat(tail.asByteArray()).isEqualTo(Arrays.copyOfRange(weights, weights.length - 5, weights.length));

        given().header("Range", "bytes=" + weights.length + "-")
                .get(path)
                .then()
                .statusCode(416)
                .header("Content-Range", "bytes */" + weights.length);
        given().header("Range", "bytes=0-4")
                .header("If-Range", "\"another\"")
                .get(path)
                .then()
                .statusCode(200);
    }

    @Test
    void aFileOutsideOfTheFolderIsNotThere() {
        String name = register(Map.of("config.json", bytes("{}")));

        for (String file : new String[] {"no-such", "../config.json", "%2e%2e/%2e%2e/etc/passwd"}) {
            given().urlEncodingEnabled(false)
                    .get("/api/models/" + name + "/versions/1/files/" + file)
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json");
        }
    }

    private static Response put(String model, String alias, String body) {
        return given().contentType("application/json").body(body).put("/api/models/" + model + "/aliases/" + alias);
    }

    private static Response tag(String path, String body) {
        return given().contentType("application/json").body(body).put(path);
    }

    private static Response move(String model, String alias, int version, String ifMatch) {
        io.restassured.specification.RequestSpecification request =
                given().contentType("application/json").body("{\"version\":" + version + "}");
        if (ifMatch != null) {
            request.header("If-Match", ifMatch);
        }
        return request.put("/api/models/" + model + "/aliases/" + alias);
    }

    private String register(Map<String, byte[]> files) {
        String name = "m-" + UUID.randomUUID();
        models.register(version(name, rows.folder("model", files)));
        return name;
    }

    private static NewModelVersion version(String name, ArtifactReference artifact) {
        return new NewModelVersion(name, artifact, 192, JsonNodeFactory.instance.objectNode());
    }

    private static byte[] weights() {
        byte[] weights = new byte[WEIGHTS];
        new Random(7).nextBytes(weights);
        return weights;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
