package dev.firn.api.http;

import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Refuses requests that a foreign web page makes through the browser of a person on this machine.
 *
 * <p>Without authentication the server listens on loopback only, but a page on the internet can still reach it: by a
 * name of its own that it lets resolve to 127.0.0.1 (DNS rebinding; then {@code Host} is that name), or by a request
 * across origins (then {@code Origin} is the page's). Programs send neither and are let through.
 */
final class HostGuard {
    private static final Pattern LOOPBACK_ADDRESS = Pattern.compile("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");

    private HostGuard() {}

    /** What is wrong with the request's {@code Host} or {@code Origin}, if anything. */
    static Optional<Problem> check(HttpServerRequest request) {
        String authority =
                request.authority() == null ? "" : request.authority().toString();
        return check(authority, request.getHeader("Origin"));
    }

    /**
     * What is wrong, if anything.
     *
     * @param authority the {@code Host}, with its port when it has one
     * @param origin the {@code Origin}, or null
     */
    static Optional<Problem> check(String authority, String origin) {
        if (!isLoopback(hostOf(authority))) {
            return Optional.of(Problem.of(
                    421,
                    "foreign-host",
                    "Not this server's name",
                    "Without authentication only loopback names are served; Host was '" + Names.shortened(authority)
                            + "'"));
        }
        if (origin == null) {
            return Optional.empty();
        }
        if (!authority.toLowerCase(Locale.ROOT).equals(authorityOf(origin))) {
            return Optional.of(Problem.of(
                    403,
                    "foreign-origin",
                    "Not this server's page",
                    "Without authentication only the server's own page may send requests; Origin was '"
                            + Names.shortened(origin) + "'"));
        }
        return Optional.empty();
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.equals("[::1]")
                || LOOPBACK_ADDRESS.matcher(host).matches();
    }

    /** The host of an authority in lower case; empty when it is not one. */
    private static String hostOf(String authority) {
        String lower = authority.toLowerCase(Locale.ROOT);
        int end = lower.startsWith("[") ? lower.indexOf(']') + 1 : lower.indexOf(':');
        String port = end < 0 ? "" : lower.substring(end);
        if (!port.isEmpty() && !port.matches(":\\d{1,5}")) {
            return "";
        }
        return end < 0 ? lower : lower.substring(0, end);
    }

    private static String authorityOf(String origin) {
        try {
            URI uri = new URI(origin);
            String authority = uri.getRawAuthority();
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            return web && authority != null ? authority.toLowerCase(Locale.ROOT) : "";
        } catch (URISyntaxException e) {
            return "";
        }
    }
}
