package dev.firn.api.security;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.api.SmallSpecification;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.workflows.specification.SpecificationReader;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with authentication whose operator named no folder. */
@QuarkusTest
@TestProfile(LocationsTest.WithoutFolders.class)
@WithTestResource(FirnTestResource.class)
class LocationsTest {
    /** Tokens, and no folder. */
    public static final class WithoutFolders implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "firn.api-tokens",
                    new AuthenticationTest.WithTokens().getConfigOverrides().get("firn.api-tokens"));
        }
    }

    @Inject
    RegistryRows rows;

    @TempDir
    Path folder;

    @Test
    void aRunFromBeforeBeginsAgainOnlyWithFilesThatMayBeReadNow() throws IOException {
        JsonNode specification = new SpecificationReader().parse(SmallSpecification.write(folder, "before"));
        Run run = rows.end(rows.running(rows.run("before", specification)), RunState.FAILED, Optional.empty());

        given().header("Authorization", "Bearer " + AuthenticationTest.token("operator"))
                .post("/api/runs/" + run.id() + "/retry")
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItems("/data/sources/0/files/0", "/filter/teacher/folder"));
        given().header("Authorization", "Bearer " + AuthenticationTest.token("viewer"))
                .get("/api/runs/" + run.id())
                .then()
                .body("state", equalTo("FAILED"));
    }

    @Test
    void aSpecificationReadsNoFileOfTheServer() throws IOException {
        String answer = given().header("Authorization", "Bearer " + AuthenticationTest.token("admin"))
                .contentType("application/yaml")
                .body(SmallSpecification.write(folder, "outside").getBytes(UTF_8))
                .post("/api/runs?dryRun=true")
                .then()
                .statusCode(422)
                .body(
                        "errors.pointer",
                        hasItems("/data/sources/0/files/0", "/data/evaluation/0/folder", "/filter/teacher/folder"))
                .extract()
                .asString();

        assertThat(answer).contains("FIRN_DATA_FOLDERS").doesNotContain("held out");
    }
}
