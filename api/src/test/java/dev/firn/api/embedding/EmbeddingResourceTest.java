package dev.firn.api.embedding;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.api.FirnTestResource;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.NewModelVersion;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.model.EmbeddingModel;
import dev.firn.training.model.EmbeddingSettings;
import dev.firn.training.model.ModelFolder;
import dev.firn.training.model.TextKind;
import dev.firn.training.tokenizer.TokenizerTrainer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class EmbeddingResourceTest {
    private static final int WIDTH = 16;
    private static final List<String> TEXTS = List.of("the first text", "a second and longer text", "and the third");

    @TempDir
    Path folder;

    @Inject
    ArtifactStore artifacts;

    @Inject
    ModelStore models;

    @Test
    void embedsTextsAsTheModelItselfDoes() throws IOException {
        String model = register(modelFolder(1));

        JsonPath answer = embed("""
                {"model":"%s@1","input":["the first text","a second and longer text","and the third"],"inputType":"query"}""".formatted(model))
                .then()
                .statusCode(200)
                .body("object", equalTo("list"))
                .body("model", equalTo(model + "@1"))
                .body("data", hasSize(3))
                .body("data[1].object", equalTo("embedding"))
                .body("data[1].index", equalTo(1))
                .extract()
                .jsonPath();

        try (EmbeddingModel itself = EmbeddingModel.load(folder.resolve("model-1"), 1)) {
            float[] expected = itself.embed(TextKind.QUERY, TEXTS);
            int tokens = TEXTS.stream()
                    .mapToInt(text -> itself.countTokens(TextKind.QUERY, text))
                    .sum();
            for (int row = 0; row < TEXTS.size(); row++) {
                List<Float> vector = answer.getList("data[" + row + "].embedding", Float.class);
                assertThat(vector).hasSize(WIDTH);
                for (int i = 0; i < WIDTH; i++) {
                    assertThat(vector.get(i)).isCloseTo(expected[row * WIDTH + i], within(1e-6f));
                }
            }
            assertThat(answer.getInt("usage.prompt_tokens")).isEqualTo(tokens);
            assertThat(answer.getInt("usage.total_tokens")).isEqualTo(tokens);
        }
    }

    @Test
    void truncatesToTheDimensionsAskedForAndNormalisesAgainAlsoInBase64() throws IOException {
        String model = register(modelFolder(1));
        String body = "{\"model\":\"" + model + "@1\",\"input\":\"one text\",\"dimensions\":4";

        List<Float> floats =
                embed(body + "}").then().statusCode(200).extract().jsonPath().getList("data[0].embedding", Float.class);
        String base64 = embed(body + ",\"encoding_format\":\"base64\"}")
                .then()
                .statusCode(200)
                .extract()
                .path("data[0].embedding");

        assertThat(floats).hasSize(4);
        assertThat(floats.stream().mapToDouble(value -> value * value).sum()).isCloseTo(1, within(1e-5));
        FloatBuffer decoded = ByteBuffer.wrap(Base64.getDecoder().decode(base64))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        assertThat(decoded.remaining()).isEqualTo(4);
        for (int i = 0; i < 4; i++) {
            assertThat(decoded.get(i)).isCloseTo(floats.get(i), within(1e-6f));
        }
    }

    @Test
    void seesAtOnceThatAnAliasHasMoved() throws IOException {
        String model = register(modelFolder(1));
        models.register(version(model, modelFolder(2)));
        String body = "{\"model\":\"" + model + "@champion\",\"input\":\"a text\"}";

        embed(body).then().statusCode(404);
        move(model, 1);
        String first = embed(body)
                .then()
                .statusCode(200)
                .extract()
                .path("data[0].embedding")
                .toString();
        move(model, 2);
        String second = embed(body)
                .then()
                .statusCode(200)
                .extract()
                .path("data[0].embedding")
                .toString();

        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void refusesWhatCannotBeWithThePlaceThatIsWrong() throws IOException {
        String model = register(modelFolder(1));

        refused("{\"input\":\"a\"}", "/model");
        refused("{\"model\":\"no-reference\",\"input\":\"a\"}", "/model");
        refused("{\"model\":\"" + model + "@1\"}", "/input");
        refused("{\"model\":\"" + model + "@1\",\"input\":[]}", "/input");
        refused("{\"model\":\"" + model + "@1\",\"input\":[\"a\",7]}", "/input/1");
        refused("{\"model\":\"" + model + "@1\",\"input\":\"a\",\"dimensions\":0}", "/dimensions");
        refused("{\"model\":\"" + model + "@1\",\"input\":\"a\",\"dimensions\":17}", "/dimensions");
        refused("{\"model\":\"" + model + "@1\",\"input\":\"a\",\"encoding_format\":\"hex\"}", "/encoding_format");
        refused("{\"model\":\"" + model + "@1\",\"input\":\"a\",\"inputType\":\"other\"}", "/inputType");
        embed("{\"model\":\"no-such@1\",\"input\":\"a\"}").then().statusCode(404);
        embed("{\"model\":\"" + model + "@2\",\"input\":\"a\"}")
                .then()
                .statusCode(404)
                .body("detail", containsString(model + "@2"));
    }

    private static void refused(String body, String pointer) {
        embed(body)
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("errors[0].pointer", equalTo(pointer));
    }

    private static Response embed(String body) {
        return given().contentType("application/json").body(body).post("/v1/embeddings");
    }

    private String register(Path modelFolder) {
        String name = "e-" + UUID.randomUUID();
        models.register(version(name, modelFolder));
        return name;
    }

    private NewModelVersion version(String name, Path modelFolder) {
        return new NewModelVersion(
                name, artifacts.publish(modelFolder, "model"), WIDTH, JsonNodeFactory.instance.objectNode());
    }

    private void move(String model, int version) {
        models.moveAlias(model, "champion", version, OptionalLong.empty(), Optional.empty(), Optional.empty());
    }

    /** A model of one small layer with random weights. */
    private Path modelFolder(long seed) throws IOException {
        Path tokenizer = folder.resolve("tokenizer-" + seed);
        Path weights = Files.createDirectories(folder.resolve("weights-" + seed));
        Path model = Files.createDirectories(folder.resolve("model-" + seed));
        int vocabulary = 400;
        new TokenizerTrainer(vocabulary, 32).train(TEXTS.iterator(), tokenizer);
        Encoder.initialise(EncoderConfiguration.xlmRoberta(vocabulary, WIDTH, 1, 2, 32, 32), seed, weights);
        ModelFolder.write(model, weights, tokenizer, new EmbeddingSettings("query: ", "", Pooling.CLS, 32), "# A test");
        return model;
    }
}
