package dev.firn.api.dataset;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.api.wiring.FirnConfiguration;
import dev.firn.registry.Digest;
import dev.firn.registry.StageToken;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.lineage.LineageInput;
import dev.firn.registry.lineage.LineageStore;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.StageStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class DatasetResourceTest {
    @Inject
    RegistryRows rows;

    @Inject
    StageStore stages;

    @Inject
    LineageStore lineage;

    @Inject
    DatasetStore datasets;

    @Inject
    FirnConfiguration configuration;

    @Test
    void filesOfPairsBecomeADatasetThatCanBeLookedInto() throws IOException {
        String name = name();
        byte[] plain = bytes(pair("de", "Katze", "Ein Tier") + "\n" + pair("en", "cat", "An animal") + "\n");
        byte[] compressed = gzip(pair(null, "chat", "Un animal") + "\n" + pair("de", "Katze", "Ein Tier"));

        Response added = send(name, "fr", Map.of("a.jsonl", plain, "b.jsonl.gz", compressed));

        added.then()
                .statusCode(201)
                .header("Location", endsWith("/api/datasets/" + name + "@1"))
                .body("version", equalTo(1))
                .body("artifact.kind", equalTo("pairs"))
                .body("summary.pairs", equalTo(4))
                .body("summary.languages.de", equalTo(2))
                .body("summary.languages.fr", equalTo(1))
                .body("summary.duplicates", equalTo(1))
                .body("summary.language", equalTo("fr"))
                .body("files.name", contains("a.jsonl", "b.jsonl.gz"))
                .body("files[0].sha256", equalTo(Digest.of(plain).hex()));
        String id = added.path("id");
        for (String reference : List.of(name + "@1", id)) {
            when().get("/api/datasets/" + reference + "/rows?limit=3")
                    .then()
                    .statusCode(200)
                    .body("items.query", contains("Katze", "cat", "chat"))
                    .body("items.language", contains("de", "en", "fr"));
        }
        assertThat(when().get("/api/datasets/" + name + "@1/files/a.jsonl").asByteArray())
                .isEqualTo(plain);
        when().get("/api/datasets?name=" + name).then().body("items.version", contains(1));
        when().get("/api/datasets").then().body("items.name", hasItem(name));

        send(name, "fr", Map.of("a.jsonl", plain, "b.jsonl.gz", compressed))
                .then()
                .statusCode(200)
                .body("version", equalTo(1));
        send(name, null, Map.of("a.jsonl", plain)).then().statusCode(201).body("version", equalTo(2));
    }

    @Test
    void whatIsWrongIsToldByFileAndLineAndNothingStays() throws IOException {
        String name = name();
        byte[] wrong = bytes(pair("de", "Katze", "Ein Tier") + "\n{\"query\":1}\nno json\n");

        send(name, null, Map.of("a.jsonl", wrong))
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("type", equalTo("https://firn.dev/problems/dataset-refused"))
                .body("errors", hasSize(2))
                .body("errors.pointer", contains("/files/0", "/files/0"))
                .body("errors[0].detail", startsWith("a.jsonl:2: "))
                .body("errors[1].detail", startsWith("a.jsonl:3: is no JSON"));
        send(name, null, Map.of("a.jsonl", bytes(pair(null, "q", "d"))))
                .then()
                .statusCode(422)
                .body("errors[0].detail", startsWith("a.jsonl:1: lacks the field \"language\""));
        send(name, "not a language", Map.of("a.jsonl", bytes(pair(null, "q", "d"))))
                .then()
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/language"));
        send("Not A Name", null, Map.of("a.jsonl", bytes(pair("de", "q", "d"))))
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/name"));
        for (String file : List.of("pairs.txt", "../pairs.jsonl", ".jsonl", "a b.jsonl")) {
            send(name, null, Map.of(file, bytes(pair("de", "q", "d"))))
                    .then()
                    .statusCode(422)
                    .body("errors[0].pointer", equalTo("/files/0"));
        }
        given().multiPart("name", name).post("/api/datasets").then().statusCode(422);
        given().contentType("application/json")
                .body("{}")
                .post("/api/datasets")
                .then()
                .statusCode(415);

        when().get("/api/datasets?name=" + name)
                .then()
                .body("items", hasSize(0))
                .body("nextCursor", nullValue());
        try (Stream<Path> left = Files.list(configuration.home().resolve("uploads"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void tellsTheRunsThatReadIt() throws IOException {
        String name = name();
        send(name, null, Map.of("a.jsonl", bytes(pair("de", "q" + name, "d"))))
                .then()
                .statusCode(201);
        Dataset dataset = datasets.get(name, 1);
        when().get("/api/datasets/" + name + "@1/uses").then().body("items", hasSize(0));

        Run run = rows.running("uses-" + name);
        StageToken token = stages.begin(run.id(), "prepare", "4".repeat(64), "test", Optional.empty());
        lineage.record(
                token,
                List.of(new LineageInput(dataset.artifact().digest(), "pairs")),
                List.of(Digest.of(bytes("prepared from " + name))));

        when().get("/api/datasets/" + name + "@1/uses")
                .then()
                .statusCode(200)
                .body("items.runId", contains(run.id().toString()))
                .body("items.stage", contains("prepare"))
                .body("items.state", contains("RUNNING"));
    }

    @Test
    void whatDoesNotExistIsAProblem() {
        for (String reference : List.of("no-such@1", UUID.randomUUID().toString(), "no-such")) {
            when().get("/api/datasets/" + reference).then().statusCode(404);
            when().get("/api/datasets/" + reference + "/rows").then().statusCode(404);
        }
        when().get("/api/datasets/no-such@1/rows?limit=0").then().statusCode(400);
    }

    private static Response send(String name, String language, Map<String, byte[]> files) {
        RequestSpecification request = given().multiPart("name", name);
        if (language != null) {
            request.multiPart("language", language);
        }
        new java.util.TreeMap<>(files)
                .forEach((file, content) -> request.multiPart("files", file, content, "application/octet-stream"));
        return request.post("/api/datasets");
    }

    private static String name() {
        return "d-" + UUID.randomUUID();
    }

    private static String pair(String language, String query, String document) {
        return "{" + (language == null ? "" : "\"language\":\"" + language + "\",") + "\"query\":\"" + query
                + "\",\"document\":\"" + document + "\"}";
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream stream = new GZIPOutputStream(bytes)) {
            stream.write(bytes(text));
        }
        return bytes.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
