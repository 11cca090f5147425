package dev.firn.registry.lineage;

import dev.firn.registry.Digest;
import java.util.Optional;
import java.util.UUID;

/**
 * One digest was made from another.
 *
 * @param relation what the input was to the output, such as {@code dataset} or {@code teacher}
 * @param executionId the stage execution that made it
 * @param runId that execution's run
 * @param stage that execution's stage
 */
public record LineageEdge(
        Digest input,
        Digest output,
        String relation,
        Optional<UUID> executionId,
        Optional<UUID> runId,
        Optional<String> stage) {}
