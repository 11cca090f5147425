package dev.firn.api.search;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.firn.api.FirnTestResource;
import dev.firn.api.SmallModels;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.ModelVersion;
import dev.firn.training.model.EmbeddingModel;
import dev.firn.training.model.TextKind;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class SearchResourceTest {
    private static final List<String> TEXTS = List.of("change your password", "add a realm", "export all users");

    @TempDir
    Path folder;

    @Inject
    SmallModels small;

    @Inject
    ModelStore models;

    @Inject
    ArtifactStore artifacts;

    @Test
    void ranksTextsByTheCosineOfEachModelAndTellsWhereADocumentStandsInTheOther() throws IOException {
        String name = "s-" + UUID.randomUUID();
        ModelVersion version = small.model(name, 1);
        small.model(name, 2);

        JsonPath found = search("""
                {"query":"password","models":[{"model":"%1$s@1"},{"model":"%1$s@2"},{"model":"%1$s@1","dimensions":4}],
                 "texts":["change your password","add a realm","export all users"],"limit":2}
                """.formatted(name))
                .then()
                .statusCode(200)
                .body("documents", equalTo(3))
                .body("results", hasSize(3))
                .body("results[0].hits", hasSize(2))
                .body("results[1].version", equalTo(2))
                .body("results[2].dimension", equalTo(4))
                .extract()
                .jsonPath();

        artifacts.fetch(version.artifact(), folder.resolve("model"));
        try (EmbeddingModel model = EmbeddingModel.load(folder.resolve("model"), 1)) {
            float[] query = model.embed(TextKind.QUERY, List.of("password"));
            float[] documents = model.embed(TextKind.DOCUMENT, TEXTS);
            double[] cosines = IntStream.range(0, TEXTS.size())
                    .mapToDouble(document -> IntStream.range(0, query.length)
                            .mapToDouble(i -> query[i] * documents[document * query.length + i])
                            .sum())
                    .toArray();
            int best = IntStream.range(0, TEXTS.size())
                    .boxed()
                    .max(Comparator.comparingDouble(document -> cosines[document]))
                    .orElseThrow();
            assertThat(found.getString("results[0].hits[0].text")).isEqualTo(TEXTS.get(best));
            assertThat(found.getDouble("results[0].hits[0].score")).isCloseTo(cosines[best], within(1e-4));
        }
        for (int result = 0; result < 3; result++) {
            for (int hit = 0; hit < 2; hit++) {
                List<Integer> ranks = found.getList("results[%d].hits[%d].ranks".formatted(result, hit));
                assertThat(ranks).hasSize(3);
                assertThat(ranks.get(result)).isEqualTo(hit + 1);
                for (int other = 0; other < 3; other++) {
                    if (ranks.get(other) <= 2) {
                        assertThat(found.getString("results[%d].hits[%d].id".formatted(other, ranks.get(other) - 1)))
                                .isEqualTo(found.getString("results[%d].hits[%d].id".formatted(result, hit)));
                    }
                }
            }
        }
    }

    @Test
    void searchesTheDocumentsOfAnEvaluationSetTheSameEachTime() {
        String name = "s-" + UUID.randomUUID();
        small.model(name, 3);
        small.prepared(name);
        String body = """
                {"query":"how to export users","models":[{"model":"%1$s@1"}],"dataset":"%1$s@1","set":"held-out"}
                """.formatted(name);

        JsonPath first = search(body)
                .then()
                .statusCode(200)
                .body("documents", equalTo(4))
                .body("ofDocuments", equalTo(4))
                .body("results[0].hits", hasSize(4))
                .extract()
                .jsonPath();

        assertThat(first.<String>getList("results[0].hits.id")).containsExactlyInAnyOrder("d0", "d1", "d2", "d3");
        List<Float> scores = first.getList("results[0].hits.score");
        assertThat(scores).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(search(body).jsonPath().<String>getList("results[0].hits.id"))
                .isEqualTo(first.getList("results[0].hits.id"));
        refused(404, body.replace("held-out", "no-such"), null);
        refused(404, body.replace("\"dataset\":\"" + name + "@1", "\"dataset\":\"" + name + "@2"), null);
    }

    @Test
    void refusesWhatCannotBeAndSaysWhich() {
        String name = "s-" + UUID.randomUUID();
        small.model(name, 4);
        String model = "{\"model\":\"" + name + "@1\"}";
        String one = "{\"query\":\"q\",\"models\":[%s],\"texts\":[%s]%s}";

        refused(422, one.formatted("", "\"t\"", ""), "/models");
        refused(
                422,
                one.formatted(String.join(",", List.of(model, model, model, model, model)), "\"t\"", ""),
                "/models");
        refused(422, one.formatted(model, "", ""), "/texts");
        refused(422, one.formatted(model, "\"t\",\" \"", ""), "/texts/1");
        refused(
                422,
                one.formatted(
                        model, IntStream.range(0, 1_001).mapToObj(i -> "\"t\"").collect(Collectors.joining(",")), ""),
                "/texts");
        refused(422, one.formatted(model, "\"t\"", ",\"limit\":0"), "/limit");
        refused(422, one.formatted("{\"model\":\"no model\"}", "\"t\"", ""), "/models/0/model");
        refused(
                422,
                one.formatted(model + ",{\"model\":\"" + name + "@1\",\"dimensions\":17}", "\"t\"", ""),
                "/models/1/dimensions");
        refused(422, "{\"query\":\" \",\"models\":[" + model + "],\"texts\":[\"t\"]}", "/query");
        refused(422, "{\"query\":\"q\",\"models\":[" + model + "]}", "/texts");
        refused(404, one.formatted("{\"model\":\"no-such@1\"}", "\"t\"", ""), null);
        refused(400, "{\"question\":\"q\"}", "/question");
    }

    @Test
    void drawsTheTextsOfADatasetOnAPlane() {
        String name = "s-" + UUID.randomUUID();
        small.model(name, 5);
        small.prepared(name);

        JsonPath map = map("{\"model\":\"%1$s@1\",\"dataset\":\"%1$s@1\",\"limit\":20}".formatted(name))
                .then()
                .statusCode(200)
                .body("points", hasSize(20))
                .body("shares", hasSize(2))
                .extract()
                .jsonPath();

        assertThat(map.<String>getList("points.source")).contains("pairs/de", "pairs/en");
        assertThat(map.<String>getList("points.language")).contains("de", "en");
        assertThat(map.getDouble("shares[0]")).isGreaterThanOrEqualTo(map.getDouble("shares[1]"));
        assertThat(map.<Float>getList("points.x").stream()
                        .mapToDouble(Float::doubleValue)
                        .sum())
                .isCloseTo(0, within(1e-3));

        for (String wrong : List.of("\"limit\":2", "\"dimensions\":1", "\"dimensions\":17")) {
            map("{\"model\":\"%1$s@1\",\"dataset\":\"%1$s@1\",%2$s}".formatted(name, wrong))
                    .then()
                    .statusCode(422);
        }
        map("{\"model\":\"%1$s@1\"}".formatted(name)).then().statusCode(422);
    }

    private static void refused(int status, String body, String pointer) {
        Response answer = search(body);
        answer.then().statusCode(status).contentType("application/problem+json");
        if (pointer != null) {
            answer.then().body("errors[0].pointer", equalTo(pointer));
        }
    }

    private static Response search(String body) {
        return given().contentType("application/json").body(body).post("/api/search");
    }

    private static Response map(String body) {
        return given().contentType("application/json").body(body).post("/api/maps");
    }
}
