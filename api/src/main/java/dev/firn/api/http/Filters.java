package dev.firn.api.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;

/**
 * What happens to every request before anything else: foreign hosts and origins and oversized bodies are refused, and
 * the security headers are set. Also turns what no resource answers into problems.
 */
@ApplicationScoped
public class Filters {
    private static final int FIRST = 1_000;

    // htmx needs nothing inline: its indicator styles and its eval are turned off in the page.
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private final ObjectMapper json;

    public Filters(ObjectMapper json) {
        this.json = requireNonNull(json, "json is null");
    }

    void register(@Observes io.quarkus.vertx.http.runtime.filters.Filters filters) {
        filters.register(this::guard, FIRST);
    }

    void register(@Observes Router router) {
        for (int status : new int[] {400, 404, 405, 406, 413, 415, 500}) {
            router.errorHandler(status, context -> fallback(context, status));
        }
    }

    private void guard(RoutingContext context) {
        HttpServerResponse response = context.response();
        response.putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
        Optional<Problem> problem = HostGuard.check(context.request());
        if (problem.isEmpty()) {
            problem = tooLarge(context);
        }
        if (problem.isPresent()) {
            // The body, if any, is not read: the connection cannot be used again.
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            answer(response, problem.get());
            return;
        }
        context.next();
    }

    private static Optional<Problem> tooLarge(RoutingContext context) {
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            return Optional.empty();
        }
        long limit = BodyLimits.of(context.request().path());
        try {
            return Long.parseLong(length) > limit ? Optional.of(Problem.tooLarge(limit)) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.of(Problem.badRequest("Content-Length is not a number"));
        }
    }

    private void fallback(RoutingContext context, int status) {
        if (context.response().ended() || context.response().headWritten()) {
            return;
        }
        String path = Names.shortened(context.request().path());
        answer(context.response(), Problems.ofStatus(status, context.request().method() + " " + path));
    }

    private void answer(HttpServerResponse response, Problem problem) {
        try {
            response.setStatusCode(problem.status())
                    .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                    .end(json.writeValueAsString(problem));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A problem must be writable as JSON", e);
        }
    }
}
