package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

/** A query or a document of an evaluation set. */
public record EvaluationText(String id, String text) {
    public EvaluationText {
        requireNonNull(id, "id is null");
        requireNonNull(text, "text is null");
    }
}
