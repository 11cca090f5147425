package dev.firn.api.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.firn.api.FirnTestResource;
import dev.firn.registry.Digest;
import dev.firn.registry.token.StoredToken;
import dev.firn.registry.token.TokenStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@TestProfile(AuthenticationTest.WithTokens.class)
@WithTestResource(FirnTestResource.class)
class TokenResourceTest {
    @Inject
    TokenStore stored;

    private static RequestSpecification with(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    private static RequestSpecification administrator() {
        return with(AuthenticationTest.token("admin"));
    }

    private static Response make(String name, String role) {
        return administrator()
                .contentType("application/json")
                .body("{\"name\":\"" + name + "\",\"role\":\"" + role + "\",\"days\":30}")
                .post("/api/tokens");
    }

    @Test
    void aTokenIsToldOnceAndGoodAtOnce() {
        Response made = make("grace", "operator");
        made.then()
                .statusCode(201)
                .header("Cache-Control", "no-store")
                .body("name", equalTo("grace"))
                .body("expiresAt", notNullValue());
        String token = made.path("token");
        String id = made.path("id");

        assertThat(token).matches("firn_[0-9a-f]{64}");
        with(token).get("/api/runs").then().statusCode(200);
        // A body waits while the registry is asked whose token it is
        with(token)
                .contentType("application/json")
                .body("{\"specVersion\":1,\"name\":\"" + "x".repeat(100_000) + "\"}")
                .post("/api/runs")
                .then()
                .statusCode(422);
        with(token).get("/api/tokens").then().statusCode(403);
        administrator()
                .get("/api/tokens")
                .then()
                .statusCode(200)
                .body("items.find { it.id == '" + id + "' }.createdBy", equalTo("ada"))
                .body("items.find { it.id == '" + id + "' }.lastUsedAt", notNullValue())
                .body("items.find { it.id == '" + id + "' }.token", nullValue());
        assertThat(administrator().get("/api/tokens").asString()).doesNotContain(token);
    }

    @Test
    void aRevokedTokenIsRefusedAtOnce() {
        Response made = make("hedy", "viewer");
        String token = made.path("token");
        String id = made.path("id");
        with(token).get("/api/runs").then().statusCode(200);

        with(token).delete("/api/tokens/" + id).then().statusCode(403);
        administrator().delete("/api/tokens/" + id).then().statusCode(204);

        with(token).get("/api/runs").then().statusCode(401);
        administrator().get("/api/tokens").then().body("items.id", not(hasItem(id)));
        administrator().delete("/api/tokens/" + id).then().statusCode(404);
        administrator().delete("/api/tokens/" + UUID.randomUUID()).then().statusCode(404);
        administrator().delete("/api/tokens/no-id").then().statusCode(404);
    }

    @Test
    void anExpiredTokenIsRefused() {
        String token = "firn_expired-" + UUID.randomUUID();
        StoredToken kept = stored.add(
                "old",
                Digest.of(token.getBytes(StandardCharsets.UTF_8)),
                "admin",
                Duration.ofSeconds(-1),
                Optional.empty());

        with(token).get("/api/runs").then().statusCode(401);
        administrator()
                .get("/api/tokens")
                .then()
                .body("items.find { it.id == '" + kept.id() + "' }.expired", equalTo(true));
    }

    @Test
    void aPersonSignsInWithATokenThatWasMade() {
        String token = make("joan", "operator").path("token");
        Browser browser = new Browser();

        browser.signIn(token, "/").then().statusCode(303);

        browser.open("/").then().statusCode(200);
        browser.fromPage("/").post("/api/runs/1/cancel").then().statusCode(404);
        browser.open("/audit").then().statusCode(403);
    }

    @Test
    void anAdministratorSeesWhoMadeATokenButNotTheToken() {
        Response made = make("audited", "viewer");
        String token = made.path("token");

        Response trail = administrator().get("/api/audit?path=/api/tokens&caller=ada&limit=1000");

        trail.then()
                .statusCode(200)
                .body("items.after.findAll { it != null }.id", hasItem((String) made.path("id")))
                .body("items.find { it.after?.id == '" + made.path("id") + "' }.method", equalTo("POST"));
        assertThat(trail.asString()).doesNotContain(token);
        with(token).get("/api/audit").then().statusCode(403);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"a b\",\"role\":\"viewer\"}|/name",
                "{\"role\":\"viewer\"}|/name",
                "{\"name\":\"a\",\"role\":\"editor\"}|/role",
                "{\"name\":\"a\",\"role\":\"viewer\",\"days\":0}|/days",
                "{\"name\":\"a\",\"role\":\"viewer\",\"days\":4000}|/days"
            })
    void saysWhichFieldIsWrong(String body, String pointer) {
        administrator()
                .contentType("application/json")
                .body(body)
                .post("/api/tokens")
                .then()
                .statusCode(422)
                .body("errors[0].pointer", equalTo(pointer));
    }
}
