package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;

/** Writes documents for people. */
@Singleton
class PrettyJson {
    private final ObjectMapper json;

    PrettyJson(ObjectMapper json) {
        this.json = requireNonNull(json, "json is null");
    }

    String of(JsonNode document) {
        try {
            return json.writerWithDefaultPrettyPrinter().writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A document that was read must be writable", e);
        }
    }
}
