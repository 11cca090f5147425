package dev.firn.training.measure;

/** Which queries a mean is taken over. */
public enum Averaging {
    /** The judged queries for which something was retrieved, as trec_eval does by default. */
    RETRIEVED,
    /** All judged queries; one for which nothing was retrieved counts with 0, as with trec_eval's {@code -c}. */
    COMPLETE
}
