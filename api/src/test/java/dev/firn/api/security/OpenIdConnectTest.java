package dev.firn.api.security;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;

import dev.firn.api.FirnTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.Base64;
import java.util.List;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(AuthenticationTest.WithTokens.class)
@WithTestResource(FirnTestResource.class)
class OpenIdConnectTest {
    private OidcProvider provider;

    private static RequestSpecification with(String token) {
        return given().redirects().follow(false).header("Authorization", "Bearer " + token);
    }

    @Test
    void aProgramIsKnownByTheProvidersTokenAndItsRole() {
        String viewer = provider.sign(provider.claims("vic", "everyone", "unknown"));
        String owner = provider.sign(provider.claims("eve", "everyone", "owners"));

        with(viewer).get("/api/runs").then().statusCode(200);
        with(viewer)
                .post("/api/runs/1/cancel")
                .then()
                .statusCode(403)
                .body("detail", containsString("vic has the role viewer"));
        with(viewer).get("/api/audit").then().statusCode(403);
        with(owner).get("/api/audit").then().statusCode(200);
        Response made = with(owner)
                .contentType("application/json")
                .body("{\"name\":\"robot\",\"role\":\"operator\"}")
                .post("/api/tokens");
        made.then().statusCode(201);
        with(made.path("token")).get("/api/runs").then().statusCode(200);
        with(owner).get("/api/tokens").then().body("items.find { it.name == 'robot' }.createdBy", equalTo("eve"));
    }

    @Test
    void aTokenThatIsNotTheProvidersForThisServerIsRefused() {
        JwtClaims forAnother = provider.claims("vic", "owners");
        forAnother.setAudience("another-server");
        JwtClaims old = provider.claims("vic", "owners");
        old.setExpirationTime(NumericDate.fromSeconds(1_000_000));
        JwtClaims ofAnother = provider.claims("vic", "owners");
        ofAnother.setIssuer("http://evil.example");
        JwtClaims endless = provider.claims("vic", "owners");
        endless.unsetClaim("exp");
        String right = provider.sign(provider.claims("vic", "owners"));
        String[] parts = right.split("\\.", -1);
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        String unsigned = encoder.encodeToString("{\"alg\":\"none\"}".getBytes(UTF_8)) + "." + parts[1] + ".";

        for (String wrong : List.of(
                provider.sign(forAnother),
                provider.sign(old),
                provider.sign(ofAnother),
                unsigned,
                parts[0] + "." + parts[1] + "." + new StringBuilder(parts[2]).reverse(),
                provider.sign(endless),
                "a.b.c")) {
            with(wrong)
                    .get("/api/runs")
                    .then()
                    .statusCode(401)
                    .contentType("application/problem+json")
                    .header("WWW-Authenticate", containsString("Bearer"));
        }
        with(right).get("/api/runs").then().statusCode(200);
        given().get("/api/runs").then().statusCode(401);
    }

    @Test
    void aPersonSignsInAtTheProviderAndOutHere() {
        Browser browser = new Browser();
        browser.open("/").then().statusCode(303).header("Location", containsString("/login"));
        browser.open("/login?then=/models")
                .then()
                .statusCode(200)
                .body(containsString("href=\"/login/oidc?then=/models\""));

        signIn(browser, "/login/oidc?then=/models").then().statusCode(303).header("Location", endsWith("/models"));

        browser.open("/").then().statusCode(200).body(containsString(">ada</span>"));
        browser.fromPage("/").post("/api/runs/1/cancel").then().statusCode(404);
        browser.withoutToken().post("/api/runs/1/cancel").then().statusCode(403);
        browser.open("/audit").then().statusCode(403);
        Response left = browser.kept(browser.withoutToken()
                .formParam("csrf-token", Browser.tokenIn(browser.open("/")))
                .post("/logout"));
        left.then().statusCode(303);
        browser.open("/").then().statusCode(303);
    }

    @Test
    void aCodeThatTheProviderDidNotGiveSignsNobodyIn() {
        Browser browser = new Browser();
        Response sent = browser.open("/login/oidc");
        String state = sent.getHeader("Location").replaceAll(".*[?&]state=([^&]*).*", "$1");

        Response again = browser.open("/login/oidc?code=guessed&state=" + state);

        again.then().statusCode(302).header("Location", containsString(provider.issuer() + "/authorize"));
        browser.open("/").then().statusCode(303);
        assertThat(new Browser().open("/login/oidc?code=guessed&state=guessed").statusCode())
                .isNotEqualTo(200);
    }

    @Test
    void aKeyThatTheProviderTakesNextIsFoundAndAStrangersIsNot() {
        with(provider.sign(provider.claims("vic", "everyone")))
                .get("/api/runs")
                .then()
                .statusCode(200);

        provider.rotate();

        with(provider.sign(provider.claims("vic", "everyone")))
                .get("/api/runs")
                .then()
                .statusCode(200);
        with(OidcProvider.sign(provider.claims("vic", "owners"), OidcProvider.newKey()))
                .get("/api/runs")
                .then()
                .statusCode(401);
    }

    @Test
    void whoHasNoneOfTheRolesIsToldSoAndNotSentRoundInCircles() {
        with(provider.sign(provider.claims("vic", "none-of-ours")))
                .get("/api/runs")
                .then()
                .statusCode(403)
                .contentType("application/problem+json")
                .body("type", equalTo("https://firn.dev/problems/no-role"))
                .body("detail", containsString("knows vic"));
        with(provider.sign(provider.claims("vic"))).get("/q/health").then().statusCode(200);

        provider.giveRoles("none-of-ours");
        try {
            Browser browser = new Browser();
            Response last = signIn(browser, "/login/oidc");
            last.then().statusCode(403).body("type", equalTo("https://firn.dev/problems/no-role"));
        } finally {
            provider.giveRoles("researchers", "everyone");
        }
    }

    @Test
    void behindTlsThePersonComesBackByTlsAndTheCookiesAreForItOnly() {
        Response sent = given().redirects()
                .follow(false)
                .header("X-Forwarded-Proto", "https")
                .header("Host", "firn.example")
                .get("/login/oidc");

        sent.then().statusCode(302).header("Location", containsString("redirect_uri=https%3A%2F%2Ffirn.example%2F"));
        assertThat(sent.getHeader("Set-Cookie"))
                .containsIgnoringCase("; Secure")
                .containsIgnoringCase("; HttpOnly");
    }

    /** Goes to the provider and back, as a browser does. */
    private Response signIn(Browser browser, String path) {
        Response sent = browser.open(path);
        sent.then().statusCode(302).header("Location", containsString(provider.issuer() + "/authorize"));
        Response back =
                given().redirects().follow(false).urlEncodingEnabled(false).get(sent.getHeader("Location"));
        back.then().statusCode(302).header("Location", containsString("/login/oidc?code="));
        Response exchanged = browser.open(local(back.getHeader("Location")));
        exchanged.then().statusCode(302);
        return browser.open(local(exchanged.getHeader("Location")));
    }

    private static String local(String address) {
        return address.replaceFirst("^https?://[^/]+", "");
    }
}
