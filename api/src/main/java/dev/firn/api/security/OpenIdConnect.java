package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Names;
import dev.firn.api.wiring.FirnConfiguration;
import io.quarkus.oidc.OIDCException;
import io.quarkus.security.AuthenticationRedirectException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticator;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Users of an OpenID Connect provider: programs send its tokens, people sign in at its page and come back with a session, which an
 * encrypted cookie holds. Discovery, keys and their rotation, and the exchange of codes are Quarkus's.
 */
@Singleton
public class OpenIdConnect {
    private static final Logger LOG = Logger.getLogger(OpenIdConnect.class);
    private static final String SESSION = "q_session";
    private static final Pattern SIGNED_TOKEN = Pattern.compile("[\\w-]+\\.[\\w-]+\\.[\\w-]*");
    private static final Pattern PART_OF_TOKEN = Pattern.compile("eyJ[\\w.-]*|claims->\\{.*\\}\\)");
    private static final String DETAILS = "Additional details: ";
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final int LONGEST_NAME = 200;

    private final boolean enabled;
    private final boolean signIn;
    private final Map<String, AccessRole> roles;
    private final HttpAuthenticator authenticator;

    public OpenIdConnect(FirnConfiguration configuration, HttpAuthenticator authenticator) {
        this.enabled = configuration.oidcIssuer().isPresent();
        this.signIn = enabled && configuration.oidcSignIn();
        this.roles = configuration.oidcRoles().map(OidcSettings::roles).orElse(Map.of());
        this.authenticator = requireNonNull(authenticator, "authenticator is null");
    }

    /** What the provider says of a request. */
    sealed interface Finding {
        /** It is nobody's whom the provider vouches for. */
        record Nobody() implements Finding {}

        /** Nobody can tell: the provider does not answer, or not as one. */
        record Unanswered() implements Finding {}

        /** It is somebody's who has none of the roles that count here. */
        record Roleless(String name) implements Finding {}

        /** It is somebody's who may use the server. */
        record Known(Identity identity) implements Finding {}
    }

    /** Whether a provider is configured. */
    boolean enabled() {
        return enabled;
    }

    /** Whether people can sign in with it at the page. */
    public boolean signIn() {
        return signIn;
    }

    /** Whether it is a person's request to sign in. */
    boolean signsIn(RoutingContext context) {
        return signIn && context.normalizedPath().equals(OidcSettings.PATH);
    }

    /** Whether a request presents something of the provider's. */
    boolean concerns(RoutingContext context) {
        if (!enabled) {
            return false;
        }
        Optional<String> bearer = Authentication.bearer(context.request());
        if (bearer.isPresent()) {
            return SIGNED_TOKEN.matcher(bearer.get()).matches();
        }
        return signsIn(context) || (signIn && hasSession(context.request()));
    }

    /** Whether the browser was given a session. */
    static boolean hasSession(HttpServerRequest request) {
        return request.cookies().stream().anyMatch(OpenIdConnect::ofSession);
    }

    private static boolean ofSession(Cookie cookie) {
        return cookie.getName().startsWith(SESSION);
    }

    /** Takes the session away. */
    static void removeSession(HttpServerRequest request) {
        for (Cookie cookie : request.cookies()) {
            if (ofSession(cookie)) {
                request.response()
                        .addCookie(Cookie.cookie(cookie.getName(), "")
                                .setPath("/")
                                .setHttpOnly(true)
                                .setMaxAge(0));
            }
        }
    }

    /**
     * Finds out whose request it is.
     *
     * @param then takes what was found. Not called when the answer was given here: a person who comes back from the provider is sent on
     */
    void identify(RoutingContext context, Consumer<Finding> then) {
        authenticator
                .attemptAuthentication(context)
                .subscribe()
                .with(identity -> then.accept(identity == null ? new Finding.Nobody() : found(identity)), failure -> {
                    if (failure instanceof AuthenticationRedirectException redirect) {
                        context.response()
                                .setStatusCode(redirect.getCode())
                                .putHeader(HttpHeaders.LOCATION, redirect.getRedirectUri())
                                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                                .end();
                        return;
                    }
                    if (ofProvider(failure)) {
                        LOG.warn("The OpenID Connect provider does not answer: " + reason(failure));
                        then.accept(new Finding.Unanswered());
                        return;
                    }
                    LOG.info("What was presented is none of the provider's: " + reason(failure));
                    then.accept(new Finding.Nobody());
                });
    }

    /** Whether it failed for the provider's sake, and not for that of what was presented. */
    private static boolean ofProvider(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OIDCException || cause instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    /** Why, without the token and what it says of a person, which the library puts into its message. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String said = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        int details = said.indexOf(DETAILS);
        String shown = details < 0 ? said : said.substring(details + DETAILS.length());
        return Names.shortened(PART_OF_TOKEN.matcher(shown).replaceAll("…"));
    }

    /** Sends a person to the provider. */
    void send(RoutingContext context, Runnable otherwise) {
        authenticator
                .sendChallenge(context)
                .subscribe()
                .with(
                        sent -> {
                            if (!context.response().ended()) {
                                if (sent && context.response().getStatusCode() / 100 == 3) {
                                    context.response().end();
                                } else {
                                    otherwise.run();
                                }
                            }
                        },
                        failure -> {
                            LOG.warn("The OpenID Connect provider does not answer", failure);
                            otherwise.run();
                        });
    }

    private Finding found(SecurityIdentity identity) {
        if (identity.isAnonymous()) {
            return new Finding.Nobody();
        }
        String given = CONTROL.matcher(identity.getPrincipal().getName()).replaceAll("?");
        String name = given.length() <= LONGEST_NAME ? given : given.substring(0, LONGEST_NAME);
        return identity.getRoles().stream()
                .filter(roles::containsKey)
                .map(roles::get)
                .max(Comparator.naturalOrder())
                .<Finding>map(role -> new Finding.Known(new Identity(name, role)))
                .orElseGet(() -> new Finding.Roleless(name));
    }
}
