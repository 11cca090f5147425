package dev.firn.api.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.firn.api.FirnTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(RateFilterTest.WithLimit.class)
@WithTestResource(FirnTestResource.class)
class RateFilterTest {
    /** Tokens, and one request a second. */
    public static final class WithLimit implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> overrides = new HashMap<>(new AuthenticationTest.WithTokens().getConfigOverrides());
            overrides.put("firn.rate-limit", "1");
            return overrides;
        }
    }

    @Test
    void whoSendsTooMuchIsToldWhenToTryAgainAndNobodyElseIs() {
        Response last = null;
        for (int i = 0; i < 200 && (last == null || last.statusCode() != 429); i++) {
            last = as("viewer").get("/v1/models");
        }

        assertThat(last).isNotNull();
        last.then()
                .statusCode(429)
                .contentType("application/problem+json")
                .header("Retry-After", notNullValue())
                .body("type", equalTo("https://firn.dev/problems/too-many-requests"))
                .body("error.code", equalTo("too-many-requests"));
        as("operator").get("/api/runs?limit=1").then().statusCode(200);
    }

    private static io.restassured.specification.RequestSpecification as(String role) {
        return given().header("Authorization", "Bearer " + AuthenticationTest.token(role));
    }
}
