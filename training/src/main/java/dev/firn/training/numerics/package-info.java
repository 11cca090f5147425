/** What the bits of a training depend on besides its inputs: library, processor kernels, threads, vector width. */
package dev.firn.training.numerics;
