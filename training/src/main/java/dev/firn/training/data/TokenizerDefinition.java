package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/** Which tokeniser a dataset is cut with. */
public sealed interface TokenizerDefinition {
    /**
     * A tokeniser trained on the dataset's own training texts.
     *
     * @param vocabularySize number of ids, special tokens and single bytes included
     * @param maximumLength tokens of the longest sequence, special tokens included
     */
    record Trained(int vocabularySize, int maximumLength) implements TokenizerDefinition {}

    /**
     * A folder with a {@code tokenizer.json}, taken as it is.
     *
     * @param maximumLength tokens of the longest sequence, special tokens included; 0 takes what the folder's
     *     {@code tokenizer_config.json} says
     */
    record Existing(Path folder, int maximumLength) implements TokenizerDefinition {
        public Existing {
            requireNonNull(folder, "folder is null");
        }
    }
}
