package dev.firn.api.study;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.activities.study.StudyPlan;
import java.util.List;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a study would do, as clients see it.
 *
 * @param memoryBytes what the run that needs the most needs
 * @param stages how many stages its runs have in all
 * @param computed how many of them would be computed; the others are shared or reused
 */
public record StudyPlanView(
        String name, String type, int parallelism, long memoryBytes, int stages, int computed, List<PlannedRun> runs) {
    public StudyPlanView {
        runs = List.copyOf(runs);
    }

    /**
     * A run that there would be.
     *
     * @param continues the place of the run whose pretraining it goes on from; null for none
     */
    @Schema(name = "StudyPlannedRun")
    public record PlannedRun(
            int position,
            String label,
            JsonNode coordinates,
            List<String> languages,
            @Nullable Integer continues,
            long memoryBytes,
            List<PlannedStage> stages) {
        public PlannedRun {
            languages = List.copyOf(languages);
            stages = List.copyOf(stages);
        }
    }

    /**
     * A stage as it would be run.
     *
     * @param would {@code computed}; {@code shared}: taken over from an earlier run of the study; {@code reused}: from a run that
     *     there is
     * @param sharedWith the place of the run that computes it; null for none
     */
    @Schema(name = "StudyPlannedStage")
    public record PlannedStage(
            String name, String key, String would, @Nullable Integer sharedWith, String reason) {}

    static StudyPlanView of(StudyPlan plan) {
        List<PlannedRun> runs = new java.util.ArrayList<>();
        for (StudyPlan.PlannedRun run : plan.runs()) {
            runs.add(new PlannedRun(
                    runs.size(),
                    run.label(),
                    run.coordinates(),
                    List.copyOf(new TreeSet<>(run.languages())),
                    run.continues().orElse(null),
                    run.dryRun().memory().bytes(),
                    run.stages().stream().map(StudyPlanView::stage).toList()));
        }
        return new StudyPlanView(
                plan.specification().name(),
                plan.specification().type(),
                plan.specification().parallelism(),
                runs.stream().mapToLong(PlannedRun::memoryBytes).max().orElse(0),
                runs.stream().mapToInt(run -> run.stages().size()).sum(),
                (int) plan.runs().stream()
                        .flatMap(run -> run.stages().stream())
                        .filter(StudyPlan.PlannedStage::computed)
                        .count(),
                runs);
    }

    private static PlannedStage stage(StudyPlan.PlannedStage stage) {
        String would = stage.computed() ? "computed" : stage.sharedWith().isPresent() ? "shared" : "reused";
        return new PlannedStage(
                stage.stage().stage().label(),
                stage.stage().key(),
                would,
                stage.sharedWith().orElse(null),
                stage.stage().reason());
    }
}
