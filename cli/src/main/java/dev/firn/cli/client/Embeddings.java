package dev.firn.cli.client;

import java.util.List;

/** Embeddings in the shape of OpenAI's interface. */
public record Embeddings(String model, List<Item> data) {
    public Embeddings {
        data = data == null ? List.of() : List.copyOf(data);
    }

    /** The embedding of the text at {@code index} of the request. */
    public record Item(int index, List<Float> embedding) {
        public Item {
            embedding = List.copyOf(embedding);
        }
    }
}
