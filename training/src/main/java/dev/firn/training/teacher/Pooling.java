package dev.firn.training.teacher;

/** How one vector is made of the vectors of a text's tokens. */
public enum Pooling {
    /** The mean over all tokens, special tokens included. */
    MEAN,
    /** The vector of the first token. */
    CLS
}
