package dev.firn.api.study;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.firn.api.FirnTestResource;
import dev.firn.api.StudyRows;
import dev.firn.registry.study.StudyState;
import dev.firn.registry.study.StudyStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The report and the pages of studies whose rows are as workers would have left them. */
@QuarkusTest
@WithTestResource(FirnTestResource.class)
class StudyReportTest {
    @Inject
    StudyRows rows;

    @Inject
    StudyStore studies;

    @Test
    void theReportNeedsNoOtherFileAndTellsMeansIntervalsChangesAndFailures() {
        UUID study = rows.transfer("steps", "steps <b>");

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
                // and of vectors cut to 16 dimensions: the mean of 0.1 and 0.6, of the second run a tenth more
                .contains("Finetuned, own, at 16", "Finetuned, across, at 16", "0.350", "0.450")
                .contains("95% intervals by the bootstrap", "p &lt; 0.001", "+0.100")
                .contains("<svg class=\"chart\"", "Own language by pretraining step", "never trained on")
                .contains("pretrain.steps", "of run 0", "its file is gone");
        assertThat(html.indexOf("<td class=\"number better\">")).isPositive();
    }

    @Test
    void aStudyThatHasShownNothingYetHasAReportToo() {
        UUID study = rows.untouched("steps", "nothing");

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
        UUID study = rows.transfer("steps", "paged");

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
        UUID study = rows.transfer("steps", "figures");

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
}
