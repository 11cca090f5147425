package dev.firn.api.security;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/**
 * The cookie by which a browser presents its token. Scripts cannot read it, and browsers do not send it along with
 * requests that other sites make; it ends with the browser.
 */
public final class LoginCookie {
    /** Where a person presents a token for the cookie. */
    public static final String PATH = "/login";

    private static final String NAME = "firn-token";

    private LoginCookie() {}

    /** The token that the request's cookie holds. */
    static Optional<String> read(HttpServerRequest request) {
        Cookie cookie = request.getCookie(NAME);
        return cookie == null || cookie.getValue().isEmpty() ? Optional.empty() : Optional.of(cookie.getValue());
    }

    /** Gives the browser the cookie. */
    public static void write(HttpServerRequest request, String token) {
        request.response().addCookie(cookie(request, token));
    }

    /** Takes it away. */
    public static void remove(HttpServerRequest request) {
        request.response().addCookie(cookie(request, "").setMaxAge(0));
    }

    private static Cookie cookie(HttpServerRequest request, String value) {
        return Cookie.cookie(NAME, value)
                .setPath("/")
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT)
                .setSecure(Encryption.of(request));
    }
}
