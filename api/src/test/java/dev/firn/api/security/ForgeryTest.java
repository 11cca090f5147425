package dev.firn.api.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.firn.api.FirnTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Without authentication; {@link AuthenticationTest} sees to the same with it. */
@QuarkusTest
@WithTestResource(FirnTestResource.class)
class ForgeryTest {
    private final String change = "/api/runs/" + UUID.randomUUID() + "/cancel";

    @Test
    void aBrowserChangesSomethingOnlyWithThePagesToken() {
        Browser browser = new Browser();
        Response page = browser.open("/");

        assertThat(page.getHeader("Set-Cookie"))
                .contains("firn-csrf=", "SameSite=Strict", "Path=/")
                .containsIgnoringCase("HttpOnly");
        assertThat(page.asString())
                .contains("<body hx-headers='{\"X-CSRF-Token\":\"" + Browser.tokenIn(page) + "\"}'>");
        browser.fromPage("/").post(change).then().statusCode(404);
        browser.withoutToken()
                .post(change)
                .then()
                .statusCode(403)
                .contentType("application/problem+json")
                .body("type", equalTo("https://firn.dev/problems/page-token"));
    }

    @Test
    void theTokenOfAnotherBrowsersPageIsNone() {
        String others = Browser.tokenIn(new Browser().open("/"));
        Browser browser = new Browser();
        browser.open("/");

        browser.withoutToken()
                .header("X-CSRF-Token", others)
                .post(change)
                .then()
                .statusCode(403);
        browser.withoutToken().header("X-CSRF-Token", "").delete(change).then().statusCode(403);
        given().header("Origin", "http://localhost:" + port())
                .header("X-CSRF-Token", others)
                .post(change)
                .then()
                .statusCode(403);
    }

    @Test
    void thePageKeepsItsTokenWhileTheBrowserKeepsItsCookie() {
        Browser browser = new Browser();

        String first = Browser.tokenIn(browser.open("/"));
        Response second = browser.open("/");

        assertThat(Browser.tokenIn(second)).isEqualTo(first);
        assertThat(second.getHeader("Set-Cookie")).isNull();
    }

    @Test
    void aCookieThatIsNoneIsReplaced() {
        Response page =
                given().cookie("firn-csrf", "guessed").accept("text/html").get("/");

        assertThat(page.getCookie("firn-csrf")).hasSize(43);
    }

    @Test
    void otherSitesChangeNothingEvenWithAToken() {
        Browser browser = new Browser();
        String token = Browser.tokenIn(browser.open("/"));

        for (String site : new String[] {"cross-site", "same-site", "anything"}) {
            given().cookies(browser.cookies())
                    .header("Sec-Fetch-Site", site)
                    .header("X-CSRF-Token", token)
                    .post(change)
                    .then()
                    .statusCode(403)
                    .body("type", equalTo("https://firn.dev/problems/foreign-origin"));
        }
    }

    @Test
    void programsAreNotAsked() {
        given().post(change).then().statusCode(404);
    }

    @Test
    void aFormsTokenDoesNotOpenWhatIsForPrograms() {
        Browser browser = new Browser();
        String token = Browser.tokenIn(browser.open("/"));

        browser.withoutToken()
                .formParam("csrf-token", token)
                .post(change)
                .then()
                .statusCode(403);
    }

    @Test
    void aStalePageIsLoadedAgain() {
        Browser browser = new Browser();
        browser.open("/");

        browser.withoutToken()
                .header("HX-Request", "true")
                .post(change)
                .then()
                .statusCode(403)
                .header("HX-Refresh", "true");
    }

    private static int port() {
        return io.restassured.RestAssured.port;
    }
}
