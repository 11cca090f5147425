/** The shipped programs as processes on a fresh home, for drills and for benchmarks of the whole. */
package dev.firn.bench.installation;
