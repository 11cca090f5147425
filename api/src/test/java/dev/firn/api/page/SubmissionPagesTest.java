package dev.firn.api.page;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.api.SmallSpecification;
import dev.firn.registry.run.Run;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class SubmissionPagesTest {
    private static final Path EXAMPLES = Path.of("..", "examples");

    @TempDir
    Path folder;

    @Inject
    RegistryRows rows;

    @Test
    void offersEveryExampleWithItsText() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml"))
                    .map(name -> name.replace(".yaml", ""))
                    // A study is none to start a run from
                    .filter(name -> !name.endsWith("-transfer"))
                    .toList();

            assertThat(Examples.all())
                    .as("Examples names what lies in examples/")
                    .extracting(Examples.Example::name)
                    .containsExactlyInAnyOrderElementsOf(names);
            for (String name : names) {
                assertThat(Examples.text(name)).isEqualTo(Files.readString(EXAMPLES.resolve(name + ".yaml")));
                when().get("/runs/new?example=" + name)
                        .then()
                        .statusCode(200)
                        .body(containsString("name: " + name + "\n"));
            }
        }
        when().get("/runs/new?example=..%2fsecret").then().statusCode(404);
    }

    @Test
    void beginsWithTheSpecificationOfAnotherRun() {
        Run run = rows.run("like-this");

        when().get("/runs/new?run=" + run.id()).then().statusCode(200).body(containsString("like-this"));
        when().get("/runs/new?run=" + UUID.randomUUID()).then().statusCode(404);
    }

    @Test
    void tellsEveryFaultWithItsLine() throws IOException {
        String text = SmallSpecification.write(folder, "faulty").replace("seed: 1", "sead: 1");
        long line = text.lines().takeWhile(each -> !each.startsWith("sead")).count() + 1;

        sending(text)
                .post("/fragments/plan")
                .then()
                .statusCode(200)
                .contentType("text/html")
                .body(allOf(
                        containsString("One fault"),
                        containsString("data-line=\"" + line + "\""),
                        containsString("<code>sead</code>"),
                        containsString("did you mean seed?")));
        sending("a: [1")
                .post("/fragments/plan")
                .then()
                .statusCode(200)
                .body(allOf(containsString("One fault"), not(containsString("data-line"))));
        sending(text)
                .post("/runs")
                .then()
                .statusCode(422)
                .contentType("text/html")
                .body(containsString("<code>sead</code>"));
        sending("a: [1").post("/runs").then().statusCode(422).body(containsString("One fault"));
    }

    @Test
    void showsWhatARunWouldDoAndStartsItOnce() throws IOException {
        String name = "page-" + UUID.randomUUID();
        String text = SmallSpecification.write(folder, name);

        sending(text)
                .post("/fragments/plan")
                .then()
                .statusCode(200)
                .body(allOf(
                        containsString("Ready to start"),
                        containsString("no finished stage has this key"),
                        containsString("its gate is weighed every time"),
                        containsString("at its widest"),
                        containsString("&quot;seed&quot; : 1")));
        when().get("/fragments/runs?name=" + name).then().body(containsString("No run matches"));

        String address = sending(text)
                .header("Idempotency-Key", name)
                .post("/runs")
                .then()
                .statusCode(201)
                .header("Location", matchesPattern(".*/runs/[0-9a-f-]{36}"))
                .extract()
                .header("Location");
        assertThat(sending(text).header("Idempotency-Key", name).post("/runs").header("Location"))
                .isEqualTo(address);
        when().get(address).then().statusCode(200).body(containsString(name));
    }

    @Test
    void aTextThatIsTooLongIsRefused() {
        sending("x".repeat(1_000_001)).post("/fragments/plan").then().statusCode(413);
        sending("x".repeat(1_000_001)).post("/runs").then().statusCode(413);
    }

    private static RequestSpecification sending(String text) {
        return given().contentType("application/yaml").body(text.getBytes(StandardCharsets.UTF_8));
    }
}
