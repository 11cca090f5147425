package dev.firn.api.security;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends requests as a browser does: with the cookies it was given, an origin, and the token of the page it looks at. */
final class Browser {
    private static final Pattern TOKEN = Pattern.compile("<meta name=\"csrf-token\" content=\"([^\"]+)\">");

    private final Map<String, String> cookies = new LinkedHashMap<>();

    /** Looks at a page, whose address is encoded where that is needed. */
    Response open(String path) {
        return kept(given().redirects()
                .follow(false)
                .urlEncodingEnabled(false)
                .cookies(cookies)
                .header("Sec-Fetch-Site", "none")
                .accept("text/html")
                .get(path));
    }

    /** The token in a page. */
    static String tokenIn(Response page) {
        Matcher matcher = TOKEN.matcher(page.asString());
        if (!matcher.find()) {
            throw new AssertionError("The page has no token: " + page.asString());
        }
        return matcher.group(1);
    }

    /** A request from this server's page, without the page's token. */
    RequestSpecification withoutToken() {
        return given().redirects().follow(false).cookies(cookies).header("Sec-Fetch-Site", "same-origin");
    }

    /** A request from this server's page with its token, as a script sends it. */
    RequestSpecification fromPage(String path) {
        String token = tokenIn(open(path));
        return withoutToken().header(PageToken.HEADER, token);
    }

    /** Signs in by the form. */
    Response signIn(String token, String then) {
        String pageToken = tokenIn(open("/login"));
        return kept(withoutToken()
                .formParam(PageToken.FIELD, pageToken)
                .formParam("token", token)
                .formParam("then", then)
                .post("/login"));
    }

    Map<String, String> cookies() {
        return Map.copyOf(cookies);
    }

    Response kept(Response response) {
        cookies.putAll(response.getCookies());
        return response;
    }
}
