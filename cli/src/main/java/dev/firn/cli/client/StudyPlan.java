package dev.firn.cli.client;

import java.util.List;

/**
 * What a study would do.
 *
 * @param memoryBytes what the run that needs the most needs
 * @param stages how many stages its runs have in all
 * @param computed how many of them would be computed
 */
public record StudyPlan(
        String name, String type, int parallelism, long memoryBytes, int stages, int computed, List<PlannedRun> runs) {
    public StudyPlan {
        runs = runs == null ? List.of() : List.copyOf(runs);
    }

    /** A run that there would be. */
    public record PlannedRun(int position, String label, Integer continues, List<PlannedStage> stages) {
        public PlannedRun {
            stages = stages == null ? List.of() : List.copyOf(stages);
        }
    }

    /** A stage as it would be run: computed, shared with an earlier run of the study, or reused from another. */
    public record PlannedStage(String name, String would, Integer sharedWith) {}
}
