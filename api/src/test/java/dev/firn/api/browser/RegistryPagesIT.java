package dev.firn.api.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.restassured.RestAssured.given;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import dev.firn.api.FirnTestResource;
import dev.firn.api.SmallModels;
import dev.firn.api.StudyRows;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** People with models and datasets: an upload, a promotion, tags, an evaluation by a real worker, a search and a map. */
@QuarkusTest
@WithTestResource(value = FirnTestResource.class, initArgs = @ResourceArg(name = "role", value = "all"))
class RegistryPagesIT {
    private static final double PATIENCE = 120_000;

    @RegisterExtension
    final Visits visits = new Visits();

    @TestHTTPResource("/")
    URI server;

    @Inject
    SmallModels small;

    @Inject
    StudyRows studies;

    @TempDir
    Path folder;

    @Test
    void aDatasetIsSentAndAModelIsPromotedMeasuredAndTried() throws IOException {
        small.model("shown", 1, "# Shown\n\nA model with *random* weights.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
        small.model("shown", 2);
        small.prepared("shown");
        Page page = visits.open(Look.LIGHT, server.resolve("/datasets/new"));

        sendsADataset(page);
        promotes(page);
        tagsAndMeasures(page);
        searches(page);
        draws(page);

        for (Look look : Look.values()) {
            isGoodForAll(look, "models", "/models");
            isGoodForAll(look, "model", "/models/shown");
            isGoodForAll(look, "model-version", "/models/shown/versions/1");
            isGoodForAll(look, "alias", "/models/shown/aliases/champion");
            isGoodForAll(look, "datasets", "/datasets");
            isGoodForAll(look, "dataset-new", "/datasets/new");
            isGoodForAll(look, "dataset-sent", "/datasets/support@1");
            isGoodForAll(look, "dataset-prepared", "/datasets/shown@1");
            isGoodForAll(look, "try", "/try?model=shown@1");
            isGoodForAll(look, "try-map", "/try/map");
        }
    }

    @Test
    void studiesAreSeenStoppedAndTheirReportIsRead() throws IOException {
        String study = studies.transfer("steps", "Does a longer pretraining help a language that it never saw?")
                .toString();
        studies.untouched("waiting", "nothing yet");
        Page page = visits.open(Look.LIGHT, server.resolve("/studies"));
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("steps"))
                .click();
        assertThat(page.locator("h1")).hasText("steps");
        assertThat(page.locator(".pictures svg").first()).isVisible();
        Path report = folder.resolve("report.html");
        page.waitForDownload(() -> page.getByText("Download the report").click())
                .saveAs(report);

        button(page, "Stop").click();
        button(page.locator("dialog[open]"), "Stop").click();
        assertThat(page.locator("h1 + .state"))
                .hasText("stopped", new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE));

