package dev.firn.api.page;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.registry.StageToken;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.evaluation.EvaluationStore;
import dev.firn.registry.evaluation.NewEvaluation;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.NewModelVersion;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageOutput;
import dev.firn.registry.run.StageStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class PageResourceTest {
    private static final Pattern REFERENCES = Pattern.compile("(?:src|href|hx-get)=\"([^\"#]+)");

    @Inject
    RegistryRows rows;

    @Inject
    StageStore stages;

    @Inject
    EvaluationStore evaluations;

    @Inject
    ModelStore models;

    @Test
    void listsRunsWithTheirStagesAndTheProgressOfTheBusyOne() {
        Run run = rows.running("shown-in-the-list");
        StageToken token = stages.begin(run.id(), "pretrain", "1".repeat(64), "test", Optional.empty());
        stages.progress(
                token,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("step", 30)
                        .put("totalSteps", 120)
                        .put("loss", 2.0)
                        .put("secondsLeft", 75));

        String page = page("/");

        assertThat(page)
                .contains("shown-in-the-list")
                .contains("href=\"/runs/" + run.id() + "\"")
                .contains("value=\"0.25\"")
                .contains("pretrain: step 30 of 120, loss 2.000, 1:15 left");
        assertThat(page("/fragments/runs")).contains("shown-in-the-list").doesNotContain("<html");
    }

    @Test
    void showsARunWithMeasurementsArtifactsAndLogAndAsksAgainUntilItHasEnded() {
        Run run = rows.running("details");
        StageToken token = stages.begin(run.id(), "evaluate", "2".repeat(64), "test", Optional.empty());
        evaluations.replace(
                token,
                List.of(
                        measured("untrained", OptionalInt.of(192), 0.1),
                        measured("finetuned", OptionalInt.of(192), 0.75),
                        measured("bm25", OptionalInt.empty(), 0.5)));
        ArtifactReference artifact =
                rows.folder("evaluation", Map.of("results.json", "{}".getBytes(StandardCharsets.UTF_8)));
        stages.finish(token, List.of(new StageOutput("evaluation", artifact)));

        String running = page("/runs/" + run.id());
        assertThat(running)
                .contains("hx-get=\"/fragments/runs/" + run.id() + "\"")
                .contains("hx-trigger=\"every 2s\"")
                .contains("<td class=\"number best\">0.750</td>")
                .contains("<td class=\"number\">0.500</td>")
                .contains(artifact.digest().hex())
                .contains("specVersion");

        when().get("/fragments/runs/" + run.id()).then().statusCode(200).contentType("text/html");

        rows.end(
                run,
                RunState.FAILED,
                Optional.of(JsonNodeFactory.instance.objectNode().put("message", "<script>alert(1)</script>")));
        String ended = page("/runs/" + run.id());
        assertThat(ended)
                .doesNotContain("hx-get=\"/fragments/runs/" + run.id() + "\"")
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;")
                .doesNotContain("<script>alert");
        when().get("/fragments/runs/" + run.id()).then().statusCode(286).contentType("text/html");
    }

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
        assertThat(page("/fragments/models")).contains(name).contains("@champion");
    }

    @Test
    void asksNoOtherSiteForAnythingAndHasNothingInline() {
        String page = page("/");

        assertThat(page).doesNotContain("style=\"").doesNotContain("onclick").doesNotContain("<style");
        assertThat(Pattern.compile("<script[^>]*>").matcher(page).results().map(match -> match.group()))
                .allMatch(tag -> tag.contains(" src=\"/"));
        Matcher references = REFERENCES.matcher(page);
        while (references.find()) {
            String reference = references.group(1);
            assertThat(reference).startsWith("/");
            assertThat(given().get(reference).statusCode()).as(reference).isEqualTo(200);
        }
    }

    @Test
    void whatDoesNotExistIsAProblem() {
        when().get("/runs/" + UUID.randomUUID()).then().statusCode(404);
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

    private static NewEvaluation measured(String weights, OptionalInt dimension, double value) {
        return new NewEvaluation(
                weights, "keycloak/de", "own", "de", "de", dimension, 40, Map.of("ndcg_cut_10", value));
    }
}
