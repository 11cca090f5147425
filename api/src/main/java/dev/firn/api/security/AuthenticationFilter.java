package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Problem;
import dev.firn.api.http.ProblemWriter;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Asks every request for its token, right after the limits that hold for all; sends people to the form for it. */
@ApplicationScoped
public class AuthenticationFilter {
    private static final int AFTER_THE_GUARD = 900;

    private final Authentication authentication;
    private final ProblemWriter problems;

    public AuthenticationFilter(Authentication authentication, ProblemWriter problems) {
        this.authentication = requireNonNull(authentication, "authentication is null");
        this.problems = requireNonNull(problems, "problems is null");
    }

    void register(@Observes Filters filters) {
        if (authentication.required()) {
            filters.register(this::filter, AFTER_THE_GUARD);
        }
    }

    private void filter(RoutingContext context) {
        Optional<Problem> problem = authentication.check(context);
        if (problem.isEmpty()) {
            context.next();
            return;
        }
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        // The body, if any, is not read: the connection cannot be used again.
        response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
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
        problems.write(response, problem.get());
    }

    private static boolean wantsPage(HttpServerRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return request.method().name().equals("GET") && accept != null && accept.contains("text/html");
    }
}
