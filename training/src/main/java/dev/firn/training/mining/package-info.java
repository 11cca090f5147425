/**
 * Hard negatives: documents that a teacher finds similar to a query, yet clearly less similar than the query's positives.
 *
 * <p>Data may come with negatives of their own; they are used first, and the mined ones fill up.
 *
 * <p>After NV-Retriever (arXiv 2407.15831), with the choices of Snowflake's published example for Arctic-Embed.
 */
package dev.firn.training.mining;
