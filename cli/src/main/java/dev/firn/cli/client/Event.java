package dev.firn.cli.client;

import java.time.Instant;

/** A line of a run's log; {@code id} grows. */
public record Event(long id, Instant at, String stage, String type, String message) {}
