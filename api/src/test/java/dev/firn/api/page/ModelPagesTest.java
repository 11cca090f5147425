package dev.firn.api.page;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.firn.api.FirnTestResource;
import dev.firn.api.SmallModels;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.evaluation.EvaluationJob;
import dev.firn.registry.evaluation.EvaluationJobStore;
import dev.firn.registry.evaluation.NewEvaluation;
import dev.firn.registry.model.AliasChange;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.ModelVersion;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class ModelPagesTest {
    @Inject
    SmallModels small;

    @Inject
    ModelStore models;

    @Inject
    EvaluationJobStore jobs;

    @Test
    void showsAModelWithItsVersionsAliasesTagsAndDownloads() {
        String name = name();
        small.model(name, 1);
        small.model(name, 2);
        models.moveAlias(name, "champion", 1, OptionalLong.empty(), Optional.empty(), Optional.empty());
        models.tag(name, 2, "stage", "production", Optional.empty());
        models.tag(name, 2, "checked", "", Optional.empty());

        assertThat(page("/models/" + name))
                .contains("@champion")
                .contains("href=\"/models/" + name + "/versions/2\"")
                .contains("href=\"/api/models/" + name + "/versions/1/archive\"")
                .contains("<span class=\"tag\">stage=production</span>")
                .contains("<span class=\"tag\">checked</span>")
                .contains("data-api=\"/api/models/" + name + "/aliases/{=alias=}\"")
                .contains("data-match=\"1\"")
                .contains("\"model\":\"" + name + "@champion\"");
        assertThat(page("/models/" + name + "?tag=stage%3Dproduction"))
                .contains("Version 2</a>")
                .doesNotContain("Download version 1");
        assertThat(page("/models?tag=checked")).contains(name);
        assertThat(page("/models?tag=no-such-tag")).contains("No version has the tag no-such-tag.");
        when().get("/models?tag=Not%20A%20Tag").then().statusCode(400);
    }

    @Test
    void anArchivedVersionIsShownOnlyWhenAskedFor() {
        String name = name();
        small.model(name, 1);
        small.model(name, 2);
        models.archive(name, 2, true, Optional.empty());

        assertThat(page("/models/" + name)).contains("Download version 1").doesNotContain("Download version 2");
        assertThat(page("/models/" + name + "?archived=true")).contains("Download version 2");
        assertThat(page("/models/" + name + "/versions/2")).contains("Take version 2 back?");
        models.archive(name, 1, true, Optional.empty());
        assertThat(page("/models/" + name)).contains("Every version is archived.");
    }

    @Test
    void tellsTheHistoryOfAnAliasInWords() {
        String name = name();
        small.model(name, 1);
        small.model(name, 2);
        move(name, 1, Optional.empty(), "the first");
        move(name, 2, Optional.of(true), "<b>better</b>");
        move(name, 2, Optional.of(false), "to be moved by runs");
        models.removeAlias(name, "champion", true, OptionalLong.empty(), Optional.empty(), Optional.empty());

        String page = page("/models/" + name + "/aliases/champion").replaceAll("<a [^>]*>|</a>", "");

        assertThat(page)
                .contains("It was removed.")
                .contains("removed from version 2")
                .contains("protection ended, stays at version 2")
                .contains("moved from version 1 to version 2")
                .contains("made, for version 1")
                .contains("&lt;b&gt;better&lt;/b&gt;");
        when().get("/models/" + name + "/aliases/never").then().statusCode(404);
    }

    @Test
    void showsAVersionWithQualityByLanguageAndWidthAndItsCardWithoutHarm() {
        String name = name();
        ModelVersion version = small.model(name, 1, """
                ---
                license: apache-2.0
                ---

                # The card

                <script>alert(1)</script>

                | a | b |
                |---|---|
                | 1 | 2 |

                [bad](javascript:alert(1)) ![picture](https://example.org/x.png)
                """);
        Dataset dataset = small.prepared(name);
        UUID id = jobs.request(version.id(), dataset.id(), List.of(8), Optional.empty())
                .job()
                .id();
        jobs.finish(
                jobs.begin(id).orElseThrow(),
                List.of(
                        measured("held-out/de", "de", 16, 0.8),
                        measured("held-out/de", "de", 8, 0.7),
                        measured("held-out/en", "en", 16, 0.6),
                        measured("held-out/en", "en", 8, 0.65)));
        jobs.fail(
                jobs.request(version.id(), dataset.id(), List.of(), Optional.empty())
                        .job()
                        .id(),
                "the disk is full");

        String page = page("/models/" + name + "/versions/1");

        assertThat(page)
                .contains("On " + name + "@1")
                .contains("<td class=\"number best\">0.800</td><td class=\"number\">0.700</td>")
                .contains("<td class=\"number\">0.600</td><td class=\"number best\">0.650</td>")
                .contains("One language, width 8 (32 B a vector): 0.675")
                .contains("the disk is full")
                .contains("<h3>The card</h3>")
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;")
                .contains("<td>2</td>")
                .contains("model.safetensors")
                .contains("<option value=\"" + name + "@1\">")
                .doesNotContain("<script>alert")
                .doesNotContain("javascript:")
                .doesNotContain("example.org")
                .doesNotContain("license");
        when().get("/models/" + name + "/versions/2").then().statusCode(404);
    }

    @Test
    void aVersionIsMeasuredByAFormAndThePageAsksUntilThatHasEnded() {
        String name = name();
        small.model(name, 1);
        small.prepared(name);

        measure(name, "8, 4", 201);
        String page = page("/models/" + name + "/versions/1");
        assertThat(page)
                .contains("hx-get=\"/fragments/models/" + name + "/versions/1/jobs\"")
                .contains("waits for a free worker")
                .contains("also at 4, 8");
        when().get("/fragments/models/" + name + "/versions/1/jobs").then().statusCode(200);

        EvaluationJob job = jobs.ofModel(name, dev.firn.registry.PageRequest.first(1))
                .items()
                .getFirst();
        jobs.fail(job.id(), "enough");
        when().get("/fragments/models/" + name + "/versions/1/jobs").then().statusCode(286);
        measure(name, "eight", 422);
        measure(name, "17", 422);
    }

    @Test
    void aModelThatDoesNotExistIsAProblem() {
        when().get("/models/no-such").then().statusCode(404);
        when().get("/models/..%2f..").then().statusCode(400);
        when().get("/models/no-such/versions/1").then().statusCode(404);
    }

    private static void measure(String name, String dimensions, int status) {
        given().contentType("application/json")
                .body("{\"dataset\":\"%1$s@1\",\"dimensions\":\"%2$s\"}".formatted(name, dimensions))
                .post("/models/" + name + "/versions/1/evaluations")
                .then()
                .statusCode(status)
                .body(
                        status == 201 ? "state" : "errors[0].pointer",
                        equalTo(status == 201 ? "QUEUED" : pointer(dimensions)));
    }

    private static String pointer(String dimensions) {
        return dimensions.equals("17") ? "/dimensions/0" : "/dimensions";
    }

    private void move(String name, int version, Optional<Boolean> guarded, String reason) {
        models.moveAlias(new AliasChange(
                name,
                "champion",
                version,
                guarded,
                true,
                OptionalLong.empty(),
                Optional.of("ada"),
                Optional.of(reason)));
    }

    private static NewEvaluation measured(String set, String language, int dimension, double value) {
        return new NewEvaluation(
                "registered",
                set,
                "own",
                language,
                language,
                OptionalInt.of(dimension),
                40,
                Map.of("ndcg_cut_10", value));
    }

    private static String name() {
        return "page-" + UUID.randomUUID();
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
