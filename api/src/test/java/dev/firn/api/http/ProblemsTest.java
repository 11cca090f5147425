package dev.firn.api.http;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.firn.api.FirnTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
class ProblemsTest {
    @TestHTTPResource("/")
    URI server;

    @Test
    void everyRefusalIsAProblem() {
        problem(when().get("/no/such/path").then(), 404, "not-found");
        problem(when().get("/api/no-such").then(), 404, "not-found");
        problem(when().delete("/api/runs").then(), 405, "method-not-allowed");
        problem(given().accept("text/xml").get("/api/runs").then(), 406, "not-acceptable");
        problem(
                given().contentType("text/plain")
                        .body("x")
                        .put("/api/models/a/aliases/b")
                        .then(),
                415,
                "unsupported-media-type");
        problem(given().queryParam("limit", "many").get("/api/runs").then(), 400, "bad-request");
        problem(given().queryParam("limit", "0").get("/api/runs").then(), 400, "bad-request");
        problem(given().queryParam("cursor", "!!").get("/api/runs").then(), 400, "bad-request");
        problem(when().get("/api/lineage/abc").then(), 400, "bad-request");
        problem(when().get("/api/lineage/" + "0".repeat(64)).then(), 404, "not-found");
        problem(when().get("/api/models/No_Such").then(), 400, "invalid-name");
        problem(when().get("/api/models/no-such").then(), 404, "not-found");
        problem(when().get("/api/models/no-such/versions/x").then(), 400, "bad-request");
    }

    @Test
    void aBrokenBodyIsAnsweredWithThePlaceThatIsBroken() {
        problem(alias("{\"version\":").then(), 400, "invalid-body")
                .body("detail", containsString("line 1"))
                .body("detail", not(containsString("Source")));
        problem(alias("{\"version\":1,\"x\":2}").then(), 400, "invalid-body").body("errors.pointer", hasItem("/x"));
        problem(alias("{\"version\":\"one\"}").then(), 400, "invalid-body")
                .body("errors[0].pointer", equalTo("/version"))
                .body("errors[0].detail", notNullValue());
        problem(alias("{\"version\":0}").then(), 422, "invalid-field").body("errors[0].pointer", equalTo("/version"));
        problem(alias("").then(), 400, "bad-request");
        problem(alias("null").then(), 400, "bad-request");
    }

    @Test
    void aBodyAboveItsLimitIsRefusedWithOrWithoutAStatedLength() throws IOException {
        problem(alias("x".repeat(100_000)).then(), 413, "too-large");

        String body = "x".repeat(70_000);
        String request = String.join(
                "\r\n",
                "PUT /api/models/a/aliases/b HTTP/1.1",
                "Host: localhost",
                "Content-Type: application/json",
                "Transfer-Encoding: chunked",
                "Connection: close",
                "",
                Integer.toHexString(body.length()),
                body,
                "0",
                "",
                "");
        assertThat(exchange(request)).startsWith("HTTP/1.1 413").contains("problems/too-large");
    }

    @Test
    void whatIsRefusedBeforeItReachesAResourceIsToldInTheWayOfOpenAisClientsToo() {
        problem(
                        given().header("Origin", "http://evil.example")
                                .get("/v1/models")
                                .then(),
                        403,
                        "foreign-origin")
                .body("error.code", equalTo("foreign-origin"))
                .body("error.type", equalTo("invalid_request_error"))
                .body("error.message", containsString("evil.example"));
        problem(given().body("x".repeat(100_000)).post("/v1/models").then(), 413, "too-large")
                .body("error.code", equalTo("too-large"));
        problem(when().get("/v1/no-such").then(), 404, "not-found").body("error.code", equalTo("not-found"));
        problem(when().get("/api/no-such").then(), 404, "not-found").body("error", nullValue());
    }

    @Test
    void foreignHostsAndOriginsAreRefusedOnEveryPath() throws IOException {
        for (String path : List.of("/", "/api/runs", "/q/metrics", "/q/openapi", "/assets/firn.css", "/no-such")) {
            assertThat(exchange("GET " + path + " HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                    .as(path)
                    .startsWith("HTTP/1.1 421")
                    .contains("problems/foreign-host");
            problem(given().header("Origin", "http://evil.example").get(path).then(), 403, "foreign-origin");
        }
        given().header("Origin", "http://" + server.getAuthority())
                .get("/api/runs")
                .then()
                .statusCode(200);
    }

    @Test
    void everyAnswerCarriesTheSecurityHeaders() {
        for (String path : List.of("/", "/api/runs", "/no-such", "/q/health")) {
            when().get(path)
                    .then()
                    .header("Content-Security-Policy", containsString("default-src 'none'"))
                    .header("X-Content-Type-Options", "nosniff")
                    .header("X-Frame-Options", "DENY")
                    .header("Referrer-Policy", "no-referrer");
        }
    }

    private static io.restassured.response.Response alias(String body) {
        return given().contentType("application/json").body(body).put("/api/models/a/aliases/b");
    }

    private static ValidatableResponse problem(ValidatableResponse response, int status, String type) {
        return response.statusCode(status)
                .contentType("application/problem+json")
                .body("status", equalTo(status))
                .body("type", equalTo("https://firn.dev/problems/" + type))
                .body("title", notNullValue())
                .body("detail", notNullValue());
    }

    /** Sends bytes as they are: clients would mend the host and the length. */
    private String exchange(String request) throws IOException {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream answer = socket.getInputStream();
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
