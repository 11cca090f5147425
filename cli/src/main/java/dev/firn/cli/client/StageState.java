package dev.firn.cli.client;

/** Where a stage of a run stands. */
public enum StageState {
    PENDING,
    RUNNING,
    REUSED,
    SUCCEEDED,
    FAILED,
    CANCELLED
}
