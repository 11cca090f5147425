package dev.firn.api.http;

import jakarta.ws.rs.core.Response;
import java.net.URI;

/** Answers to requests that make something, once for all requests with the same Idempotency-Key. */
public final class Creation {
    private Creation() {}

    /**
     * What was made, or was there already.
     *
     * @param created whether this request made it: 201, otherwise 200
     * @param path where it is
     */
    public static Response answer(boolean created, String path, Object made) {
        return Response.status(created ? Response.Status.CREATED : Response.Status.OK)
                .location(URI.create(path))
                .entity(made)
                .build();
    }
}
