package dev.firn.training.encoder;

/** How one vector is made of the vectors of a text's tokens. */
public enum Pooling {
    /** The vector of the first token. */
    CLS("cls"),
    /** The mean over all tokens, special tokens included. */
    MEAN("mean");

    private final String word;

    Pooling(String word) {
        this.word = word;
    }

    /** The word for it in specifications and definitions. */
    public String word() {
        return word;
    }

    /**
     * The pooling of a word.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Pooling of(String word) {
        for (Pooling pooling : values()) {
            if (pooling.word.equals(word)) {
                return pooling;
            }
        }
        throw new IllegalArgumentException("there is no pooling " + word + "; there are cls and mean");
    }
}
