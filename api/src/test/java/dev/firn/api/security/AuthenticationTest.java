package dev.firn.api.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.firn.api.FirnTestResource;
import dev.firn.api.SmallSpecification;
import dev.firn.registry.Digest;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(AuthenticationTest.WithTokens.class)
@WithTestResource(FirnTestResource.class)
class AuthenticationTest {
    /** A server that asks for tokens, its own or a provider's. */
    public static final class WithTokens implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(OidcProviderResource.class));
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "firn.data-folders",
                    System.getProperty("java.io.tmpdir"),
                    "firn.rate-limit",
                    "0",
                    "firn.api-tokens",
                    String.join(",", entry("vic", "viewer"), entry("eda", "operator"), entry("ada", "admin")));
        }

        private static String entry(String name, String role) {
            return name + ":"
                    + Digest.of(token(role).getBytes(StandardCharsets.UTF_8)).hex() + "/" + role;
        }
    }

    @TempDir
    Path folder;

    static String token(String role) {
        return "firn_token-of-the-" + role;
    }

    private static RequestSpecification as(String role) {
        return given().header("Authorization", "Bearer " + token(role));
    }

    @Test
    void healthIsOpenAndTheRestAsksForAToken() {
        given().get("/q/health").then().statusCode(200);
        given().get("/v1/models").then().statusCode(401).body("error.code", equalTo("not-authenticated"));
        for (String path : new String[] {"/api/runs", "/q/metrics", "/q/openapi", "/v1/embeddings", "/no/such/path"}) {
            given().get(path)
                    .then()
                    .statusCode(401)
                    .contentType("application/problem+json")
                    .header("WWW-Authenticate", "Bearer realm=\"firn\"")
                    .body("type", equalTo("https://firn.dev/problems/not-authenticated"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer wrong", "Bearer ", "Basic dmljOnZpZXdlcg==", "firn_token-of-the-viewer"})
    void aTokenThatIsNoneIsRefused(String header) {
        given().header("Authorization", header).get("/api/runs").then().statusCode(401);
    }

    @Test
    void aViewerReadsButStartsNothing() {
        as("viewer").get("/api/runs").then().statusCode(200);
        as("viewer").get("/q/metrics").then().statusCode(200);
        as("viewer")
                .contentType("application/json")
                .body("{}")
                .post("/api/runs")
                .then()
                .statusCode(403)
                .contentType("application/problem+json")
                .body("type", equalTo("https://firn.dev/problems/role-too-low"))
                .body("detail", containsString("the role operator"));
    }

    @Test
    void anOperatorStartsRunsButMovesNoAlias() {
        as("operator")
                .contentType("application/json")
                .body("{}")
                .post("/api/runs")
                .then()
                .statusCode(422);
        as("operator")
                .contentType("application/json")
                .body("{\"version\":1}")
                .put("/api/models/none/aliases/champion")
                .then()
                .statusCode(403);
        as("admin")
                .contentType("application/json")
                .body("{\"version\":1}")
                .put("/api/models/none/aliases/champion")
                .then()
                .statusCode(404);
    }

    @Test
    void aRunKeepsTheNameOfTheTokenThatAskedForIt() throws IOException {
        as("operator")
                .contentType("application/yaml")
                .body(SmallSpecification.write(folder, "asked-for").getBytes(StandardCharsets.UTF_8))
                .post("/api/runs")
                .then()
                .statusCode(201)
                .body("requestedBy", equalTo("eda"));
    }

    @Test
    void anyNameOfTheServerWillDoSinceTheTokenProtects() {
        as("viewer").header("Host", "firn.example").get("/api/runs").then().statusCode(200);
    }

    @Test
    void aPersonIsSentToTheFormAndBackWithACookie() {
        given().redirects()
                .follow(false)
                .accept("text/html")
                .get("/")
                .then()
                .statusCode(303)
                .header("Location", containsString("/login?then=%2F"));
        given().get("/login").then().statusCode(200).body(containsString("<form method=\"post\" action=\"/login\">"));

        Response accepted = signIn(token("viewer"), "/runs/1");

        accepted.then().statusCode(303).header("Location", containsString("/runs/1"));
        assertThat(accepted.getHeader("Set-Cookie"))
                .containsIgnoringCase("HttpOnly")
                .contains("SameSite=Strict", "Path=/")
                .doesNotContain("Secure");
        String cookie = accepted.getCookie("firn-token");
        given().cookie("firn-token", cookie)
                .accept("text/html")
                .get("/")
                .then()
                .statusCode(200)
                .body(containsString("Runs"));
        given().cookie("firn-token", cookie).get("/login").then().body(containsString("<b>vic</b>"));
    }

    @Test
    void everyPageHasAWayOutForWhoIsSignedIn() {
        Browser browser = new Browser();
        browser.signIn(token("viewer"), "/").then().statusCode(303);
        Response page = browser.open("/");
        page.then()
                .statusCode(200)
                .body(containsString("action=\"/logout\""))
                .body(containsString("<span class=\"muted small\">vic</span>"));

        browser.withoutToken().post("/logout").then().statusCode(403);
        Response left = browser.withoutToken()
                .formParam("csrf-token", Browser.tokenIn(page))
                .post("/logout");

        left.then().statusCode(303);
        assertThat(left.getHeader("Set-Cookie")).contains("firn-token=", "Max-Age=0");
        browser.kept(left);
        browser.open("/").then().statusCode(303);
    }

    @Test
    void thePagesTokenBelongsToTheSession() {
        Browser browser = new Browser();
        String before = Browser.tokenIn(browser.open("/login"));
        browser.signIn(token("operator"), "/");

        browser.withoutToken()
                .header("X-CSRF-Token", before)
                .post("/api/runs/1/cancel")
                .then()
                .statusCode(403)
                .body("type", equalTo("https://firn.dev/problems/page-token"));
        browser.fromPage("/").post("/api/runs/1/cancel").then().statusCode(404);
    }

    @Test
    void aWrongTokenGetsTheFormAgainAndNoCookie() {
        Response refused = signIn("wrong", "/");

        refused.then().statusCode(401).body(containsString("none of this server"));
        assertThat(refused.getCookies()).doesNotContainKey("firn-token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example/", "//evil.example/", "/\\evil.example", "/%5Cevil.example", ""})
    void theFormSendsNobodyToAnotherServer(String then) {
        assertThat(signIn(token("viewer"), then).getHeader("Location"))
                .endsWith("/")
                .doesNotContain("evil");
    }

    @Test
    void behindTlsTheCookieIsForTlsOnly() {
        Response accepted = given().redirects()
                .follow(false)
                .header("X-Forwarded-Proto", "https")
                .formParam("token", token("viewer"))
                .post("/login");

        assertThat(accepted.getHeader("Set-Cookie")).contains("Secure");
    }

    @Test
    void otherSitesChangeNothingThroughAPersonsCookie() {
        given().cookie("firn-token", token("operator"))
                .header("Sec-Fetch-Site", "cross-site")
                .post("/api/runs/1/cancel")
                .then()
                .statusCode(403)
                .body("type", equalTo("https://firn.dev/problems/foreign-origin"));
        given().cookie("firn-token", token("operator"))
                .header("Origin", "http://evil.example")
                .post("/api/runs/1/cancel")
                .then()
                .statusCode(403);
        given().cookie("firn-token", token("operator"))
                .header("Sec-Fetch-Site", "same-origin")
                .post("/api/runs/1/cancel")
                .then()
                .statusCode(403)
                .body("type", equalTo("https://firn.dev/problems/page-token"));
        given().cookie("firn-token", token("operator"))
                .post("/api/runs/1/cancel")
                .then()
                .statusCode(403);
        given().header("Origin", "http://evil.example")
                .formParam("token", token("viewer"))
                .post("/login")
                .then()
                .statusCode(403);
    }

    @Test
    void aPartOfThePageThatIsFetchedAgainSendsThePersonToTheForm() {
        given().header("HX-Request", "true")
                .accept("text/html")
                .get("/fragments/runs")
                .then()
                .statusCode(401)
                .header("HX-Redirect", "/login");
    }

    private static Response signIn(String token, String then) {
        return given().redirects()
                .follow(false)
                .formParam("token", token)
                .formParam("then", then)
                .post("/login");
    }
}
