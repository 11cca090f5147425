package dev.firn.workflows.specification;

/** The text is neither YAML nor JSON; the message says where it broke. */
public final class UnreadableSpecificationException extends RuntimeException {
    public UnreadableSpecificationException(String message, Throwable cause) {
        super(message, cause);
    }
}
