package dev.firn.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What a specification would do.
 *
 * @param specification with every default filled in
 * @param memoryBytes what training needs at its widest; null when the server does not say
 */
public record DryRun(JsonNode specification, List<PlannedStage> stages, Long memoryBytes) {
    public DryRun {
        stages = stages == null ? List.of() : List.copyOf(stages);
    }

    /** A stage as it would be run: whether a finished one would be taken, and why. */
    public record PlannedStage(String name, String key, boolean reused, String reason) {}
}
