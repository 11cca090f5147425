package dev.firn.bench.installation;

/** What can run in a process beside the server's. */
public enum Part {
    WORKER,
    OBJECT_STORE,
    TEMPORAL
}
