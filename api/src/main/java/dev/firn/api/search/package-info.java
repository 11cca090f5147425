/**
 * Trying models out: one query against some texts or an evaluation set, for several models side by side, and a map of a dataset's texts as a
 * model sees them.
 *
 * <p>Limits: exact search over at most a thousand texts, or the first 5,000 documents of a set, whose vectors are kept in memory up to a
 * bound; a map shows the first texts of each source.
 */
package dev.firn.api.search;
