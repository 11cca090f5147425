package dev.firn.registry.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.Idempotency;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A run that somebody asks for.
 *
 * @param name its name
 * @param specification the resolved specification
 * @param priority larger goes first
 * @param stages its stages, in order
 * @param idempotency when the caller gave a key: the same key and body give the first run again
 * @param parentCheckpoint the checkpoint it was forked from
 * @param requestedBy who asked
 */
public record NewRun(
        String name,
        JsonNode specification,
        int priority,
        List<NewStage> stages,
        Optional<Idempotency> idempotency,
        Optional<UUID> parentCheckpoint,
        Optional<String> requestedBy) {

    public NewRun {
        requireNonNull(name, "name is null");
        requireNonNull(specification, "specification is null");
        stages = List.copyOf(stages);
        requireNonNull(idempotency, "idempotency is null");
        requireNonNull(parentCheckpoint, "parentCheckpoint is null");
        requireNonNull(requestedBy, "requestedBy is null");
    }

    /**
     * A stage of the run.
     *
     * @param stage its name
     * @param key its key, where it is known before the stage begins
     * @param source the finished execution whose outputs it has from the beginning, when it has
     */
    public record NewStage(String stage, Optional<String> key, Optional<UUID> source) {

        public NewStage {
            requireNonNull(stage, "stage is null");
            requireNonNull(key, "key is null");
            requireNonNull(source, "source is null");
        }

        /** A stage that is to be executed. */
        public NewStage(String stage, Optional<String> key) {
            this(stage, key, Optional.empty());
        }
    }
}
