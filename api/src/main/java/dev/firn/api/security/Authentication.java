package dev.firn.api.security;

import dev.firn.api.http.Problem;
import dev.firn.api.wiring.FirnConfiguration;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Decides whether a request may go on when tokens are configured: who sends it ({@code Authorization: Bearer}, or the
 * page's cookie), and whether that token's role may do it.
 */
@Singleton
public class Authentication {
    private static final String BEARER = "Bearer ";

    private final ApiTokens tokens;

    public Authentication(FirnConfiguration configuration) {
        this.tokens = configuration.apiTokens().map(ApiTokens::parse).orElse(ApiTokens.NONE);
    }

    /** Whether a token is asked for. */
    public boolean required() {
        return tokens.required();
    }

    /** The token that was presented, if it is one of this server's. */
    public Optional<ApiToken> find(String presented) {
        return tokens.find(presented);
    }

    /** Why the request may not go on, if it may not; if it may, its {@link Caller} is known from here on. */
    public Optional<Problem> check(RoutingContext context) {
        HttpServerRequest request = context.request();
        String method = request.method().name();
        Optional<AccessRole> required = AccessRules.required(method, context.normalizedPath());
        Optional<String> bearer = bearer(request);
        Optional<ApiToken> token = bearer.or(() -> LoginCookie.read(request)).flatMap(tokens::find);
        token.ifPresent(found -> Caller.remember(context, found));
        if (required.isEmpty()) {
            return Optional.empty();
        }
        if (token.isEmpty()) {
            return Optional.of(Problem.of(
                    401,
                    "not-authenticated",
                    "Not authenticated",
                    bearer.isPresent()
                            ? "This token is none of this server's"
                            : "This server asks for a token: Authorization: Bearer TOKEN"));
        }
        return token.get().role().includes(required.get())
                ? Optional.empty()
                : Optional.of(Problem.of(
                        403,
                        "role-too-low",
                        "The role does not allow it",
                        "The token of " + token.get().name() + " is a "
                                + token.get().role().word() + "'s; this needs the role "
                                + required.get().word()));
    }

    /** The token that a program sends. */
    static Optional<String> bearer(HttpServerRequest request) {
        String header = request.getHeader("Authorization");
        return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? Optional.of(header.substring(BEARER.length()).strip())
                : Optional.empty();
    }
}
