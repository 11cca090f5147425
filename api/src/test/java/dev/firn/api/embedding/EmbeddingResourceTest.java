package dev.firn.api.embedding;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.firn.api.FirnTestResource;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.NewModelVersion;
import dev.firn.training.model.EmbeddingModel;
import dev.firn.training.model.TextKind;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class EmbeddingResourceTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int WIDTH = SmallModel.WIDTH;
    private static final List<String> TEXTS = List.of("the first text", "a second and longer text", "and the third");

    @TempDir
    Path folder;

    @Inject
    ArtifactStore artifacts;

    @Inject
    ModelStore models;

    @Inject
    MeterRegistry meters;

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
    void concurrentClientsGetWhatEachWouldGetAlone() throws Exception {
        String model = register(modelFolder(1));
        List<String> texts = IntStream.range(0, 60)
                .mapToObj(i -> TEXTS.get(i % TEXTS.size()) + " number " + i)
                .toList();
        float[] expected;
        try (EmbeddingModel itself = EmbeddingModel.load(folder.resolve("model-1"), 1)) {
            expected = itself.embed(TextKind.DOCUMENT, texts);
        }

        List<Future<JsonPath>> answers = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(12)) {
            for (int from = 0; from < texts.size(); from += 3) {
                List<String> mine = texts.subList(from, from + 3);
                answers.add(clients.submit(() -> embed(JSON.createObjectNode()
                                .put("model", model + "@1")
                                .set("input", JSON.valueToTree(mine))
                                .toString())
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath()));
            }
        }

        for (int row = 0; row < texts.size(); row++) {
            List<Float> vector = answers.get(row / 3).get().getList("data[" + row % 3 + "].embedding", Float.class);
            for (int i = 0; i < WIDTH; i++) {
                assertThat(vector.get(i)).isCloseTo(expected[row * WIDTH + i], within(1e-6f));
            }
        }
        // Each text was embedded once, and none in a batch of more than there were
        assertThat(meters.get("firn.embeddings.batch.texts").summary().totalAmount())
                .isGreaterThanOrEqualTo(60);
    }

    @Test
    void fieldsThatOnlyLaterClientsKnowAreNoMistake() throws IOException {
        String model = register(modelFolder(1));

        embed("{\"model\":\"" + model + "@1\",\"input\":\"a\",\"user\":\"u-1\",\"safety_tier\":{\"a\":[1]}}")
                .then()
                .statusCode(200)
                .body("data", hasSize(1));
    }

    @Test
    void tokenIdsAreRefusedWithAReasonThatOpenAisClientsShow() throws IOException {
        String model = register(modelFolder(1));

        for (String input : List.of("[17,25]", "[[17,25],[3]]")) {
            embed("{\"model\":\"" + model + "@1\",\"input\":" + input + "}")
                    .then()
                    .statusCode(422)
                    .contentType("application/problem+json")
                    .body("errors[0].pointer", equalTo("/input"))
                    .body("error.message", containsString("token ids"))
                    .body("error.type", equalTo("invalid_request_error"))
                    .body("error.param", equalTo("input"))
                    .body("error.code", equalTo("invalid-field"));
        }
        embed("{\"model\":\"no-such@1\",\"input\":\"a\"}")
                .then()
                .statusCode(404)
                .body("error.message", containsString("no-such@1"))
                .body("error.code", equalTo("not-found"));
        embed("{").then().statusCode(400).body("error.type", equalTo("invalid_request_error"));
    }

    @Test
    void listsWhatCanEmbedInPages() throws IOException {
        String model = register(modelFolder(1));
        move(model, 1);

        given().get("/v1/models/" + model + "@champion")
                .then()
                .statusCode(200)
                .body("id", equalTo(model + "@champion"))
                .body("object", equalTo("model"))
                .body("owned_by", equalTo("firn"));
        given().get("/v1/models/" + model + "@2").then().statusCode(404).body("error.code", equalTo("not-found"));
        given().get("/v1/models/nothing").then().statusCode(404);
        List<String> ids = new ArrayList<>();
        String after = "";
        boolean more = true;
        while (more) {
            JsonPath page = given().queryParam("limit", 1)
                    .queryParam("after", after)
                    .get("/v1/models")
                    .then()
                    .statusCode(200)
                    .body("object", equalTo("list"))
                    .extract()
                    .jsonPath();
            ids.addAll(page.getList("data.id", String.class));
            after = ids.getLast();
            more = page.getBoolean("has_more");
        }
        assertThat(ids).contains(model + "@champion", model + "@1").doesNotHaveDuplicates();
        assertThat(given().get("/v1/models").then().extract().jsonPath().getList("data.id", String.class))
                .containsExactlyElementsOf(ids);
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
        return SmallModel.register(models, artifacts, modelFolder);
    }

    private NewModelVersion version(String name, Path modelFolder) {
        return SmallModel.version(artifacts, name, modelFolder);
    }

    private void move(String model, int version) {
        models.moveAlias(model, "champion", version, OptionalLong.empty(), Optional.empty(), Optional.empty());
    }

    private Path modelFolder(long seed) throws IOException {
        return SmallModel.folder(folder, seed);
    }
}
