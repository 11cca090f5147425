package dev.firn.api.page;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.api.FirnTestResource;
import dev.firn.api.SmallModels;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class DatasetPagesTest {
    @Inject
    SmallModels small;

    @Test
    void showsWhatWasSentWithCountsLengthsAndTheFirstPairs() {
        String name = "d-" + UUID.randomUUID();
        String lines = """
                {"language":"de","source":"faq","query":"Wie <b>geht</b> das?","document":"So geht das."}
                {"language":"de","source":"faq","query":"Wie <b>geht</b> das?","document":"So geht das."}
                {"language":"fr","query":"Comment ?","document":"Comme cela, et cela prend plusieurs mots."}
                """;
        given().multiPart("name", name)
                .multiPart("files", "a.jsonl", lines.getBytes(StandardCharsets.UTF_8))
                .post("/api/datasets")
                .then()
                .statusCode(201);

        assertThat(page("/datasets")).contains(name + "@1").contains("de, fr");
        assertThat(page("/datasets/" + name + "@1"))
                .contains("<dt>There before</dt><dd>1</dd>")
                .contains("<th scope=\"row\">de</th><td class=\"number\">2</td>")
                .contains("<th scope=\"row\">faq</th><td class=\"number\">2</td>")
                .contains("17 to 32")
                .contains("Wie &lt;b&gt;geht&lt;/b&gt; das?")
                .contains("No run has read it.")
                .contains("/api/datasets/" + name + "@1/files/a.jsonl")
                .doesNotContain("<b>geht");
    }

    @Test
    void showsWhatARunPreparedBySourceAndItsEvaluationSets() {
        String name = "d-" + UUID.randomUUID();
        small.prepared(name);

        assertThat(page("/datasets/" + name + "@1"))
                .contains("pairs/de")
                .contains("pairs/en")
                .contains("/try?dataset=" + name + "@1&amp;set=held-out")
                .contains("The first pairs of pairs/de")
                .contains("query de 0 of " + name);
        assertThat(page("/datasets/" + name + "@1?source=pairs/en"))
                .contains("The first pairs of pairs/en")
                .contains("query en 0 of " + name);
        when().get("/datasets/" + name + "@1?source=no-such").then().statusCode(404);
        when().get("/datasets/" + name + "@2").then().statusCode(404);
    }

    @Test
    void hasAFormThatSendsFiles() {
        assertThat(page("/datasets/new"))
                .contains("enctype=\"multipart/form-data\"")
                .contains("data-api=\"/api/datasets\"")
                .contains("{\"query\": ");
    }

    private static String page(String path) {
        return given().urlEncodingEnabled(false)
                .accept("text/html")
                .get(path)
                .then()
                .statusCode(200)
                .contentType("text/html")
                .extract()
                .asString();
    }
}
