package dev.firn.api.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import dev.firn.api.FirnTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** People with runs: from the form over the charts to a comparison and a fork. The server has a worker, and trains. */
@QuarkusTest
@WithTestResource(value = FirnTestResource.class, initArgs = @ResourceArg(name = "role", value = "all"))
class RunPagesIT {
    /** For what training has to bring about. */
    private static final double PATIENCE = 120_000;

    private static final Pattern RUN = Pattern.compile(".*/runs/[0-9a-f-]{36}");

    @RegisterExtension
    final Visits visits = new Visits();

    @TestHTTPResource("/")
    URI server;

    @TempDir
    Path folder;

    @Test
    void aRunIsStartedWatchedComparedAndForked() throws IOException {
        SmallTraining.importTeacher(folder.resolve("teacher"));
        String text = SmallTraining.write(folder.resolve("data"), "tour");
        Page page = visits.open(Look.LIGHT, server.resolve("/runs/new"));

        refusesWhatIsWrongBesideItsLine(page, text);
        startsWhatIsRight(page, text);
        String first = id(page);
        waitsAndGoesOnByButton(page);
        tellsOfALostConnectionAndComesBack(page);
        assertThat(page.locator("#status h1 + .state")).hasText("succeeded", within(PATIENCE));
        drawsCharts(page);

        String second =
                submit(text.replace("learningRate: 2e-3", "learningRate: 5e-4").replace("name: tour", "name: slower"));
        page.navigate(server.resolve("/runs/" + second).toString());
        assertThat(page.locator("#status h1 + .state")).hasText("succeeded", within(PATIENCE));
        comparesTwo(page, List.of(first, second));
        forksFromACheckpoint(page, first);
        String fork = id(page);
        steersAndLeavesATrail(page, fork);
        cancels(page);
        retriesAndStops(page, fork);

        drawsTheTour(first, List.of(first, second));

        for (Look look : Look.values()) {
            isGoodForAll(look, "runs", "/");
            isGoodForAll(look, "run", "/runs/" + first);
            isGoodForAll(look, "run-forked", "/runs/" + fork);
            isGoodForAll(look, "compare", "/compare?run=" + first + "&run=" + second + "&step=100");
            isGoodForAll(look, "checkpoints", "/checkpoints?run=" + first);
        }
    }

    private void refusesWhatIsWrongBesideItsLine(Page page, String text) {
        Locator area = page.getByLabel("Specification, YAML or JSON");
        area.fill(text.replace("seed: 1", "sead: 1").replace("temperature: 0.1", "temperature: 0"));
        button(page, "Check").click();

        Locator plan = page.locator("#plan");
        assertThat(plan.getByRole(AriaRole.HEADING)).hasText("3 faults");
        assertThat(plan).containsText("did you mean seed?");
        assertThat(page.locator(".lines .faulty")).hasText(new String[] {"4", "33", "49"});
        visits.assertGoodForAll(page);
        visits.picture(page, "faults", Look.LIGHT);
        button(page, "line 4").click();
        assertThat(page.evaluate("() => getSelection().toString()")).isEqualTo("sead: 1");

        visits.expect("422");
        button(page, "Start").click();
        assertThat(plan.getByRole(AriaRole.HEADING)).hasText("3 faults");
        assertThat(page).hasURL(Pattern.compile(".*/runs/new"));
    }

    private void startsWhatIsRight(Page page, String text) {
        page.getByLabel("Specification, YAML or JSON").fill(text);
        button(page, "Check").click();
        assertThat(page.locator("#plan h2")).hasText("Ready to start");
        assertThat(page.locator("#plan")).containsText("at its widest");
        visits.assertGoodForAll(page);
        visits.picture(page, "plan", Look.LIGHT);

        button(page, "Start").click();
        page.waitForURL(RUN);
        assertThat(page.locator("h1")).hasText("tour");
    }

