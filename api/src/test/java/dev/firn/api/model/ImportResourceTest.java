package dev.firn.api.model;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;

import dev.firn.api.FirnTestResource;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.tokenizer.TokenizerTrainer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class ImportResourceTest {
    private static final int LARGE = 20 << 20;

    @TempDir
    static Path folder;

    private static byte[] archive;

    @BeforeAll
    static void writeModel() throws IOException {
        new TokenizerTrainer(400, 16)
                .train(List.of("snow and ice", "Schnee und Eis").iterator(), folder);
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            Encoder.initialise(
                    EncoderConfiguration.xlmRoberta(tokenizer.vocabularySize(), 16, 1, 2, 32, 32), 3, folder);
        }
        archive = zip("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors");
    }

    /** With a file besides that is larger than any other request may be. */
    private static byte[] zip(String... names) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(Deflater.NO_COMPRESSION);
            zip.putNextEntry(new ZipEntry("pytorch_model.bin"));
            zip.write(new byte[LARGE]);
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                Files.copy(folder.resolve(name), zip);
            }
        }
        return out.toByteArray();
    }

    private static RequestSpecification sending(byte[] body) {
        return given().contentType("application/zip").body(body);
    }

    @Test
    void aZippedFolderBecomesAVersionThatEmbeds() {
        sending(archive)
                .queryParam("queryPrefix", "q: ")
                .when()
                .post("/api/models/imported/import?pooling=mean&maximumTokens=12")
                .then()
                .statusCode(201)
                .header("Location", endsWith("/api/models/imported/versions/1"))
                .body("version", equalTo(1))
                .body("dimension", equalTo(16))
                .body("metrics.imported.queryPrefix", equalTo("q: "))
                .body("files.name", hasItems("1_Pooling/config.json", "model.safetensors", "tokenizer.json"));
        sending(archive)
                .queryParam("queryPrefix", "q: ")
                .when()
                .post("/api/models/imported/import?pooling=mean&maximumTokens=12")
                .then()
                .statusCode(200)
                .body("version", equalTo(1));
        sending(archive)
                .when()
                .post("/api/models/imported/import?pooling=cls")
                .then()
                .statusCode(201)
                .body("version", equalTo(2));
        given().get("/api/audit?path=/api/models/imported/import")
                .then()
                .body("items[0].status", equalTo(201))
                .body("items.after.version", hasItems(1, 2));
        given().contentType("application/json")
                .body("{\"model\":\"imported@1\",\"input\":[\"snow\"]}")
                .when()
                .post("/v1/embeddings")
                .then()
                .statusCode(200)
                .body("data[0].embedding", hasSize(16));
    }

    @Test
    void whatIsNoModelIsRefusedAndNothingStays() throws IOException {
        sending(zip("config.json", "tokenizer.json"))
                .when()
                .post("/api/models/refused/import")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("type", equalTo("https://firn.dev/problems/import-refused"))
                .body("detail", containsString("has neither model.safetensors nor"));
        sending(Arrays.copyOf(archive, archive.length - 1000))
                .when()
                .post("/api/models/refused/import")
                .then()
                .statusCode(422);
        sending(archive)
                .when()
                .post("/api/models/refused/import?maximumTokens=64")
                .then()
                .statusCode(422)
                .body("detail", containsString("positions for 32"));
        sending(new byte[0]).when().post("/api/models/refused/import").then().statusCode(422);
        when().get("/api/models/refused").then().statusCode(404);
    }

    @Test
    void whatIsSaidMustBeUnderstood() {
        byte[] small = {1};
        sending(small).when().post("/api/models/Refused!/import").then().statusCode(400);
        sending(small)
                .when()
                .post("/api/models/refused/import?pooling=max")
                .then()
                .statusCode(400);
        sending(small)
                .when()
                .post("/api/models/refused/import?maximumTokens=many")
                .then()
                .statusCode(400);
        given().contentType("application/json")
                .body("{}")
                .when()
                .post("/api/models/refused/import")
                .then()
                .statusCode(415);
    }
}
