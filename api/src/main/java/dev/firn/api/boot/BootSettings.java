package dev.firn.api.boot;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.submission.DataFolders;
import dev.firn.api.security.ApiTokens;
import dev.firn.api.security.OidcSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * What the environment says about a start.
 *
 * @param home the folder with everything that Firn keeps ({@code FIRN_HOME}, else {@code ./.firn})
 * @param host the address to serve on ({@code FIRN_HTTP_HOST}, else 127.0.0.1)
 * @param port the port to serve on ({@code FIRN_HTTP_PORT}, else 8080; a worker's is {@code FIRN_WORKER_HTTP_PORT}); 0
 *     takes a free one; a worker to which none is given serves nothing
 * @param role what the process does
 * @param logFormat how the log is written ({@code FIRN_LOG_FORMAT}, else text)
 * @param tokens what requests must carry ({@code FIRN_API_TOKENS}, else none)
 * @param oidc the OpenID Connect provider whose users may ({@code FIRN_OIDC_ISSUER} with others, else none)
 * @param otelEndpoint the OTLP collector that traces go to, over HTTP ({@code FIRN_OTEL_ENDPOINT}, else none)
 */
record BootSettings(
        Path home,
        String host,
        OptionalInt port,
        Role role,
        LogFormat logFormat,
        ApiTokens tokens,
        Optional<OidcSettings> oidc,
        Optional<URI> otelEndpoint) {
    static final String HOME = "FIRN_HOME";
    static final String HOST = "FIRN_HTTP_HOST";
    static final String PORT = "FIRN_HTTP_PORT";
    static final String WORKER_PORT = "FIRN_WORKER_HTTP_PORT";
    static final String LOG_FORMAT = "FIRN_LOG_FORMAT";
    private static final List<String> DATA_STORE =
            List.of("FIRN_DATA_S3_ENDPOINT", "FIRN_DATA_S3_ACCESS_KEY", "FIRN_DATA_S3_SECRET_KEY");
    static final String OTEL_ENDPOINT = "FIRN_OTEL_ENDPOINT";

    private static final Pattern COLLECTOR = Pattern.compile("https?://[A-Za-z0-9._\\[\\]:-]+/?");

    BootSettings {
        requireNonNull(home, "home is null");
        requireNonNull(host, "host is null");
        requireNonNull(role, "role is null");
        requireNonNull(port, "port is null");
        requireNonNull(logFormat, "logFormat is null");
        requireNonNull(tokens, "tokens is null");
        requireNonNull(oidc, "oidc is null");
        requireNonNull(otelEndpoint, "otelEndpoint is null");
    }

    /**
     * Reads the environment.
     *
     * @throws BootException when the port is not one, the format of the log is unknown, a folder for data is none, or the tokens
     *     or the collector's address cannot be read
     */
    static BootSettings read(Map<String, String> environment, Role role) {
        dataFolders(environment);
        String home = value(environment, HOME, ".firn");
        String host = value(environment, HOST, "127.0.0.1");
        OptionalInt port = role.servesHttp()
                ? OptionalInt.of(port(PORT, value(environment, PORT, "8080")))
                : Optional.of(value(environment, WORKER_PORT, ""))
                        .filter(text -> !text.isEmpty())
                        .map(text -> OptionalInt.of(port(WORKER_PORT, text)))
                        .orElseGet(OptionalInt::empty);
        LogFormat logFormat = LogFormat.parse(value(environment, LOG_FORMAT, "text"), LOG_FORMAT);
        return new BootSettings(
                Path.of(home).toAbsolutePath().normalize(),
                host,
                port,
                role,
                logFormat,
                tokens(environment),
                oidc(environment),
                collector(environment));
    }

    /** Whether the process listens at all. */
    boolean listens() {
        return port.isPresent();
    }

    /**
     * Refuses an address that other machines can reach when no token is asked for.
     *
     * @throws BootException when the address is neither loopback nor protected
     */
    void requireProtection() {
        if (!listens() || tokens.required() || oidc.isPresent()) {
            return;
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    throw BootException.failed(
                            "Refusing to serve on " + host + " without authentication: other machines could use it. "
                                    + "Set " + ApiTokens.VARIABLE + " to the tokens that may (./firn token NAME ROLE"
                                    + " makes one) or " + OidcSettings.ISSUER + " to your provider, or unset " + HOST
                                    + " to serve on 127.0.0.1 (reach it from"
                                    + " elsewhere through an SSH tunnel: ssh -L 8080:127.0.0.1:" + port.getAsInt()
                                    + " this-machine).",
                            null);
                }
            }
        } catch (UnknownHostException e) {
            throw BootException.failed(HOST + " is '" + host + "', which is not an address of this machine", e);
        }
    }

    /**
     * Sees that the port is free, before anything is started for nothing.
     *
     * @throws BootException when another process listens there
     */
    void requireFreePort() {
        if (port.orElse(0) == 0) {
            return;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port.getAsInt()));
        } catch (IOException e) {
            throw BootException.failed(portInUse(), e);
        }
    }

    /** Everything that is logged; warnings go to standard error besides. */
    Path logFile() {
        return home.resolve("logs").resolve(role == Role.WORKER ? "worker.log" : "firn.log");
    }

    String portInUse() {
        String number = port.isPresent() ? Integer.toString(port.getAsInt()) : "";
        return "Cannot listen on " + host + ":" + number + ": the port is in use or not permitted. Set "
                + (role.servesHttp() ? PORT : WORKER_PORT)
                + " to another one, or stop what listens there (ss -ltnp 'sport = :" + number + "').";
    }

    private static String value(Map<String, String> environment, String name, String otherwise) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? otherwise : value.strip();
    }

    private static Optional<URI> collector(Map<String, String> environment) {
        String text = value(environment, OTEL_ENDPOINT, "");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!COLLECTOR.matcher(text).matches()) {
            throw BootException.wrongInput(
                    OTEL_ENDPOINT + " must be http://host:port or https://host:port, is '" + text + "'");
        }
        return Optional.of(URI.create(text));
    }

    /** They are read again by the application; here they are only seen to be right, before anything starts. */
    private static void dataFolders(Map<String, String> environment) {
        try {
            DataFolders.parse(value(environment, DataFolders.VARIABLE, ""));
        } catch (IllegalArgumentException e) {
            throw BootException.wrongInput(e.getMessage());
        }
        List<String> missing = DATA_STORE.stream()
                .filter(name -> value(environment, name, "").isEmpty())
                .toList();
        if (!missing.isEmpty() && missing.size() < DATA_STORE.size()) {
            throw BootException.wrongInput("the object store of data needs " + String.join(", ", DATA_STORE)
                    + "; missing are " + String.join(", ", missing));
        }
        String endpoint = value(environment, DATA_STORE.getFirst(), "");
        if (!endpoint.isEmpty() && !COLLECTOR.matcher(endpoint).matches()) {
            throw BootException.wrongInput(
                    DATA_STORE.getFirst() + " must be http://host:port or https://host, is '" + endpoint + "'");
        }
    }

    private static Optional<OidcSettings> oidc(Map<String, String> environment) {
        try {
            return OidcSettings.read(environment);
        } catch (IllegalArgumentException e) {
            throw BootException.wrongInput(e.getMessage());
        }
    }

    private static ApiTokens tokens(Map<String, String> environment) {
        try {
            return ApiTokens.parse(value(environment, ApiTokens.VARIABLE, ""));
        } catch (IllegalArgumentException e) {
            throw BootException.wrongInput(e.getMessage());
        }
    }

    private static int port(String variable, String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // said below, as for a number out of range
        }
        throw BootException.wrongInput(variable + " must be from 0 to 65535, is '" + text + "'");
    }
}
