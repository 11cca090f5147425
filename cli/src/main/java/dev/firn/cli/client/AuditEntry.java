package dev.firn.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/** A change that somebody made; {@code caller}, {@code status}, {@code before} and {@code after} may be null. */
public record AuditEntry(
        long id,
        Instant at,
        String caller,
        String address,
        String method,
        String path,
        Integer status,
        JsonNode before,
        JsonNode after) {}
