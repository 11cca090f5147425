package dev.firn.registry.audit;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A change that somebody made.
 *
 * @param caller the name of who made it, {@link AuditStore#SERVER} for what nobody asked for; nothing where nobody is asked for one
 * @param address where the request came from; empty when there was none
 * @param method the request's method
 * @param path the request's path, with its query when it has one
 * @param status how it was answered; nothing while it is under way, or when the server ended meanwhile
 * @param before what was changed, as it was
 * @param after what was changed, as it is since
 */
public record AuditEntry(
        long id,
        Instant at,
        Optional<String> caller,
        String address,
        String method,
        String path,
        OptionalInt status,
        Optional<JsonNode> before,
        Optional<JsonNode> after) {
    public AuditEntry {
        requireNonNull(at, "at is null");
        requireNonNull(caller, "caller is null");
        requireNonNull(address, "address is null");
        requireNonNull(method, "method is null");
        requireNonNull(path, "path is null");
        requireNonNull(status, "status is null");
        requireNonNull(before, "before is null");
        requireNonNull(after, "after is null");
    }
}
