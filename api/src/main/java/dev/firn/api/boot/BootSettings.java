package dev.firn.api.boot;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the environment says about a start.
 *
 * @param home the folder with everything that Firn keeps ({@code FIRN_HOME}, else {@code ./.firn})
 * @param host the address to serve on ({@code FIRN_HTTP_HOST}, else 127.0.0.1)
 * @param port the port to serve on ({@code FIRN_HTTP_PORT}, else 8080); 0 takes a free one
 * @param role what the process does
 * @param logFormat how the log is written ({@code FIRN_LOG_FORMAT}, else text)
 */
record BootSettings(Path home, String host, int port, Role role, LogFormat logFormat) {
    static final String HOME = "FIRN_HOME";
    static final String HOST = "FIRN_HTTP_HOST";
    static final String PORT = "FIRN_HTTP_PORT";
    static final String LOG_FORMAT = "FIRN_LOG_FORMAT";

    BootSettings {
        requireNonNull(home, "home is null");
        requireNonNull(host, "host is null");
        requireNonNull(role, "role is null");
        requireNonNull(logFormat, "logFormat is null");
    }

    /**
     * Reads the environment.
     *
     * @throws BootException when the port is not one, or the format of the log is unknown
     */
    static BootSettings read(Map<String, String> environment, Role role) {
        String home = value(environment, HOME, ".firn");
        String host = value(environment, HOST, "127.0.0.1");
        String port = value(environment, PORT, "8080");
        LogFormat logFormat = LogFormat.parse(value(environment, LOG_FORMAT, "text"), LOG_FORMAT);
        return new BootSettings(Path.of(home).toAbsolutePath().normalize(), host, port(port), role, logFormat);
    }

    /**
     * Refuses an address that other machines can reach, as there is no authentication.
     *
     * @throws BootException when the address is not loopback
     */
    void requireLoopback() {
        if (!role.servesHttp()) {
            return;
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    throw BootException.failed(
                            "Refusing to serve on " + host + " without authentication: other machines could use it. "
                                    + "Unset " + HOST + " to serve on 127.0.0.1 (reach it from elsewhere through an SSH"
                                    + " tunnel: ssh -L 8080:127.0.0.1:" + port + " this-machine).",
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
        if (!role.servesHttp() || port == 0) {
            return;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (IOException e) {
            throw BootException.failed(portInUse(), e);
        }
    }

    /** Everything that is logged; warnings go to standard error besides. */
    Path logFile() {
        return home.resolve("logs").resolve(role == Role.WORKER ? "worker.log" : "firn.log");
    }

    String portInUse() {
        return "Cannot listen on " + host + ":" + port + ": the port is in use or not permitted. Set " + PORT
                + " to another one, or stop what listens there (ss -ltnp 'sport = :" + port + "').";
    }

    private static String value(Map<String, String> environment, String name, String otherwise) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? otherwise : value.strip();
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // said below, as for a number out of range
        }
        throw BootException.wrongInput(PORT + " must be from 0 to 65535, is '" + text + "'");
    }
}
