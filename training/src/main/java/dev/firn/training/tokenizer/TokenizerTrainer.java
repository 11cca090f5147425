package dev.firn.training.tokenizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;

/**
 * Trains a vocabulary from texts and writes it as {@code tokenizer.json} with {@code tokenizer_config.json} and
 * {@code special_tokens_map.json}. Ids: {@code <s>} 0, {@code <pad>} 1, {@code </s>} 2, {@code <unk>} 3, {@code <mask>} 4.
 * The same texts in the same order give the same bytes.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class TokenizerTrainer {
    private final int vocabularySize;
    private final int maximumLength;

    /**
     * @param vocabularySize number of ids, special tokens and single bytes included
     * @param maximumLength what {@code model_max_length} is to say
     */
    public TokenizerTrainer(int vocabularySize, int maximumLength) {
        this.vocabularySize = vocabularySize;
        this.maximumLength = maximumLength;
    }

    /** Trains on the texts and writes the three files to a folder. */
    public void train(Iterator<String> texts, Path folder) throws IOException {
        throw new UnsupportedOperationException("written next: " + texts + folder + vocabularySize + maximumLength);
    }
}
