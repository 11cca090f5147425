package dev.firn.api.security;

import dev.firn.registry.Digest;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The token that the server writes into its pages and asks for again with every change that a browser sends, so that no other
 * site can make a person's browser change something (cross-site request forgery).
 *
 * <p>It is the SHA-256 of a random cookie that scripts cannot read, together with the cookie of the person's session: another
 * site can neither read the page nor the cookies, so it cannot know it. The server keeps nothing, so every replica accepts it, and
 * it outlives a restart.
 */
public final class PageToken {
    /** The header in which the page's scripts send it. */
    public static final String HEADER = "X-CSRF-Token";

    /** The field in which a form sends it. */
    public static final String FIELD = "csrf-token";

    /** The cookie that it is made from. */
    static final String COOKIE = "firn-csrf";

    private static final int BYTES = 32;
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private PageToken() {}

    /** The token for a page that answers this request; gives the browser the cookie when it has none yet. */
    static String forPage(HttpServerRequest request) {
        Optional<String> known = secret(request);
        if (known.isPresent()) {
            return token(request, known.get());
        }
        byte[] random = new byte[BYTES];
        RANDOM.nextBytes(random);
        String made = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        request.response()
                .addCookie(Cookie.cookie(COOKIE, made)
                        .setPath("/")
                        .setHttpOnly(true)
                        .setSameSite(CookieSameSite.STRICT)
                        .setSecure(Encryption.of(request)));
        return token(request, made);
    }

    /** Whether what came with a request is the token of the page that this server gave the same browser. */
    static boolean accepts(HttpServerRequest request, String presented) {
        return secret(request)
                .map(secret -> MessageDigest.isEqual(
                        token(request, secret).getBytes(StandardCharsets.UTF_8),
                        presented.getBytes(StandardCharsets.UTF_8)))
                .orElse(false);
    }

    private static Optional<String> secret(HttpServerRequest request) {
        return Optional.ofNullable(request.getCookie(COOKIE))
                .map(Cookie::getValue)
                .filter(value -> SECRET.matcher(value).matches());
    }

    private static String token(HttpServerRequest request, String secret) {
        String session = LoginCookie.read(request).orElse("");
        return Digest.of((COOKIE + "\n" + secret + "\n" + session).getBytes(StandardCharsets.UTF_8))
                .hex();
    }
}
