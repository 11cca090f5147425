package dev.firn.cli.client;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An answer of the server, read and as it came.
 *
 * @param value the fields that this client knows
 * @param json everything that the server said
 */
public record Answer<T>(T value, JsonNode json) {
    public Answer {
        requireNonNull(value, "value is null");
        requireNonNull(json, "json is null");
    }
}
