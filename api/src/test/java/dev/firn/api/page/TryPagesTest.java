package dev.firn.api.page;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.firn.api.FirnTestResource;
import dev.firn.api.SmallModels;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class TryPagesTest {
    @Inject
    SmallModels small;

    @Test
    void showsTwoRankingsSideBySide() {
        String name = "t-" + UUID.randomUUID();
        small.model(name, 1);
        small.model(name, 2);
        small.prepared(name);

        assertThat(given().get("/try?model=" + name + "@1&dataset=" + name + "@1")
                        .asString())
                .contains("value=\"" + name + "@1\"")
                .contains("<option value=\"" + name + "@1|held-out\" selected>");

        String texts = post("/try/search", """
                {"query":"password","model":"%1$s@1","dimensions":null,"other":"%1$s@2","otherDimensions":8,"set":"",
                 "texts":"change your <password>\\n\\n  add a realm  "}
                """.formatted(name))
                .then()
                .statusCode(200)
                .extract()
                .asString();
        assertThat(texts)
                .contains("Among 2 texts")
                .contains(name + " version 1</a>, 16 dimensions")
                .contains(name + " version 2</a>, 8 dimensions")
                .contains("change your &lt;password&gt;")
                .containsPattern("the same place in the other|in the other: place");

        assertThat(post("/try/search", """
                {"query":"password","model":"%1$s@1","other":"","set":"%1$s@1|held-out"}
                """.formatted(name)).asString())
                .contains("Among 4 texts")
                .doesNotContain("in the other");
        post("/try/search", "{\"query\":\"\",\"model\":\"" + name + "@1\"}")
                .then()
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/query"));
    }

    @Test
    void drawsAMapInColoursByLanguageOrSource() {
        String name = "t-" + UUID.randomUUID();
        small.model(name, 3);
        small.prepared(name);

        assertThat(given().get("/try/map?dataset=" + name + "@1").asString())
                .contains("<option value=\"" + name + "@1\" selected>");
        String drawn = post("/try/map", """
                {"model":"%1$s@1","dataset":"%1$s@1","limit":12,"colour":"source"}
                """.formatted(name))
                .then()
                .statusCode(200)
                .extract()
                .asString();

        assertThat(drawn)
                .contains("12 texts on a plane: 6 of pairs/de, 6 of pairs/en")
                .contains("of the variance");
        assertThat(Pattern.compile("<circle class=\"dot c[12]\"").matcher(drawn).results())
                .hasSize(12);
        post("/try/map", "{\"model\":\"%1$s@1\",\"dataset\":\"%1$s@1\",\"limit\":1}".formatted(name))
                .then()
                .statusCode(422);
    }

    private static Response post(String path, String body) {
        return given().contentType("application/json").body(body).post(path);
    }
}
