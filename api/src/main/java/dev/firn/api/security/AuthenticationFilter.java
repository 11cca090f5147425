package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Problem;
import dev.firn.api.http.ProblemWriter;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Asks every request for its token, right after the limits that hold for all; sends people to the form for it. */
@ApplicationScoped
public class AuthenticationFilter {
    private static final Logger LOG = Logger.getLogger(AuthenticationFilter.class);
    private static final int AFTER_THE_GUARD = 900;
    private static final Problem NOBODY_CAN_TELL = Problem.of(
            503,
            "provider-unavailable",
            "Nobody can tell who this is",
            "The OpenID Connect provider does not answer; try again in a moment");
    private static final Problem NOBODY_CAN_SIGN_IN = Problem.of(
            503,
            "provider-unavailable",
            "Nobody can sign in",
            "The OpenID Connect provider does not answer, or did not take what it gave before");

    private final Authentication authentication;
    private final OpenIdConnect provider;
    private final ProblemWriter problems;

    public AuthenticationFilter(Authentication authentication, OpenIdConnect provider, ProblemWriter problems) {
        this.authentication = requireNonNull(authentication, "authentication is null");
        this.provider = requireNonNull(provider, "provider is null");
        this.problems = requireNonNull(problems, "problems is null");
    }

    void register(@Observes Filters filters) {
        if (authentication.required()) {
            filters.register(this::filter, AFTER_THE_GUARD);
        }
    }

    private void filter(RoutingContext context) {
        Optional<String> presented = Authentication.presented(context.request());
        Optional<Identity> remembered = presented.flatMap(authentication::remembered);
        if (remembered.isPresent()) {
            decide(context, remembered);
        } else if (provider.concerns(context)) {
            provider.identify(context, finding -> decide(context, finding, presented));
        } else {
            lookUp(context, presented, identity -> decide(context, identity));
        }
    }

    private void lookUp(RoutingContext context, Optional<String> presented, Handler<Optional<Identity>> then) {
        if (presented.isEmpty()) {
            then.handle(Optional.empty());
            return;
        }
        context.vertx()
                .executeBlocking(() -> authentication.find(presented.get()), false)
                .onSuccess(then)
                .onFailure(failure -> unknown(context, failure));
    }

    /** Without the registry nobody can tell whose token it is. */
    private void unknown(RoutingContext context, Throwable failure) {
        LOG.warn("A token could not be looked up", failure);
        context.response().putHeader(HttpHeaders.RETRY_AFTER, "5");
        problems.refuse(
                context,
                Problem.of(503, "registry-unavailable", "The registry does not answer", "Try again in a moment"));
    }

    private void decide(RoutingContext context, OpenIdConnect.Finding finding, Optional<String> presented) {
        switch (finding) {
            case OpenIdConnect.Finding.Known known -> decide(context, Optional.of(known.identity()));
            case OpenIdConnect.Finding.Nobody nobody -> {
                if (provider.signsIn(context)) {
                    sendToProvider(context);
                } else {
                    lookUp(context, presented, identity -> decide(context, identity));
                }
            }
            case OpenIdConnect.Finding.Unanswered unanswered -> {
                // Or it answered that it does not take a code: the person gets another one there
                if (provider.signsIn(context)) {
                    sendToProvider(context);
                } else {
                    lookUp(context, presented, identity -> decideAlone(context, identity));
                }
            }
            case OpenIdConnect.Finding.Roleless roleless -> {
                // Sent to the provider again they would only come back
                if (authentication.isOpen(context) && !provider.signsIn(context)) {
                    context.next();
                } else {
                    problems.refuse(
                            context,
                            Problem.of(
                                    403,
                                    "no-role",
                                    "No role here",
                                    "The OpenID Connect provider knows " + roleless.name()
                                            + ", but gives none of the roles that FIRN_OIDC_ROLES names"));
                }
            }
        }
    }

    private void sendToProvider(RoutingContext context) {
        provider.send(context, () -> problems.refuse(context, NOBODY_CAN_SIGN_IN));
    }

    /** Without the provider: who is nobody here may be somebody there. */
    private void decideAlone(RoutingContext context, Optional<Identity> identity) {
        if (identity.isPresent() || authentication.isOpen(context)) {
            decide(context, identity);
        } else {
            context.response().putHeader(HttpHeaders.RETRY_AFTER, "5");
            problems.refuse(context, NOBODY_CAN_TELL);
        }
    }

    private void decide(RoutingContext context, Optional<Identity> identity) {
        Optional<Problem> problem = authentication.check(context, identity);
        if (problem.isEmpty()) {
            context.next();
            return;
        }
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        if (problem.get().status() == 401) {
            response.putHeader("WWW-Authenticate", "Bearer realm=\"firn\"");
            if ("true".equals(request.getHeader("HX-Request"))) {
                response.putHeader("HX-Redirect", LoginCookie.PATH);
            } else if (wantsPage(request)) {
                response.setStatusCode(303)
                        .putHeader(
                                HttpHeaders.LOCATION,
                                LoginCookie.PATH + "?then="
                                        + URLEncoder.encode(context.normalizedPath(), StandardCharsets.UTF_8))
                        .end();
                return;
            }
        }
        problems.refuse(context, problem.get());
    }

    private static boolean wantsPage(HttpServerRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return request.method().name().equals("GET") && accept != null && accept.contains("text/html");
    }
}
