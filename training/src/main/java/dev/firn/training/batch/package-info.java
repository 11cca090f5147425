/**
 * What the training loop reads: token sequences by row and pairs of rows, whatever holds them (arrays in memory, or
 * the memory-mapped tables of a prepared dataset).
 */
package dev.firn.training.batch;
