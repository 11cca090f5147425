package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Problem;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Decides whether a request may go on when tokens or an OpenID Connect provider are configured: who sends it ({@code
 * Authorization: Bearer}, or the page's cookie), and whether their role may do it.
 */
@Singleton
public class Authentication {
    private static final String BEARER = "Bearer ";

    private final Tokens tokens;
    private final OpenIdConnect provider;

    public Authentication(Tokens tokens, OpenIdConnect provider) {
        this.tokens = requireNonNull(tokens, "tokens is null");
        this.provider = requireNonNull(provider, "provider is null");
    }

    /** Whether anybody is asked who they are. */
    public boolean required() {
        return tokens.configured() || provider.enabled();
    }

    /**
     * Whose token was presented, if it is one of this server's.
     *
     * @throws dev.firn.registry.RegistryUnavailableException when the registry, which knows, does not answer
     */
    public Optional<Identity> find(String presented) {
        return tokens.find(presented);
    }

    /** Whose token was presented, if that is known without asking the registry. */
    Optional<Identity> remembered(String presented) {
        return tokens.remembered(presented);
    }

    /** What the request presents to show whose it is. */
    static Optional<String> presented(HttpServerRequest request) {
        return bearer(request).or(() -> LoginCookie.read(request));
    }

    /** The token that a program sends. */
    static Optional<String> bearer(HttpServerRequest request) {
        String header = request.getHeader("Authorization");
        return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? Optional.of(header.substring(BEARER.length()).strip())
                : Optional.empty();
    }

    /** Whether anybody may do what is asked. */
    boolean isOpen(RoutingContext context) {
        return required(context).isEmpty();
    }

    private static Optional<AccessRole> required(RoutingContext context) {
        return AccessRules.required(context.request().method().name(), context.normalizedPath());
    }

    /**
     * Why the request may not go on, if it may not; if it may, its {@link Caller} is known from here on.
     *
     * @param identity whose request it is, if that is known
     */
    Optional<Problem> check(RoutingContext context, Optional<Identity> identity) {
        identity.ifPresent(found -> Caller.remember(context, found));
        Optional<AccessRole> required = required(context);
        if (required.isEmpty()) {
            return Optional.empty();
        }
        if (identity.isEmpty()) {
            return Optional.of(Problem.of(
                    401,
                    "not-authenticated",
                    "Not authenticated",
                    bearer(context.request()).isPresent()
                            ? "This token is none of this server's"
                            : "This server asks for a token: Authorization: Bearer TOKEN"));
        }
        return identity.get().role().includes(required.get())
                ? Optional.empty()
                : Optional.of(Problem.of(
                        403,
                        "role-too-low",
                        "The role does not allow it",
                        identity.get().name() + " has the role "
                                + identity.get().role().word() + "; this needs the role "
                                + required.get().word()));
    }
}
