package dev.firn.api.description;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.firn.api.FirnTestResource;
import dev.firn.api.SmallModels;
import dev.firn.api.StudyRows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A walk through the description of the interface: every operation says all that a client needs to know. */
@QuarkusTest
@WithTestResource(FirnTestResource.class)
class DescriptionTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String PROBLEM = "application/problem+json";
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch", "head");
    private static final Pattern PLACE = Pattern.compile("\\{([^}]+)}");

    @Inject
    StudyRows studies;

    @Inject
    SmallModels small;

    /** An operation with its way to it, for messages. */
    private record Operation(String name, String path, JsonNode node) {}

    private static JsonNode document() throws IOException {
        return JSON.readTree(given().queryParam("format", "json")
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .extract()
                .asString());
    }

    private static List<Operation> operations(JsonNode document) {
        List<Operation> operations = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                if (METHODS.contains(method.getKey())) {
                    operations.add(
                            new Operation(method.getKey() + " " + path.getKey(), path.getKey(), method.getValue()));
                }
            }
        }
        return operations;
    }

    @Test
    void everyOperationHasItsOwnIdASummaryADescriptionAndATag() throws IOException {
        List<Operation> operations = operations(document());
        Set<String> ids = new HashSet<>();

        assertThat(operations).hasSizeGreaterThan(35).allSatisfy(operation -> {
            assertThat(operation.node().path("operationId").asText())
                    .as(operation.name())
                    .matches("[a-z][A-Za-z]+");
            assertThat(ids.add(operation.node().path("operationId").asText()))
                    .as(operation.name())
                    .isTrue();
            assertThat(operation.node().path("summary").asText())
                    .as(operation.name())
                    .isNotBlank();
            assertThat(operation.node().path("description").asText())
                    .as(operation.name())
                    .isNotBlank();
            assertThat(operation.node().path("tags")).as(operation.name()).hasSize(1);
        });
    }

    @Test
    void everyParameterIsDescribedWithItsTypeAndAnExample() throws IOException {
        for (Operation operation : operations(document())) {
            Set<String> inPath = new HashSet<>();
            for (JsonNode parameter : operation.node().path("parameters")) {
                String name = operation.name() + " " + parameter.path("name").asText();
                assertThat(parameter.path("description").asText()).as(name).isNotBlank();
                assertThat(parameter.path("schema").path("type").isMissingNode())
                        .as(name)
                        .isFalse();
                assertThat(parameter.has("example") || parameter.has("examples"))
                        .as(name)
                        .isTrue();
                if (parameter.path("in").asText().equals("path")) {
                    inPath.add(parameter.path("name").asText());
                }
            }
            Set<String> places = new HashSet<>();
            Matcher matcher = PLACE.matcher(operation.path());
            while (matcher.find()) {
                places.add(matcher.group(1));
            }
            assertThat(inPath).as(operation.name()).isEqualTo(places);
        }
    }

    @Test
    void everyBodyThatIsTakenHasASchemaAndAnExample() throws IOException {
        JsonNode document = document();
        for (Operation operation : operations(document)) {
            JsonNode body = operation.node().path("requestBody");
            if (body.isMissingNode()) {
                continue;
            }
            assertThat(body.path("content")).as(operation.name()).isNotEmpty();
            for (Map.Entry<String, JsonNode> media : body.path("content").properties()) {
                String name = operation.name() + " " + media.getKey();
                assertThat(media.getValue().path("schema").isMissingNode())
                        .as(name)
                        .isFalse();
                assertThat(hasExample(document, media.getKey(), media.getValue()))
                        .as(name)
                        .isTrue();
            }
        }
    }

    @Test
    void everyGoodAnswerHasASchemaAndAnExample() throws IOException {
        JsonNode document = document();
        for (Operation operation : operations(document)) {
            int good = 0;
            for (Map.Entry<String, JsonNode> response :
                    operation.node().path("responses").properties()) {
                String name = operation.name() + " " + response.getKey();
                assertThat(response.getKey()).as(name).matches("[2345]\\d\\d");
                if (response.getKey().charAt(0) > '3') {
                    continue;
                }
                good++;
                assertThat(response.getValue().path("description").asText())
                        .as(name)
                        .isNotBlank();
                if (Set.of("204", "304").contains(response.getKey())) {
                    continue;
                }
                assertThat(response.getValue().path("content")).as(name).isNotEmpty();
                for (Map.Entry<String, JsonNode> media :
                        response.getValue().path("content").properties()) {
                    assertThat(media.getValue().path("schema").isMissingNode())
                            .as(name + " " + media.getKey())
                            .isFalse();
                    assertThat(hasExample(document, media.getKey(), media.getValue()))
                            .as(name + " " + media.getKey())
                            .isTrue();
                }
            }
            assertThat(good).as(operation.name()).isPositive();
        }
    }

    /** A file needs no example; what is text or JSON has one, beside it or at its schema. */
    private static boolean hasExample(JsonNode document, String mediaType, JsonNode media) {
        if (mediaType.equals("application/octet-stream") || mediaType.equals("application/zip")) {
            return true;
        }
        if (media.has("example") || media.has("examples")) {
            return true;
        }
        JsonNode schema = media.path("schema");
        if (schema.has("anyOf")) {
            for (JsonNode one : schema.path("anyOf")) {
                if (resolved(document, one).path("examples").isEmpty()) {
                    return false;
                }
            }
            return true;
        }
        return !resolved(document, schema).path("examples").isEmpty();
    }

    private static JsonNode resolved(JsonNode document, JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
    }

    @Test
    void everyOperationNamesTheProblemsThatItCanAnswerWithEachWithAnExample() throws IOException {
        JsonNode document = document();
        for (Operation operation : operations(document)) {
            JsonNode responses = operation.node().path("responses");
            assertThat(responses.has("401") && responses.has("403") && responses.has("500") && responses.has("503"))
                    .as(operation.name())
                    .isTrue();
            if (operation.path().contains("{")) {
                assertThat(responses.has("404")).as(operation.name()).isTrue();
            }
            if (operation.node().has("requestBody")) {
                assertThat(responses.has("400") && responses.has("413") && responses.has("415"))
                        .as(operation.name())
                        .isTrue();
            }
            for (Map.Entry<String, JsonNode> response : responses.properties()) {
                if (response.getKey().charAt(0) < '4') {
                    continue;
                }
                String name = operation.name() + " " + response.getKey();
                JsonNode problem = resolved(document, response.getValue());
                assertThat(problem.path("description").asText()).as(name).isNotBlank();
                JsonNode media = problem.path("content").path(PROBLEM);
                assertThat(media.path("schema").path("$ref").asText())
                        .as(name)
                        .isEqualTo("#/components/schemas/Problem");
                assertThat(media.path("example").path("status").asText())
                        .as(name)
                        .isEqualTo(response.getKey());
                assertThat(media.path("example").path("type").asText())
                        .as(name)
                        .startsWith("https://firn.dev/problems/");
            }
        }
    }

    @Test
    void examplesHaveTheFieldsOfTheirSchemasAndNoOthers() throws IOException {
        JsonNode document = document();
        int examples = 0;
        for (Map.Entry<String, JsonNode> schema :
                document.path("components").path("schemas").properties()) {
            for (JsonNode example : schema.getValue().path("examples")) {
                assertFits(document, schema.getKey(), schema.getValue(), example);
                examples++;
            }
        }
        assertThat(examples).isGreaterThan(20);
    }

    @Test
    void everyObjectSaysWhichOfItsFieldsAreAlwaysThere() throws IOException {
        Set<String> silent = new HashSet<>();
        for (Map.Entry<String, JsonNode> schema :
                document().path("components").path("schemas").properties()) {
            JsonNode properties = schema.getValue().path("properties");
            if (properties.isEmpty()) {
                continue;
            }
            if (schema.getValue().path("required").isEmpty()) {
                silent.add(schema.getKey());
            }
            for (JsonNode required : schema.getValue().path("required")) {
                assertThat(properties.has(required.asText()))
                        .as(schema.getKey() + "/" + required)
                        .isTrue();
            }
        }
        // A tag's value may be left out
        assertThat(silent).isSubsetOf("TagValue");
    }

    @Test
    void answersHaveTheFieldsThatTheDescriptionPromises() throws IOException {
        String study = studies.transfer("described", "described").toString();
        small.model("described", 1);
        String run = given().get("/api/studies/" + study).path("runs[0].runId");
        JsonNode paths = document().path("paths");
        Map<String, String> asked = Map.ofEntries(
                Map.entry("/api/runs", "/api/runs"),
                Map.entry("/api/runs/{id}", "/api/runs/" + run),
                Map.entry("/api/runs/{id}/logs", "/api/runs/" + run + "/logs"),
                Map.entry("/api/studies", "/api/studies"),
                Map.entry("/api/studies/{id}", "/api/studies/" + study),
                Map.entry("/api/models", "/api/models"),
                Map.entry("/api/models/{name}", "/api/models/described"),
                Map.entry("/api/models/{name}/versions/{version}", "/api/models/described/versions/1"),
                Map.entry("/api/evaluations", "/api/evaluations?run=" + run),
                Map.entry("/api/audit", "/api/audit"),
                Map.entry("/v1/models", "/v1/models"));
        for (Map.Entry<String, String> each : asked.entrySet()) {
            JsonNode answer = JSON.readTree(given().get(each.getValue())
                    .then()
                    .statusCode(200)
                    .extract()
                    .asString());
            JsonNode schema = paths.path(each.getKey()).at("/get/responses/200/content/application~1json/schema");
            assertThat(schema.isMissingNode()).as(each.getKey()).isFalse();
            assertFits(document(), each.getKey(), schema, answer);
        }
    }

    private static void assertFits(JsonNode document, String name, JsonNode declared, JsonNode example) {
        JsonNode schema = resolved(document, declared);
        if (example.isNull()) {
            assertThat(mayBeNull(schema)).as(name + " is null").isTrue();
            return;
        }
        if (schema.has("anyOf")) {
            for (JsonNode one : schema.path("anyOf")) {
                if (!one.path("type").asText().equals("null")) {
                    assertFits(document, name, one, example);
                }
            }
            return;
        }
        for (JsonNode required : schema.path("required")) {
            assertThat(example.has(required.asText()))
                    .as(name + " has " + required.asText())
                    .isTrue();
        }
        if (schema.has("properties") && example.isObject()) {
            for (Map.Entry<String, JsonNode> field : example.properties()) {
                assertThat(schema.path("properties").has(field.getKey()))
                        .as(name + "/" + field.getKey())
                        .isTrue();
                assertFits(
                        document,
                        name + "/" + field.getKey(),
                        schema.path("properties").path(field.getKey()),
                        field.getValue());
            }
        } else if (schema.has("items") && example.isArray()) {
            example.forEach(item -> assertFits(document, name, schema.path("items"), item));
        } else if (isOf(schema, "integer")) {
            assertThat(example.isIntegralNumber()).as(name).isTrue();
        } else if (isOf(schema, "string")) {
            assertThat(example.isTextual()).as(name).isTrue();
        }
    }

    private static boolean mayBeNull(JsonNode schema) {
        if (schema.has("anyOf")) {
            for (JsonNode one : schema.path("anyOf")) {
                if (isOf(one, "null")) {
                    return true;
                }
            }
            return false;
        }
        // What has no type is any JSON
        return !schema.has("type") || isOf(schema, "null");
    }

    /** Whether a schema has this type, alone or among others. */
    private static boolean isOf(JsonNode schema, String type) {
        JsonNode types = schema.path("type");
        if (types.isTextual()) {
            return types.asText().equals(type);
        }
        for (JsonNode one : types) {
            if (one.asText().equals(type)) {
                return true;
            }
        }
        return false;
    }
}
