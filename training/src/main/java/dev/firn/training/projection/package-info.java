/**
 * Vectors drawn on a plane: their first principal components, by power iteration. Limits: it keeps all vectors in memory, so it is for
 * samples of thousands.
 *
 * <p>The idea is Pearson's (1901), "On lines and planes of closest fit to systems of points in space".
 */
package dev.firn.training.projection;
