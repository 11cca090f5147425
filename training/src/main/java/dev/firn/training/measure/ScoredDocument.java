package dev.firn.training.measure;

import static java.util.Objects.requireNonNull;

/** A retrieved document and its score; higher is better. */
public record ScoredDocument(String document, double score) {
    public ScoredDocument {
        requireNonNull(document, "document is null");
        if (Double.isNaN(score)) {
            throw new IllegalArgumentException("the score of the document %s is not a number".formatted(document));
        }
    }
}
