package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/** Which tokeniser a dataset is cut with. */
public sealed interface TokenizerDefinition {
    /** Tokens of the longest sequence, special tokens included; longer texts are cut. */
    int maximumLength();

    /**
     * A tokeniser trained on the dataset's own training texts.
     *
     * @param vocabularySize number of ids at most, special tokens and single bytes included; a small corpus gives fewer
     */
    record Trained(int vocabularySize, int maximumLength) implements TokenizerDefinition {}

    /**
     * A folder with a {@code tokenizer.json}, taken as it is.
     *
     * @param weightsVocabularySize number of ids that the weights to be used have, which the tokeniser must not exceed;
     *     0 when the weights are made to fit it
     */
    record Existing(Path folder, int maximumLength, int weightsVocabularySize) implements TokenizerDefinition {
        public Existing {
            requireNonNull(folder, "folder is null");
        }
    }
}
