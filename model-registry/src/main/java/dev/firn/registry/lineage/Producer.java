package dev.firn.registry.lineage;

import java.util.UUID;

/**
 * A stage execution that gave an artifact; reuse does not count.
 *
 * @param output the name under which it gave it
 */
public record Producer(UUID executionId, UUID runId, String stage, String output) {}
