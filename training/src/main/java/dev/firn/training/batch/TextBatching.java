package dev.firn.training.batch;

/** How texts are put into batches for masked language modelling. */
public sealed interface TextBatching {
    /** A fixed number of texts, above 0. */
    record TextsPerBatch(int texts) implements TextBatching {
        public TextsPerBatch {
            if (texts <= 0) {
                throw new IllegalArgumentException("texts must be above 0, is " + texts);
            }
        }
    }

    /** As many texts as fit into a number of tokens (at least one text). */
    record TokensPerBatch(int tokens) implements TextBatching {
        public TokensPerBatch {
            if (tokens <= 0) {
                throw new IllegalArgumentException("tokens must be above 0, is " + tokens);
            }
        }
    }
}