        for (Look look : Look.values()) {
            isGoodForAll(look, "studies", "/studies");
            isGoodForAll(look, "study", "/studies/" + study);
            isGoodForAll(look, "study-report", report.toUri());
        }
    }

    private void sendsADataset(Page page) throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong.jsonl"), "{\"query\":\"q\",\"document\":\"d\"}\n");
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill("support");
        page.getByLabel("Files").setInputFiles(wrong);
        visits.expect("422");
        button(page, "Send").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("wrong.jsonl:1: lacks the field \"language\"");
        visits.picture(page, "dataset-refused", Look.LIGHT);

        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            lines.append("{\"query\":\"question %d\",\"document\":\"%s\",\"language\":\"%s\",\"source\":\"faq\"}%n"
                    .formatted(i, "word ".repeat(1 + i), i % 3 == 0 ? "de" : "en"));
        }
        page.getByLabel("Files").setInputFiles(Files.writeString(folder.resolve("faq.jsonl"), lines));
        button(page, "Send").click();
        page.waitForURL(Pattern.compile(".*/datasets/support@1"));
        assertThat(page.locator("h1")).hasText("support@1");
        assertThat(page.getByRole(AriaRole.REGION, new Page.GetByRoleOptions().setName("Languages")))
                .containsText("26");
    }

    private void promotes(Page page) {
        page.navigate(server.resolve("/models/shown").toString());
        button(page, "Point an alias").click();
        Locator dialog = page.locator("dialog[open]");
        dialog.getByLabel("Alias", new Locator.GetByLabelOptions().setExact(true))
                .fill("champion");
        dialog.getByLabel("Version").fill("2");
        dialog.getByLabel(Pattern.compile("Protect it")).check();
        button(dialog, "Point").click();
        Locator aliases = page.getByRole(AriaRole.REGION, new Page.GetByRoleOptions().setName("Aliases"));
        assertThat(aliases).containsText("protected");
        // What is there may be seen before the script that listens
        page.waitForLoadState();
        assertThat(aliases).containsText("Version 2");

        // Somebody else moves it meanwhile
        given().contentType("application/json")
                .body("{\"version\":1,\"confirm\":true}")
                .put("/api/models/shown/aliases/champion")
                .then()
                .statusCode(200);
        visits.expect("412");
        button(page, "Move champion").click();
        dialog = page.locator("dialog[open]");
        dialog.getByLabel("Why, for its history").fill("seen by eye");
        dialog.getByLabel("Move it although it is protected").check();
        button(dialog, "Move").click();
        assertThat(dialog.getByRole(AriaRole.ALERT).first()).containsText("the caller expected revision 1");
        visits.picture(page, "alias-moved-meanwhile", Look.LIGHT);

        page.reload();
        button(page, "Move champion").click();
        dialog = page.locator("dialog[open]");
        dialog.getByLabel("To version").fill("2");
        dialog.getByLabel("Why, for its history").fill("seen by eye");
        dialog.getByLabel("Move it although it is protected").check();
        button(dialog, "Move").click();
        assertThat(aliases).containsText("Version 2");
        page.waitForLoadState();
        page.getByLabel("History of champion").click();
        assertThat(page.getByText("seen by eye")).isVisible();
    }

    private void tagsAndMeasures(Page page) {
        page.navigate(server.resolve("/models/shown/versions/1").toString());
        page.getByLabel("Tag", new Page.GetByLabelOptions().setExact(true)).fill("stage");
        page.getByLabel("Value, if any").fill("candidate");
        button(page, "Set").click();
        assertThat(page.locator(".tag").first()).hasText("stage=candidate");
        page.waitForLoadState();

        page.getByLabel("also at the widths").fill("8, 4");
        button(page, "Measure").click();
        assertThat(page.locator("#jobs .state")).isVisible();
        // The page asks until the worker has done; the table is there when it is looked at again
        assertThat(page.locator("#jobs .state"))
                .hasCount(0, new LocatorAssertions.HasCountOptions().setTimeout(PATIENCE));
        page.reload();
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("On shown@1")))
                .isVisible();
        assertThat(page.locator("svg.quality-chart circle")).hasCount(3);

        page.navigate(server.resolve("/models?tag=stage%3Dcandidate").toString());
        assertThat(page.getByRole(
                        AriaRole.LINK,
                        new Page.GetByRoleOptions().setName("shown").setExact(true)))
                .isVisible();
    }

    private void searches(Page page) {
        page.navigate(server.resolve("/try?model=shown@champion").toString());
        page.getByLabel("Query").fill("password");
        page.getByLabel("Another model, or the same again").fill("shown@1");
        button(page, "Search").click();
        assertThat(page.locator("#found .result")).hasCount(2);
        assertThat(page.locator("#found .hits").first().locator("li")).hasCount(5);
        assertThat(page.locator("#found")).containsText("in the other");
        visits.assertGoodForAll(page);
        visits.picture(page, "try-found", Look.LIGHT);

        page.getByLabel("Search in").selectOption("shown@1|held-out");
        button(page, "Search").click();
        assertThat(page.locator("#found")).containsText("Among 4 texts");
        visits.expect("422");
        page.getByLabel("Another model, or the same again").fill("nonsense");
        button(page, "Search").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("must be name@alias or name@version");
    }

    private void draws(Page page) {
        page.navigate(server.resolve("/try/map?model=shown@1&dataset=shown@1").toString());
        button(page, "Draw").click();
        assertThat(page.locator("svg.map circle")).hasCount(60);
        assertThat(page.locator("figcaption")).containsText("de 30");
        visits.assertGoodForAll(page);
        visits.picture(page, "map", Look.LIGHT);
    }

    private void isGoodForAll(Look look, String name, String path) {
        isGoodForAll(look, name, server.resolve(path));
    }

    private void isGoodForAll(Look look, String name, URI address) {
        Page page = visits.open(look, address);
        visits.assertGoodForAll(page);
        visits.picture(page, name, look);
        page.close();
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static Locator button(Locator part, String name) {
        return part.getByRole(
                AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
    }
}
