package dev.firn.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** One of the benchmarks. */
interface Benchmark {
    /**
     * What was found.
     *
     * @param table for people
     * @param json for programs
     */
    record Result(String table, ObjectNode json) {}

    /**
     * Measures.
     *
     * @throws IOException when a process fails, or data or weights cannot be had
     */
    Result run(BenchSettings settings) throws IOException;
}