    private void waitsAndGoesOnByButton(Page page) {
        confirm(page, "Pause", "The run stays paused until somebody resumes it");
        assertThat(page.locator("#status h1 + .state")).hasText("paused", within(PATIENCE));
        visits.picture(page, "paused", Look.LIGHT);
        confirm(page, "Resume", "goes on from the checkpoint");
        assertThat(page.locator("#status h1 + .state"))
                .hasText(
                        Pattern.compile("queued|running|succeeded"),
                        new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE));
        assertThat(page.locator("#details")).containsText("resume");
    }

    private void tellsOfALostConnectionAndComesBack(Page page) {
        visits.expect("ERR_INTERNET_DISCONNECTED");
        visits.expect("htmx:sendError");
        String run = page.url();
        page.navigate(server.toString());
        page.context().setOffline(true);
        assertThat(page.locator("#connection")).hasText("The server does not answer. Trying again…");
        page.context().setOffline(false);
        assertThat(page.locator("#connection")).hasText("Connected again.");
        assertThat(page.locator("#connection")).hasText("");
        page.navigate(run);
    }

    private void drawsCharts(Page page) {
        page.reload();
        assertThat(page.locator(".chart .plot canvas")).hasCount(5);
        Locator loss = page.locator(".chart[data-metric=loss] .plot");
        assertThat(loss)
                .hasAttribute("aria-label", Pattern.compile("Loss of finetune\\. tour: .* at step 1, .* at step 60"));
        page.locator("#chart-stages").getByText("pretrain").click();
        assertThat(loss).hasAttribute("aria-label", Pattern.compile("Loss of pretrain\\. .* at step 240"));

        Locator drawing = page.locator(".chart[data-metric=loss] .u-over");
        drawing.scrollIntoViewIfNeeded();
        BoundingBox box = drawing.boundingBox();
        page.mouse().move(box.x + box.width * 0.25, box.y + box.height / 2);
        page.mouse().down();
        page.mouse().move(box.x + box.width * 0.5, box.y + box.height / 2);
        page.mouse().up();
        int from = Integer.parseInt(page.getByLabel("From step").inputValue());
        int to = Integer.parseInt(page.getByLabel("To step").inputValue());
        assertThat(from).isBetween(50, 70);
        assertThat(to).isBetween(110, 130);

        page.getByLabel("Log scale").check();
        page.getByLabel("Smoothing").fill("0.9");
        assertThat(page.locator(".chart[data-metric=loss] .u-legend")).containsText("smoothed");
        visits.picture(page, "zoomed", Look.LIGHT);
        button(page, "Reset").click();
        assertThat(page.getByLabel("From step")).hasValue("");
        assertThat(page.locator(".chart[data-metric=loss] .u-legend")).not().containsText("smoothed");
    }

    private void comparesTwo(Page page, List<String> runs) {
        page.navigate(server.toString());
        for (String run : runs) {
            page.locator("#pick-" + run).check();
        }
        assertThat(page.locator("#picked output")).hasText("2 runs chosen");
        button(page, "Compare").click();

        page.waitForURL(Pattern.compile(".*/compare\\?run=.*&run=.*"));
        assertThat(page.locator(".chart .plot canvas")).hasCount(5);
        assertThat(page.getByRole(
                        AriaRole.REGION, new Page.GetByRoleOptions().setName("Differences of the specifications")))
                .containsText("pretrain.learningRate");
        assertThat(page.getByText("pretrain.batchSize")).hasCount(0);
    }

    private void forksFromACheckpoint(Page page, String run) {
        page.navigate(server.resolve("/checkpoints?run=" + run).toString());
        page.getByLabel("Stage", new Page.GetByLabelOptions().setExact(true)).selectOption("finetune");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("finetune, step 40"))
                .click();
        assertThat(page.locator("h1")).hasText("finetune, step 40");
        button(page, "Pin").click();
        assertThat(page.getByText("It cannot be deleted: it is pinned; unpin it first."))
                .isVisible();
        button(page, "Unpin").click();
        assertThat(button(page, "Pin")).isVisible();
        for (Look look : Look.values()) {
            isGoodForAll(look, "checkpoint", URI.create(page.url()).getPath());
        }
        measuresACheckpoint(page);

        page.getByRole(
                        AriaRole.LINK,
                        new Page.GetByRoleOptions().setName("Fork a run").setExact(true))
                .first()
                .click();
        Locator area = page.getByLabel("What changes, as YAML or JSON");
        area.fill("encoder: {layers: 2}\n");
        button(page, "Check").click();
        assertThat(page.locator("#plan")).containsText("cannot be changed in a fork");
        area.fill("name: tour-fork\nfinetune: {steps: 50000, learningRate: 1e-4}\n");
        button(page, "Check").click();
        assertThat(page.getByRole(AriaRole.REGION, new Page.GetByRoleOptions().setName("What is different")))
                .containsText("finetune.learningRate");
        visits.assertGoodForAll(page);
        visits.picture(page, "fork", Look.LIGHT);
        String form = page.url();
        button(page, "Fork").click();
        page.waitForURL(RUN);
        assertThat(page.locator("h1")).hasText("tour-fork");
        String fork = page.url();

        page.navigate(form.replace("/fork", ""));
        visits.expect("409");
        button(page, "Delete").click();
        Locator dialog = page.locator("dialog[open]");
        dialog.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Delete"))
                .click();
        assertThat(dialog.getByRole(AriaRole.ALERT)).containsText("descends from it");
        page.keyboard().press("Escape");
        assertThat(dialog).hasCount(0);
        page.navigate(fork);
    }

    private void measuresACheckpoint(Page page) {
        String checkpoint = page.url();
        button(page, "Measure or try").click();
        visits.picture(page, "checkpoint-model", Look.LIGHT);
        page.locator("dialog[open]")
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Make it"))
                .click();
        page.waitForURL(Pattern.compile(".*/models/.*-checkpoints/versions/1"));
        assertThat(page.locator("main")).containsText("The weights of step 40 of finetune");
        button(page, "Measure").click();
        assertThat(page.locator("#jobs .state")).isVisible();
        assertThat(page.locator("#jobs .state"))
                .hasCount(0, new LocatorAssertions.HasCountOptions().setTimeout(PATIENCE));
        page.reload();
        assertThat(page.locator("section.quality")).not().hasCount(0);
        page.navigate(checkpoint);
        assertThat(page.locator("main")).containsText("weights: ");
    }

    private void steersAndLeavesATrail(Page page, String run) {
        assertThat(page.locator("#do-extend")).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE));
        String path = "/api/runs/" + run;
        given().post(path + "/checkpoint").then().statusCode(202);
        given().contentType("application/json")
                .body("{\"factor\":0.5}")
                .put(path + "/learning-rate-scale")
                .then()
                .statusCode(202);
        given().contentType("application/json")
                .body("{\"steps\":10}")
                .post(path + "/extend")
                .then()
                .statusCode(202);

        assertLeft(path + "/checkpoint", "CHECKPOINT", null);
        assertLeft(path + "/learning-rate-scale", "LEARNING_RATE_SCALE", 0.5f);
        assertLeft(path + "/extend", "EXTEND", 10);
        assertThat(page.locator("#details")).containsText("extend");
    }

    private void retriesAndStops(Page page, String run) {
        confirm(page, "Retry", "from its newest checkpoint");
        assertThat(page.locator("#do-extend")).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE));
        confirm(page, "Pause", "The run stays paused until somebody resumes it");
        assertThat(page.locator("#status h1 + .state")).hasText("paused", within(PATIENCE));
        assertLeft("/api/runs/" + run + "/pause", "PAUSE", null);
        confirm(page, "Resume", "goes on from the checkpoint");
        assertThat(page.locator("#do-extend")).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE));
        given().post("/api/runs/" + run + "/stop").then().statusCode(202);
        assertLeft("/api/runs/" + run + "/stop", "STOP", null);
        assertThat(page.locator("#status h1 + .state")).hasText("succeeded", within(PATIENCE));
    }

    /** The newest entry of the audit trail for a path. */
    private static void assertLeft(String path, String control, Object value) {
        given().queryParam("path", path)
                .queryParam("limit", 1)
                .get("/api/audit")
                .then()
                .statusCode(200)
                .body("items[0].status", equalTo(202))
                .body("items[0].before.state", equalTo("RUNNING"))
                .body("items[0].after.control", equalTo(control))
                .body("items[0].after.value", equalTo(value));
    }

    private void cancels(Page page) {
        assertThat(page.locator(".chart[data-metric=loss] .plot"))
                .hasAttribute("aria-label", Pattern.compile("Loss of finetune.*"));
        visits.picture(page, "running", Look.LIGHT);
        confirm(page, "Cancel", "commits a last checkpoint, then the run ends");
        assertThat(page.locator("#status h1 + .state")).hasText("cancelled", within(PATIENCE));
        assertThat(page.locator("#do-retry")).isVisible();
    }

    private void isGoodForAll(Look look, String name, String path) {
        Page page = visits.open(look, server.resolve(path));
        if (page.locator("#charts").count() > 0) {
            assertThat(page.locator(".chart .plot canvas").first()).isVisible();
        }
        visits.assertGoodForAll(page);
        visits.assertStandsStill(page);
        visits.picture(page, name, look);
        page.close();
    }

    /** The pictures of the README. */
    private void drawsTheTour(String run, List<String> compared) {
        Path folder = Path.of(System.getProperty("tour", "target/screenshots/tour"));
        draw(folder.resolve("run.png"), "/runs/" + run);
        draw(folder.resolve("compare.png"), "/compare?run=" + String.join("&run=", compared));
    }

    private void draw(Path file, String path) {
        Page page = visits.open(Look.LIGHT, server.resolve(path));
        page.setViewportSize(1120, 720);
        assertThat(page.locator(".chart .plot canvas")).hasCount(5);
        page.locator("#chart-stages").getByText("pretrain").click();
        page.screenshot(new Page.ScreenshotOptions().setPath(file));
        page.close();
    }

    private static void confirm(Page page, String action, String consequence) {
        button(page, action).click();
        Locator dialog = page.locator("dialog[open]");
        assertThat(dialog).containsText(consequence);
        dialog.getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(action).setExact(true))
                .click();
        assertThat(dialog).hasCount(0);
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static LocatorAssertions.HasTextOptions within(double milliseconds) {
        return new LocatorAssertions.HasTextOptions().setTimeout(milliseconds);
    }

    private static String id(Page page) {
        return page.url().substring(page.url().lastIndexOf('/') + 1);
    }

    private static String submit(String specification) {
        return given().contentType("application/yaml")
                .body(specification.getBytes(StandardCharsets.UTF_8))
                .post("/api/runs")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }
}
