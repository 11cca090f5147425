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
     * A folder with a {@code tokenizer.json}.
     *
     * @param weightsVocabularySize number of ids that the weights to be used have, which the tokeniser must not exceed;
     *     0 when the weights are made to fit it
     * @param pruned whether it loses the ids that the dataset's training texts do not use
     */
    record Existing(Path folder, int maximumLength, int weightsVocabularySize, boolean pruned)
            implements TokenizerDefinition {
        public Existing {
            requireNonNull(folder, "folder is null");
        }
    }
}
