package dev.firn.cli.client;

import java.time.Instant;
import java.util.List;

/**
 * A receiver of messages about runs and aliases.
 *
 * @param secret what messages are signed with; null but in the answer that made it
 */
public record Webhook(String id, String url, List<String> events, Instant createdAt, String secret) {
    public Webhook {
        events = events == null ? List.of() : List.copyOf(events);
    }
}
