package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;

/** The weights that a run starts from. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = StartSpecification.Random.class, name = "random"),
    @JsonSubTypes.Type(value = StartSpecification.Folder.class, name = "folder"),
    @JsonSubTypes.Type(value = StartSpecification.Model.class, name = "model"),
    @JsonSubTypes.Type(value = StartSpecification.Artifact.class, name = "artifact")
})
public sealed interface StartSpecification {
    /** New weights, drawn by the seed. */
    record Random() implements StartSpecification {}

    /** Weights that are there already, and their tokenizer. */
    sealed interface Elsewhere extends StartSpecification {
        /** SHA-256 of what is named, as hex digits; null only in a specification that was not accepted yet. */
        @Nullable
        String sha256();

        /** How many of the first layers are taken; null: all. */
        @Nullable
        Integer keepLayers();

        /** Whether the vocabulary loses what the training texts do not use. */
        boolean pruneVocabulary();
    }

    /** A Hugging Face folder on the server's disk. */
    record Folder(
            String folder,
            @Nullable String sha256,
            @Nullable Integer keepLayers,
            boolean pruneVocabulary) implements Elsewhere {}

    /**
     * A model of the registry.
     *
     * @param model name@alias or name@version
     */
    record Model(
            String model, @Nullable String sha256, @Nullable Integer keepLayers, boolean pruneVocabulary)
            implements Elsewhere {}

    /** A Maven artifact with a saved TensorFlow BERT. */
    record Artifact(
            String artifact,
            @Nullable String sha256,
            @Nullable Integer keepLayers,
            boolean pruneVocabulary) implements Elsewhere {}
}
