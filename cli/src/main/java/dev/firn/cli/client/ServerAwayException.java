package dev.firn.cli.client;

import java.io.IOException;
import java.net.URI;

/** No answer came: nobody listens at the address, or the connection broke. */
public final class ServerAwayException extends RuntimeException {
    private final boolean refused;

    ServerAwayException(URI server, boolean refused, IOException cause) {
        super(
                refused
                        ? "No server answers at " + server
                        : "The connection to " + server + " broke: "
                                + (cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage()),
                cause);
        this.refused = refused;
    }

    /** Whether no connection was made at all, so that the request has certainly not been acted on. */
    public boolean refused() {
        return refused;
    }
}
