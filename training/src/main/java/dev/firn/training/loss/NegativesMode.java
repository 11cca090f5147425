package dev.firn.training.loss;

/** Which documents of a batch a query is contrasted with. */
public enum NegativesMode {
    /** All documents of the batch: the positives of the other pairs and every hard negative there is. */
    IN_BATCH,
    /** The hard negatives of its own pair only. */
    HARD_ONLY
}
