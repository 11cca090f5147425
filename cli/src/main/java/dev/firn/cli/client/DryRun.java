package dev.firn.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What a specification would do.
 *
 * @param specification with every default filled in
 * @param memoryBytes what the run needs at its widest; null when the server does not say
 * @param memory what that consists of; null when the server does not say
 */
public record DryRun(JsonNode specification, List<PlannedStage> stages, Long memoryBytes, Memory memory) {
    public DryRun {
        stages = stages == null ? List.of() : List.copyOf(stages);
    }

    /**
     * The memory of the train stage that takes the most, and of the process.
     *
     * @param shortage what to change where the server has too little now; null where it has enough
     */
    public record Memory(
            String stage,
            long parameterBytes,
            long activationBytes,
            long batchBytes,
            long processBytes,
            long availableBytes,
            String shortage) {}

    /** A stage as it would be run: whether a finished one would be taken, and why. */
    public record PlannedStage(String name, String key, boolean reused, String reason) {}
}
