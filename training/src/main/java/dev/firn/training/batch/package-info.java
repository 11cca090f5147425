/**
 * What a step trains on: token tables, sources of pairs, packed batches without padding, and which rows a step takes.
 *
 * <p>The rows of step {@code s} are a function of (seed, s) alone: epochs are permuted by a keyed bijection, so nothing is
 * shuffled in memory and a resumed run needs no cursor but its step.
 */
package dev.firn.training.batch;
