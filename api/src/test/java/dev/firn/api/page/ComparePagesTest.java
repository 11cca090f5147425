package dev.firn.api.page;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;

import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.registry.StageToken;
import dev.firn.registry.metric.MetricPoint;
import dev.firn.registry.metric.MetricStore;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.StageStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class ComparePagesTest {
    @Inject
    RegistryRows rows;

    @Inject
    StageStore stages;

    @Inject
    MetricStore metrics;

    @Test
    void putsTheNumbersOfRunsSideBySideAndTheBestInBold() {
        Run one = run("compared-one", 4.0, 1.5, 2.0);
        Run two = run("compared-two", 3.0, 1.0, 1.25);

        String page = page("/compare?run=" + one.id() + "&run=" + two.id() + "&step=2");

        assertThat(page.replaceAll("\\s+", " "))
                .contains("<td class=\"muted\">last</td><td class=\"number\">2.0000</td>"
                        + "<td class=\"number best\">1.2500</td>")
                .contains("<td class=\"muted\">best</td><td class=\"number\">1.5000</td>"
                        + "<td class=\"number best\">1.0000</td>")
                .contains("<td class=\"muted\">at step 2</td><td class=\"number\">1.5000</td>"
                        + "<td class=\"number best\">1.0000</td>")
                .contains("<th scope=\"row\" class=\"mono\">name</th><td class=\"value\">compared-one</td>"
                        + "<td class=\"value\">compared-two</td>")
                .doesNotContain(">specVersion<");
    }

    @Test
    void aRunThatLacksANumberHasADash() {
        Run one = run("with-numbers", 4.0);
        Run two = rows.run("without-numbers");

        assertThat(page("/compare?run=" + one.id() + "&run=" + two.id() + "&step=9")
                        .replaceAll("\\s+", " "))
                .contains("<td class=\"number\">4.0000</td><td class=\"number\">–</td>");
    }

    @Test
    void letsChooseWhereThereAreTooFewAndRefusesTooMany() {
        Run one = rows.run("alone");
        when().get("/compare")
                .then()
                .statusCode(200)
                .body(allOf(containsString("Choose two to six"), containsString("alone")));
        when().get("/compare?run=" + one.id())
                .then()
                .statusCode(200)
                .body(containsString("value=\"" + one.id() + "\" checked"));

        List<String> seven = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            seven.add("run=" + rows.run("many").id());
        }
        when().get("/compare?" + String.join("&", seven)).then().statusCode(400);
        when().get("/compare?run=" + one.id() + "&run=" + UUID.randomUUID())
                .then()
                .statusCode(404);
        when().get("/compare?run=x&run=y").then().statusCode(404);
        when().get("/compare?step=first").then().statusCode(400);
    }

    private Run run(String name, double... losses) {
        Run run = rows.running(name);
        StageToken token = stages.begin(run.id(), "pretrain", "9".repeat(64), "test", Optional.empty());
        List<MetricPoint> points = new ArrayList<>();
        for (int i = 0; i < losses.length; i++) {
            points.add(new MetricPoint("loss", i + 1, losses[i]));
        }
        metrics.write(token, points);
        return run;
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
