/**
 * Exact nearest-neighbour search by blocked matrix products, approximate search by Lucene's graph index with its recall against the
 * exact one, quantised vectors, vector files, and BM25.
 *
 * <p>Memory holds one block of scores and the best documents of one block of queries, whatever the number of documents.
 * The score of a query and a document is a pure function of their two vectors: the dot product summed in 64-bit floats,
 * rounded to a 32-bit float. Matrix products only find the candidates, with a bound on their rounding error; so results,
 * ties included, depend neither on the BLAS library nor on the number of threads nor on block sizes.
 */
package dev.firn.training.search;
