package dev.firn.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What a specification would do.
 *
 * @param specification with every default filled in
 * @param memoryBytes what the run needs at its widest; null when the server does not say
 * @param memory what that consists of; null when the server does not say
 * @param needs tokens, time and storage; null when the server does not say
 * @param missing files and folders that are not there; with any, there are no stages
 */
public record DryRun(
        JsonNode specification,
        List<PlannedStage> stages,
        Long memoryBytes,
        Memory memory,
        Needs needs,
        List<Problem.Fault> missing) {
    public DryRun {
        stages = stages == null ? List.of() : List.copyOf(stages);
        missing = missing == null ? List.of() : List.copyOf(missing);
    }

    /**
     * What a run takes besides memory.
     *
     * @param tokens at most; null where steps are not known
     * @param hours of the train stages; null where steps are not known
     * @param assumption what the hours rest on
     */
    public record Needs(
            long parameters,
            Long tokens,
            Double hours,
            long checkpointBytes,
            long storageBytes,
            String assumption,
            List<StageNeed> stages) {
        public Needs {
            stages = stages == null ? List.of() : List.copyOf(stages);
        }
    }

    /** What a train stage takes; steps, tokens and hours are null where they are not known. */
    public record StageNeed(String name, Long steps, Long tokens, double tokensPerSecond, Double hours) {}

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
