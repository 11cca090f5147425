package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.Problem;
import dev.firn.api.http.ProblemWriter;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.MediaType;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Refuses what another site makes a person's browser send. A change that a browser sends must come from this server's own page
 * ({@code Sec-Fetch-Site}, {@code Origin}) and carry that page's {@link PageToken}: as the header that the page adds to what it
 * sends by script, or as a field of a plain form. With or without authentication.
 *
 * <p>Programs are not asked: they send no cookie and name no origin, and nobody can make them send a request.
 */
@ApplicationScoped
public class ForgeryFilter {
    private static final int AFTER_THE_GUARD = 950;
    private static final Set<String> OWN_PAGE = Set.of("same-origin", "none");
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    /** Programs and scripts speak to these; only pages take forms. */
    private static final Pattern FOR_PROGRAMS = Pattern.compile("/(api|v1|q)(/.*)?");

    private final ProblemWriter problems;

    public ForgeryFilter(ProblemWriter problems) {
        this.problems = requireNonNull(problems, "problems is null");
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, AFTER_THE_GUARD);
    }

    private void filter(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (READING.contains(request.method().name())
                || Authentication.bearer(request).isPresent()
                || !ofBrowser(request)) {
            context.next();
        } else if (!fromOwnPage(request)) {
            refuse(
                    context,
                    "foreign-origin",
                    "Not this server's page",
                    "What a browser sends must come from this server's own page; programs send Authorization: Bearer");
        } else if (Optional.ofNullable(request.getHeader(PageToken.HEADER))
                .filter(presented -> PageToken.accepts(request, presented))
                .isPresent()) {
            context.next();
        } else if (isForm(context)) {
            checkForm(context);
        } else {
            refuseToken(context);
        }
    }

    private void checkForm(RoutingContext context) {
        HttpServerRequest request = context.request();
        AtomicLong bytes = new AtomicLong();
        request.setExpectMultipart(true);
        request.exceptionHandler(failure -> {
            if (!context.response().ended()) {
                problems.refuse(context, Problem.badRequest("The form cannot be read"));
            }
        });
        request.handler(part -> {
            if (bytes.addAndGet(part.length()) > BodyLimits.SMALL
                    && !context.response().ended()) {
                problems.refuse(context, Problem.tooLarge(BodyLimits.SMALL));
            }
        });
        request.endHandler(end -> {
            if (context.response().ended()) {
                return;
            }
            String presented = request.getFormAttribute(PageToken.FIELD);
            if (presented != null && PageToken.accepts(request, presented)) {
                context.next();
            } else {
                refuseToken(context);
            }
        });
        request.resume();
    }

    private void refuseToken(RoutingContext context) {
        if ("true".equals(context.request().getHeader("HX-Request"))) {
            // A page from before the browser's cookies were lost: fetched again it has the right token
            context.response().putHeader("HX-Refresh", "true");
        }
        refuse(
                context,
                "page-token",
                "Not sent by this server's page",
                "What a browser sends must carry the page's token, as the header " + PageToken.HEADER
                        + " or the form's field " + PageToken.FIELD + "; load the page again");
    }

    private void refuse(RoutingContext context, String slug, String title, String detail) {
        problems.refuse(context, Problem.of(403, slug, title, detail));
    }

    private static boolean isForm(RoutingContext context) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        return type != null
                && type.toLowerCase(Locale.ROOT).startsWith(MediaType.APPLICATION_FORM_URLENCODED)
                && !FOR_PROGRAMS.matcher(context.normalizedPath()).matches();
    }

    /** Browsers name an origin with whatever changes something; and only they have been given cookies. */
    private static boolean ofBrowser(HttpServerRequest request) {
        return request.getHeader("Sec-Fetch-Site") != null
                || request.getHeader("Origin") != null
                || LoginCookie.read(request).isPresent()
                || OpenIdConnect.hasSession(request)
                || request.getCookie(PageToken.COOKIE) != null;
    }

    private static boolean fromOwnPage(HttpServerRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return OWN_PAGE.contains(site.toLowerCase(Locale.ROOT));
        }
        String origin = request.getHeader("Origin");
        return origin == null
                || (request.authority() != null
                        && origin.toLowerCase(Locale.ROOT)
                                .matches("https?://\\Q"
                                        + request.authority().toString().toLowerCase(Locale.ROOT) + "\\E"));
    }
}
