package dev.firn.api.http;

import static java.util.Objects.requireNonNull;

import dev.firn.api.security.Authentication;
import dev.firn.api.security.Encryption;
import dev.firn.api.wiring.FirnConfiguration;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What happens to every request before anything else: without tokens foreign hosts and origins are refused, with or
 * without them oversized bodies; and the security headers are set. Also turns what no resource answers into problems.
 */
@ApplicationScoped
public class Filters {
    private static final int FIRST = 1_000;

    // Nothing in a page is inline: htmx's indicator styles and its eval are turned off; scripts set styles one by one.
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /** What a worker answers: whether it lives, and its metrics. */
    private static final Pattern OPERATIONS = Pattern.compile("/q/(health(/.*)?|metrics)");

    private final boolean guarded;
    private final boolean operationsOnly;
    private final ProblemWriter problems;

    public Filters(FirnConfiguration configuration, Authentication authentication, ProblemWriter problems) {
        this.guarded = !authentication.required();
        this.operationsOnly = !configuration.role().servesHttp();
        this.problems = requireNonNull(problems, "problems is null");
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
                .putHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
        if (Encryption.of(context.request())) {
            response.putHeader("Strict-Transport-Security", "max-age=31536000");
        }
        Optional<Problem> problem = guarded ? HostGuard.check(context.request()) : Optional.empty();
        if (problem.isEmpty()
                && operationsOnly
                && !OPERATIONS.matcher(context.normalizedPath()).matches()) {
            problem = Optional.of(Problem.notFound("A worker answers /q/health and /q/metrics only"));
        }
        if (problem.isEmpty() && context.request().path().indexOf(';') >= 0) {
            // Resources would not see it, rules about paths would; in a name it comes as %3B
            problem = Optional.of(Problem.badRequest("A path has no ';'"));
        }
        if (problem.isEmpty()) {
            problem = tooLarge(context);
        }
        if (problem.isPresent()) {
            problems.refuse(context, problem.get());
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
        problems.write(context, Problems.ofStatus(status, context.request().method() + " " + path));
    }
}
