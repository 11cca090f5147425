package dev.firn.activities.study;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.activities.submission.DryRun;
import dev.firn.workflows.specification.StudySpecification;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a study would do.
 *
 * @param specification the resolved study specification
 * @param runs in their order
 */
public record StudyPlan(StudySpecification specification, List<PlannedRun> runs) {
    public StudyPlan {
        requireNonNull(specification, "specification is null");
        runs = List.copyOf(runs);
    }

    /**
     * A run that there would be.
     *
     * @param label what distinguishes it, for people
     * @param coordinates what distinguishes it, by the names of what is varied
     * @param languages that it learns from
     * @param continues the place of the run whose pretraining it goes on from
     * @param dryRun what it would do on its own
     * @param stages what would become of its stages within the study
     */
    public record PlannedRun(
            String label,
            ObjectNode coordinates,
            Set<String> languages,
            Optional<Integer> continues,
            DryRun dryRun,
            List<PlannedStage> stages) {
        public PlannedRun {
            requireNonNull(label, "label is null");
            requireNonNull(coordinates, "coordinates is null");
            languages = Set.copyOf(languages);
            requireNonNull(continues, "continues is null");
            requireNonNull(dryRun, "dryRun is null");
            stages = List.copyOf(stages);
        }
    }

    /**
     * What would become of a stage.
     *
     * @param sharedWith the place of the earlier run of the study that computes it
     */
    public record PlannedStage(DryRun.PlannedStage stage, Optional<Integer> sharedWith) {
        /** Whether this run computes it. */
        public boolean computed() {
            return !stage.reused() && sharedWith.isEmpty();
        }
    }
}
