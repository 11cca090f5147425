/**
 * Counter-based random numbers: any number of a stream is computed from its place alone, so nothing random needs to be stored in a
 * snapshot.
 *
 * <p>Philox4x32-10 of Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */
package dev.firn.training.random;
