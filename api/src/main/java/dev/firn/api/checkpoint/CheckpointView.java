package dev.firn.api.checkpoint;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.api.download.FileView;
import dev.firn.registry.checkpoint.Checkpoint;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A checkpoint as clients see it.
 *
 * @param step the steps done
 * @param bytes the sum of its files' sizes
 * @param sha256 the digest of the whole folder
 * @param files only where one checkpoint was asked for
 */
public record CheckpointView(
        UUID id,
        UUID runId,
        String stage,
        long step,
        long bytes,
        String sha256,
        Instant createdAt,
        JsonNode metrics,
        boolean pinned,
        @JsonInclude(JsonInclude.Include.NON_NULL) List<FileView> files) {
    public CheckpointView {
        requireNonNull(id, "id is null");
        requireNonNull(stage, "stage is null");
        files = files == null ? null : List.copyOf(files);
    }

    static CheckpointView of(Checkpoint checkpoint, List<FileView> files) {
        return new CheckpointView(
                checkpoint.id(),
                checkpoint.runId(),
                checkpoint.stage(),
                checkpoint.step(),
                checkpoint.artifact().bytes(),
                checkpoint.artifact().digest().hex(),
                checkpoint.createdAt(),
                checkpoint.metrics(),
                checkpoint.pinned(),
                files);
    }
}
