package dev.firn.registry.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The execution of one stage for one run.
 *
 * @param position where the stage stands in the run, from 0
 * @param key the key of what was computed, or is planned to be
 * @param plannedKey the key that was planned when the run was accepted
 * @param fence the fence's present value; 0 before the first attempt
 * @param reusedFrom the execution whose outputs it has, when reused
 * @param reusedFromRun that execution's run
 * @param reason why it was reused, or what there is to say
 * @param progress how far it is, as its worker last wrote it
 * @param attempts how often it was begun
 * @param shards the parts of its work; empty when it was not divided
 * @param outputs what it gave; empty until it is done
 */
public record StageExecution(
        UUID id,
        UUID runId,
        String stage,
        int position,
        StageState state,
        Optional<String> key,
        Optional<String> plannedKey,
        long fence,
        Optional<UUID> reusedFrom,
        Optional<UUID> reusedFromRun,
        Optional<String> reason,
        Optional<JsonNode> progress,
        Optional<JsonNode> failure,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        int attempts,
        Optional<Shards> shards,
        List<StageOutput> outputs) {

    public StageExecution {
        outputs = List.copyOf(outputs);
    }

    /**
     * The parts of a stage whose work is divided.
     *
     * @param total how many there are
     * @param done how many are done
     * @param workers how many workers had a part in them
     * @param seconds what those that are done took, in all
     */
    public record Shards(int total, int done, int workers, double seconds) {}
}
