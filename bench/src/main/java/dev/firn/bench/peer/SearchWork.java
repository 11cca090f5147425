package dev.firn.bench.peer;

/**
 * A filtering or mining pass over random vectors, as many documents as queries, each document a noisy copy of its query.
 *
 * @param pairs number of queries, and of documents
 * @param depth documents per query that mining looks at
 */
public record SearchWork(int threads, int pairs, int dimension, int depth) {}
