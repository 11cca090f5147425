package dev.firn.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;

/**
 * A training run.
 *
 * @param waitingFor what it waits for, for people; null when it does not wait
 * @param model the model version that came of it; null until one is registered
 * @param failure why it failed; null when it did not
 * @param specification the resolved specification; null in listings
 */
public record Run(
        String id,
        String name,
        RunState state,
        int priority,
        String waitingFor,
        Instant createdAt,
        Instant startedAt,
        Instant finishedAt,
        String failure,
        RegisteredModel model,
        List<RunStage> stages,
        JsonNode specification) {

    public Run {
        stages = stages == null ? List.of() : List.copyOf(stages);
    }

    /**
     * The model version that a run registered.
     *
     * @param alias the alias that points to it now; null when it stayed where it was
     * @param aliasStays why it stayed; null when it moved
     */
    public record RegisteredModel(String name, int version, String alias, String aliasStays) {}
}
