package dev.firn.api.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.api.FirnTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server without authentication, asked for in ways that a page from elsewhere could ask. */
@QuarkusTest
@WithTestResource(FirnTestResource.class)
class GuardTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/login",
                "/assets/firn.css",
                "/webjars/htmx.org/2.0.4/dist/htmx.min.js",
                "/api/runs",
                "/api/schema/run",
                "/api/no-such",
                "/v1/embeddings",
                "/q/health",
                "/q/health/live",
                "/q/metrics",
                "/q/openapi",
                "/q/no-such",
                "/../q/metrics",
                "//q/metrics",
                "/%71/metrics"
            })
    void noPathAnswersAForeignHostOrAForeignOrigin(String path) {
        for (String method : new String[] {"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"}) {
            given().urlEncodingEnabled(false)
                    .header("Host", "rebound.example:" + RestAssured.port)
                    .request(method, path)
                    .then()
                    .statusCode(421);
            given().urlEncodingEnabled(false)
                    .header("Origin", "http://evil.example")
                    .request(method, path)
                    .then()
                    .statusCode(403);
        }
    }

    @ParameterizedTest
    @CsvSource({"rebound.example, 421", "127.0.0.1, 200", "127.0.0.1.rebound.example, 421"})
    void overHttp2TheAuthorityIsWhatCounts(String authority, int status) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false));
            RequestOptions options = new RequestOptions()
                    .setMethod(HttpMethod.GET)
                    .setServer(SocketAddress.inetSocketAddress(RestAssured.port, "127.0.0.1"))
                    .setHost(authority)
                    .setPort(RestAssured.port)
                    .setURI("/api/runs");

            int answered = client.request(options)
                    .compose(request -> {
                        assertThat(request.version()).isEqualTo(HttpVersion.HTTP_2);
                        return request.send();
                    })
                    .map(response -> response.statusCode())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);

            assertThat(answered).isEqualTo(status);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/runs", "/v1/embeddings", "/q/health", "/no/such"})
    void thereAreNoWebSockets(String path) {
        int status = given().header("Connection", "Upgrade")
                .header("Upgrade", "websocket")
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
                .get(path)
                .statusCode();

        assertThat(status).isNotEqualTo(101);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/login", "/assets/firn.css", "/api/runs", "/q/health", "/q/openapi", "/no/such"})
    void everyAnswerHasTheHeadersThatProtectAPerson(String path) {
        Response answer = given().redirects().follow(false).get(path);

        assertThat(answer.getHeader("Content-Security-Policy"))
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'")
                .doesNotContain("unsafe", "*", "http:");
        assertThat(answer.getHeader("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.getHeader("X-Frame-Options")).isEqualTo("DENY");
        assertThat(answer.getHeader("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(answer.getHeader("Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
        assertThat(answer.getHeader("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
        assertThat(answer.getHeader("Strict-Transport-Security")).isNull();
        assertThat(answer.getHeader("Access-Control-Allow-Origin")).isNull();
        assertThat(given().redirects()
                        .follow(false)
                        .header("X-Forwarded-Proto", "https")
                        .get(path)
                        .getHeader("Strict-Transport-Security"))
                .isEqualTo("max-age=31536000");
    }
}
