package dev.firn.cli.command;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.FirnClient;
import dev.firn.cli.console.Console;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;

/** What the commands of one invocation share: the streams and the server. */
public final class Session {
    private static final String USUAL_PORT = "8080";

    private final Map<String, String> environment;
    private final Console console;
    private final InputStream in;

    /**
     * @param environment {@code FIRN_URL}, {@code FIRN_HTTP_PORT} and {@code FIRN_TOKEN} are read
     * @param in standard input
     */
    public Session(Map<String, String> environment, Console console, InputStream in) {
        this.environment = Map.copyOf(environment);
        this.console = requireNonNull(console, "console is null");
        this.in = requireNonNull(in, "in is null");
    }

    Console console() {
        return console;
    }

    InputStream in() {
        return in;
    }

    /**
     * A client of the server that the environment names.
     *
     * @throws InputException when what it names is not an address
     */
    FirnClient client() {
        return new FirnClient(server(), token(environment));
    }

    /** The token to send, when the environment holds one. */
    public static Optional<String> token(Map<String, String> environment) {
        return value(environment, "FIRN_TOKEN");
    }

    private URI server() {
        Optional<String> address = value(environment, "FIRN_URL");
        if (address.isEmpty()) {
            String port = value(environment, "FIRN_HTTP_PORT").orElse(USUAL_PORT);
            if (!port.matches("[0-9]{1,5}")) {
                throw new InputException("FIRN_HTTP_PORT is not a port: " + port);
            }
            return URI.create("http://127.0.0.1:" + port);
        }
        try {
            URI server = new URI(address.get());
            boolean web = "http".equals(server.getScheme()) || "https".equals(server.getScheme());
            if (web && server.getHost() != null && server.getQuery() == null && server.getFragment() == null) {
                return server;
            }
        } catch (URISyntaxException e) {
            throw new InputException("FIRN_URL is not an address: " + e.getMessage());
        }
        throw new InputException("FIRN_URL is not an http or https address: " + address.get());
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }
}
