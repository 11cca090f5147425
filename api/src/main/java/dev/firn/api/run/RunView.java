package dev.firn.api.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run as clients see it.
 *
 * @param waitingFor what it waits for, for people: a free compute slot, a worker, one with enough memory; null when it does
 *     not wait
 * @param requestedBy the name of the token that asked for it; null where none was asked for
 * @param failure why it failed, for people; null unless it failed
 * @param model what it registered; null until then
 * @param parentCheckpoint the checkpoint that it was forked from; only where there is one
 * @param stages every stage in order, those not begun as {@code PENDING}
 * @param specification the resolved specification; only where one run was asked for
 */
public record RunView(
        UUID id,
        String name,
        String state,
        int priority,
        @Nullable String waitingFor,
        @Nullable String requestedBy,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable String failure,
        @Nullable RegisteredModel model,
        @JsonInclude(JsonInclude.Include.NON_NULL) UUID parentCheckpoint,
        List<StageView> stages,
        @JsonInclude(JsonInclude.Include.NON_NULL) JsonNode specification) {
    public RunView {
        requireNonNull(id, "id is null");
        requireNonNull(name, "name is null");
        requireNonNull(state, "state is null");
        requireNonNull(createdAt, "createdAt is null");
        stages = List.copyOf(stages);
    }

    /**
     * The model version that a run registered.
     *
     * @param alias the alias that points to it now; null when it stayed where it was
     * @param aliasStays why it stayed; null when it moved, and of runs of long ago
     */
    public record RegisteredModel(
            String name,
            int version,
            @Nullable String alias,
            @Nullable String aliasStays) {}
}
