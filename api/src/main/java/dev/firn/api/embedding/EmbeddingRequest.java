package dev.firn.api.embedding;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What OpenAI's clients send, and {@code inputType} besides. Further fields, which their next version may send, are not read.
 *
 * @param model {@code name@alias} or {@code name@version}
 * @param input a string or an array of strings
 * @param dimensions how many dimensions to keep (Matryoshka); the model's width when null
 * @param encodingFormat {@code float} (default) or {@code base64} (little-endian 32-bit floats)
 * @param inputType {@code document} (default) or {@code query}: which prefix the model wants
 * @param user taken and not used
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record EmbeddingRequest(
        String model,
        JsonNode input,
        @Nullable Integer dimensions,
        @JsonProperty("encoding_format") @Nullable String encodingFormat,
        @Nullable String inputType,
        @Nullable String user) {}
