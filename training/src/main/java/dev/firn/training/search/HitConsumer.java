package dev.firn.training.search;

/** Takes the best documents of one query after the other. */
@FunctionalInterface
public interface HitConsumer {
    /**
     * Takes one query's result.
     *
     * @param query position of the query among the queries searched
     * @param count number of documents found
     * @param documents positions of the documents among those searched in, best first; only the first {@code count}, valid until
     *     this returns
     * @param scores their scores
     */
    void accept(int query, int count, int[] documents, float[] scores);
}
