package dev.firn.api.study;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.registry.StageToken;
import dev.firn.registry.evaluation.EvaluationStore;
import dev.firn.registry.evaluation.NewEvaluation;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageOutput;
import dev.firn.registry.run.StageStore;
import dev.firn.registry.study.NewStudy;
import dev.firn.registry.study.StudyState;
import dev.firn.registry.study.StudyStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The report and the pages of studies whose rows are as workers would have left them. */
@QuarkusTest
@WithTestResource(FirnTestResource.class)
class StudyReportTest {
    private static final int QUERIES = 40;

    @Inject
    RegistryRows rows;

    @Inject
    StudyStore studies;

    @Inject
    StageStore stages;

    @Inject
    EvaluationStore evaluations;

    @Test
    void theReportNeedsNoOtherFileAndTellsMeansIntervalsChangesAndFailures() {
        UUID study = transfer("steps <b>", false);

        Response response = when().get("/api/studies/" + study + "/report");

        response.then()
                .statusCode(200)
                .contentType("text/html")
                .header("Content-Disposition", containsString("attachment; filename=\"study-steps.html\""))
                .header("Content-Security-Policy", containsString("default-src 'none'"));
        assertThat(response.headers().getList("Content-Security-Policy")).hasSize(1);
        String html = response.asString();
        assertThat(html)
                .doesNotContain("<script", "src=", "href=", "url(", "@import", "steps <b>")
                .contains("after 5 steps", "steps &lt;b&gt;")
                // own language of en and fr, finetuned: the mean over sets of 0.25 and 0.75
                .contains("0.500")
                .contains("95% intervals by the bootstrap", "p &lt; 0.001", "+0.100")
                .contains("<svg class=\"chart\"", "Own language by pretraining step", "never trained on")
                .contains("pretrain.steps", "of run 0", "its file is gone");
        assertThat(html.indexOf("<td class=\"number better\">")).isPositive();
    }

    @Test
    void aStudyThatHasShownNothingYetHasAReportToo() {
        UUID study = transfer("nothing", true);

        assertThat(when().get("/api/studies/" + study + "/report")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString())
                .contains("waiting")
                .doesNotContain("<svg");
        when().get("/api/studies/" + UUID.randomUUID() + "/report").then().statusCode(404);
    }

    @Test
    void pagesListStudiesAndShowOne() {
        UUID study = transfer("paged", false);

        assertThat(page("/studies")).contains("/studies/" + study, "transfer");
        String page = page("/studies/" + study);
        assertThat(page)
                .contains("hx-get=\"/fragments/studies/" + study + "\"")
                .contains("href=\"/api/studies/" + study + "/report\"")
                .contains("data-dialog=\"ask-stop\"")
                .contains("<svg class=\"chart\"")
                .doesNotContain("style=\"", "<style");
        assertThat(page("/fragments/studies/" + study)).contains("after 5 steps");
        studies.stop(study);
        studies.end(study, StudyState.STOPPED);
        given().get("/fragments/studies/" + study).then().statusCode(286);
        assertThat(page("/studies/" + study)).contains("data-dialog=\"ask-resume\"");
        given().get("/studies/" + UUID.randomUUID()).then().statusCode(404);
        given().get("/studies?cursor=nonsense").then().statusCode(400);
    }

    @Test
    void figuresTellTrainedLanguagesFromOthers() {
        UUID study = transfer("figures", false);

        when().get("/api/studies/" + study)
                .then()
                .statusCode(200)
                .body("counts.succeeded", equalTo(2))
                .body("counts.failed", equalTo(1))
                .body("runs", hasSize(3))
                .body("runs[2].state", equalTo("REFUSED"))
                .body(
                        "runs[0].figures.find { it.weights == 'finetuned' && it.languages == 'trained' }.ndcg10",
                        equalTo(0.75f))
                .body(
                        "runs[0].figures.find { it.weights == 'finetuned' && it.languages == 'untrained' }.ndcg10",
                        equalTo(0.25f))
                .body("runs[0].figures.find { it.weights == 'finetuned' && it.languages == 'all' }.sets", equalTo(2));
    }

    private static String page(String path) {
        return given().accept("text/html")
                .get(path)
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }

    /** Two runs that were evaluated, the second a tenth better, and one that could not be submitted. */
    private UUID transfer(String description, boolean untouched) {
        UUID study = studies.create(new NewStudy(
                        "steps",
                        "transfer",
                        document("description", description),
                        2,
                        List.of(planned(5), planned(12), planned(20)),
                        Optional.empty(),
                        Optional.empty()))
                .study()
                .id();
        if (untouched) {
            return study;
        }
        Run first = evaluated(0);
        studies.submitted(study, 0, first.id());
        Run second = evaluated(0.1);
        studies.submitted(study, 1, second.id());
        studies.refused(study, 2, "its file is gone");
        stages.reuse(
                second.id(), "prepare", "key", stages.get(first.id(), "prepare").id(), "same key");
        return study;
    }

    private static NewStudy.PlannedRun planned(int step) {
        ObjectNode specification = JsonNodeFactory.instance.objectNode();
        specification.putObject("pretrain").put("steps", step);
        return new NewStudy.PlannedRun(
                "after " + step + " steps",
                JsonNodeFactory.instance.objectNode().put("step", step),
                specification,
                Map.of(),
                Set.of("en"),
                Optional.empty());
    }

    private static JsonNode document(String name, String value) {
        return JsonNodeFactory.instance.objectNode().put(name, value);
    }

    private Run evaluated(double better) {
        Run run = rows.running("study-" + UUID.randomUUID());
        if (better == 0) {
            stages.finish(stages.begin(run.id(), "prepare", "key " + run.id(), "test", Optional.empty()), List.of());
        }
        StageToken token = stages.begin(run.id(), "evaluate", "key", "test", Optional.empty());
        Map<String, byte[]> files = new HashMap<>();
        List<NewEvaluation> results = new ArrayList<>();
        for (String weights : List.of("initialised", "pretrained", "finetuned")) {
            for (String language : List.of("en", "fr")) {
                double mean = (language.equals("en") ? 0.75 : 0.25) + better;
                results.add(new NewEvaluation(
                        weights,
                        "set/" + language,
                        "own",
                        language,
                        language,
                        OptionalInt.of(32),
                        QUERIES,
                        Map.of("ndcg_cut_10", mean)));
                StringBuilder queries = new StringBuilder();
                for (int i = 0; i < QUERIES; i++) {
                    queries.append(String.format(
                            Locale.ROOT,
                            "{\"query\":\"q%d\",\"ndcg_cut_10\":%.3f}%n",
                            i,
                            mean + (i % 2 == 0 ? 0.1 : -0.1)));
                }
                files.put(
                        "queries/" + weights + ".set." + language + ".32.jsonl",
                        queries.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
        evaluations.replace(token, results);
        stages.finish(token, List.of(new StageOutput("evaluation", rows.folder("evaluation", files))));
        return rows.end(run, RunState.SUCCEEDED, Optional.empty());
    }
}
