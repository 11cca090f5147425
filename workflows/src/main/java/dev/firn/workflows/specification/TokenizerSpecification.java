package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Where the vocabulary comes from. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TokenizerSpecification.Trained.class, name = "trained"),
    @JsonSubTypes.Type(value = TokenizerSpecification.Folder.class, name = "folder"),
    @JsonSubTypes.Type(value = TokenizerSpecification.Start.class, name = "start")
})
public sealed interface TokenizerSpecification {
    /** Trained on the training texts. */
    record Trained(int vocabularySize) implements TokenizerSpecification {}

    /** Read from a folder with a {@code tokenizer.json}. */
    record Folder(String folder) implements TokenizerSpecification {}

    /** The one that comes with the weights that the run starts from. */
    record Start() implements TokenizerSpecification {}
}
