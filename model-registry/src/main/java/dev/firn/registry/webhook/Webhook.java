package dev.firn.registry.webhook;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A receiver. Its secret is not part of it.
 *
 * @param events what it is told of, as {@link WebhookEvent} names them
 * @param createdBy who asked for it, where that is known
 */
public record Webhook(UUID id, URI url, List<String> events, Optional<String> createdBy, Instant createdAt) {
    public Webhook {
        requireNonNull(id, "id is null");
        requireNonNull(url, "url is null");
        events = List.copyOf(events);
        requireNonNull(createdBy, "createdBy is null");
        requireNonNull(createdAt, "createdAt is null");
    }
}
