package dev.firn.api.security;

import io.vertx.core.http.HttpServerRequest;

/** Whether a person's browser speaks TLS: with this server, or with what stands before it. */
public final class Encryption {
    private Encryption() {}

    /** Whether the request came over TLS. A client that lies about it harms itself only. */
    public static boolean of(HttpServerRequest request) {
        return request.isSSL() || "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto"));
    }
}
