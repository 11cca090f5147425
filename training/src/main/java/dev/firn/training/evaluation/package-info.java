/**
 * Evaluation of a model, or of BM25, on sets of queries, documents and judgements: per set, per language pair and per
 * truncated dimension.
 */
package dev.firn.training.evaluation;
