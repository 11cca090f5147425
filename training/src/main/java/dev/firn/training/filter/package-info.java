/**
 * Consistency filtering: a pair is kept when a teacher ranks its document high enough among all documents of its shard.
 *
 * <p>After Arctic-Embed 2.0 (arXiv 2412.04506), where a shard has about 3 million pairs and the rank must be below 20.
 */
package dev.firn.training.filter;
