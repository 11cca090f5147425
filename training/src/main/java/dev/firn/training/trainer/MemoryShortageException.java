package dev.firn.training.trainer;

/** There is not the memory that a training takes; the message says how much that is, what there is, and what to change. */
public final class MemoryShortageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long neededBytes;
    private final long availableBytes;

    MemoryShortageException(String message, long neededBytes, long availableBytes, Throwable cause) {
        super(message, cause);
        this.neededBytes = neededBytes;
        this.availableBytes = availableBytes;
    }

    /** What the training takes. */
    public long neededBytes() {
        return neededBytes;
    }

    /** What there was. */
    public long availableBytes() {
        return availableBytes;
    }
}
