package dev.firn.api.embedding;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * The answer in OpenAI's shape.
 *
 * @param object always {@code list}
 * @param data one embedding for each input, in its order
 * @param model the model as asked for
 */
public record EmbeddingResponse(String object, List<Item> data, String model, Usage usage) {
    public EmbeddingResponse {
        requireNonNull(object, "object is null");
        requireNonNull(model, "model is null");
        requireNonNull(usage, "usage is null");
        data = List.copyOf(data);
    }

    /**
     * An embedding.
     *
     * @param embedding an array of numbers, or their bytes in base64
     */
    public record Item(String object, int index, Object embedding) {}

    /** Tokens by the model's tokenizer, with prefix and special tokens. */
    public record Usage(
            @JsonProperty("prompt_tokens") long promptTokens,
            @JsonProperty("total_tokens") long totalTokens) {}
}
