package dev.firn.api.page;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.NewModelVersion;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class ModelPagesTest {
    @Inject
    RegistryRows rows;

    @Inject
    ModelStore models;

    @Test
    void showsAModelWithItsVersionsAliasesAndDownloads() {
        String name = "page-" + UUID.randomUUID();
        ArtifactReference artifact = rows.folder("model", Map.of("config.json", "{}".getBytes(StandardCharsets.UTF_8)));
        models.register(new NewModelVersion(name, artifact, 192, JsonNodeFactory.instance.objectNode()));
        models.moveAlias(name, "champion", 1, OptionalLong.empty(), Optional.empty(), Optional.empty());

        assertThat(page("/models/" + name))
                .contains("@champion")
                .contains("href=\"/api/models/" + name + "/versions/1/archive\"")
                .contains("\"model\":\"" + name + "@champion\"");
        assertThat(page("/models")).contains(name);
        assertThat(page("/fragments/models")).contains(name).contains("@champion");
    }

    @Test
    void aModelThatDoesNotExistIsAProblem() {
        when().get("/models/no-such").then().statusCode(404);
        when().get("/models/..%2f..").then().statusCode(400);
    }

    private static String page(String path) {
        return given().accept("text/html")
                .get(path)
                .then()
                .statusCode(200)
                .contentType("text/html")
                .extract()
                .asString();
    }
}
