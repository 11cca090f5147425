package dev.firn.registry.webhook;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Instant;
import java.util.UUID;

/**
 * A message that is to be sent now, by whoever claimed it.
 *
 * @param secret what it is signed with
 * @param attempts how often it was sent, this time included
 */
public record DueDelivery(
        UUID id, URI url, String secret, String event, JsonNode body, int attempts, Instant createdAt) {
    public DueDelivery {
        requireNonNull(id, "id is null");
        requireNonNull(url, "url is null");
        requireNonNull(secret, "secret is null");
        requireNonNull(event, "event is null");
        requireNonNull(body, "body is null");
        requireNonNull(createdAt, "createdAt is null");
    }

    @Override
    public String toString() {
        // Never the secret
        return "DueDelivery[id=" + id + ", event=" + event + ", attempts=" + attempts + "]";
    }
}
