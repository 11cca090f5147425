package dev.firn.training.tokenizer;

/** A tokeniser's files cannot be used; says why. */
public final class InvalidTokenizerException extends RuntimeException {
    public InvalidTokenizerException(String message) {
        super(message);
    }

    public InvalidTokenizerException(String message, Throwable cause) {
        super(message, cause);
    }
}
