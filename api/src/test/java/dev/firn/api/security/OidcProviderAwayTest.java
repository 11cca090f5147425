package dev.firn.api.security;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.firn.api.FirnTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(OidcProviderAwayTest.Away.class)
@WithTestResource(FirnTestResource.class)
class OidcProviderAwayTest {
    /** A server that asks for tokens, and can ask the provider nothing. */
    public static final class Away implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(OidcProviderResource.class, Map.of(OidcProviderResource.AWAY, "")));
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            return new AuthenticationTest.WithTokens().getConfigOverrides();
        }
    }

    private OidcProvider provider;

    private static RequestSpecification with(String token) {
        return given().redirects().follow(false).header("Authorization", "Bearer " + token);
    }

    @Test
    void nobodyIsTurnedAwayForWhatOnlyTheProviderKnowsAndAllIsWellWhenItIsBack() {
        String signed = provider.sign(provider.claims("vic", "everyone"));

        for (String path : List.of("/api/runs", "/")) {
            with(signed)
                    .get(path)
                    .then()
                    .statusCode(503)
                    .header("Retry-After", "5")
                    .body("type", equalTo("https://firn.dev/problems/provider-unavailable"))
                    .body("detail", containsString("does not answer"));
        }
        with(signed).get("/q/health").then().statusCode(200);
        with("not-signed").get("/api/runs").then().statusCode(401);
        given().redirects().follow(false).get("/login/oidc").then().statusCode(503);

        try (OidcProvider back = provider.again()) {
            with(back.sign(back.claims("vic", "everyone")))
                    .get("/api/runs")
                    .then()
                    .statusCode(200);
        }
    }
}
