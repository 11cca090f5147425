package dev.firn.api.run;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.artifact.ArtifactReference;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A stage of a run as clients see it.
 *
 * @param key the stage key (SHA-256, hexadecimal); null before it is known
 * @param reusedFrom the run whose outputs were taken; null when they were not
 * @param reason why it was reused, or why not; may be null
 * @param seconds how long it took, or has taken so far; null before it began
 * @param attempts how often it was begun
 * @param shards the parts of its work; null when it was not divided
 * @param progress how far it is; null before it has said so
 */
public record StageView(
        String name,
        String state,
        @Nullable String key,
        boolean reused,
        @Nullable UUID reusedFrom,
        @Nullable String reason,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Double seconds,
        int attempts,
        @Nullable String failure,
        @Nullable ShardsView shards,
        @Nullable ProgressView progress,
        List<ArtifactView> artifacts) {
    public StageView {
        requireNonNull(name, "name is null");
        requireNonNull(state, "state is null");
        artifacts = List.copyOf(artifacts);
    }

    /**
     * The parts of a stage whose work is divided.
     *
     * @param workers how many workers had a part in them
     * @param seconds what those that are done took, in all
     */
    public record ShardsView(int total, int done, int workers, double seconds) {}

    /** How far a stage is; every number may be null. */
    public record ProgressView(
            @Nullable Long step,
            @Nullable Long totalSteps,
            @Nullable Double loss,
            @Nullable Double tokensPerSecond,
            @Nullable Double secondsLeft,
            @Nullable String message) {}

    /**
     * A folder that a stage made.
     *
     * @param name what the stage calls it
     * @param sha256 the digest of its manifest, and so of the whole folder
     * @param bytes the sum of its files' sizes
     */
    public record ArtifactView(String name, String kind, String sha256, long bytes) {
        public ArtifactView {
            requireNonNull(name, "name is null");
            requireNonNull(kind, "kind is null");
            requireNonNull(sha256, "sha256 is null");
        }

        /** The view of a reference under a name. */
        public static ArtifactView of(String name, ArtifactReference artifact) {
            return new ArtifactView(name, artifact.kind(), artifact.digest().hex(), artifact.bytes());
        }
    }
}
