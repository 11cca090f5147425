package dev.firn.bench.peer;

import java.util.Map;

/** What a peer's process can do. */
interface Runner extends AutoCloseable {
    /**
     * Does a piece of work once. The process adds the time it took; what else is known about it is returned.
     *
     * @param work the name of what to do
     * @return further figures, by name
     * @throws IllegalArgumentException when there is no such work
     * @throws Exception when the work fails
     */
    Map<String, Double> run(String work) throws Exception;

    @Override
    void close();
}
