package dev.firn.training.data;

/** Hears how far preparing a dataset is; may throw to stop it. */
@FunctionalInterface
public interface PreparationProgress {
    /**
     * Says how far it is.
     *
     * @param phase what is done, in words
     * @param done how much of it
     * @param total of how much, or 0 when that is not known
     */
    void report(String phase, long done, long total);

    /** Says something that a user should know. */
    default void note(String message) {}

    /** Listens to nothing. */
    static PreparationProgress none() {
        return (phase, done, total) -> {};
    }
}
