package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Problem;
import dev.firn.api.http.ProblemWriter;
import dev.firn.api.wiring.FirnConfiguration;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Lets each caller send so many requests a second: who is known by a token, by its holder's name; everybody else, and whoever tries
 * tokens, by address. Without authentication there is no limit unless one is set.
 */
@ApplicationScoped
public class RateFilter {
    private static final int BEFORE_AUTHENTICATION = 925;
    private static final int USUAL = 100;

    private final Authentication authentication;
    private final ProblemWriter problems;
    private final Optional<RateLimiter> limiter;

    public RateFilter(FirnConfiguration configuration, Authentication authentication, ProblemWriter problems) {
        this.authentication = requireNonNull(authentication, "authentication is null");
        this.problems = requireNonNull(problems, "problems is null");
        int perSecond = configuration.rateLimit().orElse(authentication.required() ? USUAL : 0);
        this.limiter = perSecond == 0 ? Optional.empty() : Optional.of(new RateLimiter(perSecond, System::nanoTime));
    }

    void register(@Observes Filters filters) {
        limiter.ifPresent(limit -> filters.register(context -> filter(context, limit), BEFORE_AUTHENTICATION));
    }

    private void filter(RoutingContext context, RateLimiter limit) {
        HttpServerRequest request = context.request();
        String caller = Authentication.presented(request)
                .flatMap(authentication::remembered)
                .map(identity -> "name " + identity.name())
                .orElseGet(() -> "address "
                        + (request.remoteAddress() == null
                                ? ""
                                : request.remoteAddress().hostAddress()));
        OptionalLong seconds = limit.take(caller);
        if (seconds.isEmpty()) {
            context.next();
            return;
        }
        context.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds.getAsLong()));
        problems.refuse(
                context,
                Problem.of(
                        429,
                        "too-many-requests",
                        "Too many requests",
                        "Try again in " + seconds.getAsLong()
                                + " s; the operator sets the limit with FIRN_RATE_LIMIT"));
    }
}
