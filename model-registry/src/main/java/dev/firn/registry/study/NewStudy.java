package dev.firn.registry.study;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.Idempotency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A study that somebody asks for.
 *
 * @param kind {@code transfer}, {@code languages} or {@code ablation}
 * @param specification the study's resolved specification
 * @param runs in their order
 * @param requestedBy who asked
 */
public record NewStudy(
        String name,
        String kind,
        JsonNode specification,
        int parallelism,
        List<PlannedRun> runs,
        Optional<Idempotency> idempotency,
        Optional<String> requestedBy) {

    public NewStudy {
        requireNonNull(name, "name is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(specification, "specification is null");
        runs = List.copyOf(runs);
        requireNonNull(idempotency, "idempotency is null");
        requireNonNull(requestedBy, "requestedBy is null");
    }

    /**
     * A run of the study.
     *
     * @param label what distinguishes it, for people
     * @param coordinates what distinguishes it, by the names of what is varied
     * @param specification the run's resolved specification
     * @param stageKeys by the stages' names
     * @param languages that it learns from
     * @param continues the place of the run whose pretraining it goes on from
     */
    public record PlannedRun(
            String label,
            JsonNode coordinates,
            JsonNode specification,
            Map<String, String> stageKeys,
            Set<String> languages,
            Optional<Integer> continues) {

        public PlannedRun {
            requireNonNull(label, "label is null");
            requireNonNull(coordinates, "coordinates is null");
            requireNonNull(specification, "specification is null");
            stageKeys = Map.copyOf(stageKeys);
            languages = Set.copyOf(languages);
            requireNonNull(continues, "continues is null");
        }
    }
}
