/** Benchmarks. */
package dev.firn.bench;
