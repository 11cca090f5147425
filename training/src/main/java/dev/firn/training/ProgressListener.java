package dev.firn.training;

/** Hears how far a long computation has come; it may throw to stop the computation, which then leaves nothing half done. */
@FunctionalInterface
public interface ProgressListener {
    /** Hears nothing. */
    ProgressListener NONE = (done, total) -> {};

    /**
     * Called now and then from the computing thread.
     *
     * @param done units of work done, from 0
     * @param total units of work in all
     */
    void progress(long done, long total);
}
