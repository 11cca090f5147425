package dev.firn.api.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.firn.api.FirnTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(OpenIdConnectTest.WithProvider.class)
@WithTestResource(FirnTestResource.class)
@WithTestResource(OpenIdConnectTest.Provider.class)
class OpenIdConnectTest {
    /** A start of the application of its own. */
    public static final class WithProvider implements QuarkusTestProfile {}

    /** The provider, and what the server's environment says of it. */
    public static final class Provider implements QuarkusTestResourceLifecycleManager {
        private static OidcProvider running;

        @Override
        public Map<String, String> start() {
            running = new OidcProvider();
            return new HashMap<>(OidcSettings.read(Map.of(
                            "FIRN_OIDC_ISSUER",
                            running.issuer(),
                            "FIRN_OIDC_CLIENT_ID",
                            OidcProvider.CLIENT,
                            "FIRN_OIDC_CLIENT_SECRET",
                            OidcProvider.SECRET,
                            "FIRN_OIDC_ROLES",
                            "everyone=viewer,researchers=operator,owners=admin"))
                    .orElseThrow()
                    .properties());
        }

        @Override
        public void inject(Object test) {
            ((OpenIdConnectTest) test).provider = running;
        }

        @Override
        public void stop() {
            if (running != null) {
                running.close();
            }
        }
    }

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
        String right = provider.sign(provider.claims("vic", "owners"));
        String[] parts = right.split("\\.", -1);
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        String unsigned = encoder.encodeToString("{\"alg\":\"none\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                + "." + parts[1] + ".";

        for (String wrong : List.of(
                provider.sign(forAnother),
                provider.sign(old),
                provider.sign(ofAnother),
                OidcProvider.sign(provider.claims("vic", "owners"), OidcProvider.newKey()),
                unsigned,
                parts[0] + "." + parts[1] + "." + new StringBuilder(parts[2]).reverse(),
                provider.sign(provider.claims("vic", "none-of-ours")),
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
        browser.open("/login").then().statusCode(200).body(containsString("href=\"/login/oidc\""));

        Response sent = browser.open("/login/oidc");
        sent.then().statusCode(302).header("Location", containsString(provider.issuer() + "/authorize"));
        Response back =
                given().redirects().follow(false).urlEncodingEnabled(false).get(sent.getHeader("Location"));
        back.then().statusCode(302).header("Location", containsString("/login/oidc?code="));
        Response exchanged = browser.open(local(back.getHeader("Location")));
        exchanged.then().statusCode(302);
        browser.open(local(exchanged.getHeader("Location"))).then().statusCode(303);

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

        int status = browser.open("/login/oidc?code=guessed&state=" + state).statusCode();

        assertThat(status).isNotEqualTo(200);
        browser.open("/").then().statusCode(303);
        assertThat(new Browser().open("/login/oidc?code=guessed&state=guessed").statusCode())
                .isNotEqualTo(200);
    }

    @Test
    void aKeyThatTheProviderTakesNextIsFound() {
        with(provider.sign(provider.claims("vic", "everyone")))
                .get("/api/runs")
                .then()
                .statusCode(200);

        provider.rotate();

        with(provider.sign(provider.claims("vic", "everyone")))
                .get("/api/runs")
                .then()
                .statusCode(200);
    }

    private static String local(String address) {
        return address.replaceFirst("^https?://[^/]+", "");
    }
}
