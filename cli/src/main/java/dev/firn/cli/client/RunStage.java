package dev.firn.cli.client;

import java.util.List;

/**
 * A stage of a run.
 *
 * @param key the digest that names its result
 * @param reusedFrom the run whose result was taken; null when the stage was computed
 * @param reason why it was reused, or why it was not; null when there is nothing to say
 * @param seconds how long it has been running, or ran; null when it has not started
 * @param failure why it failed; null when it did not
 * @param shards the parts of its work; null when it was not divided
 * @param progress null when there is none to tell
 */
public record RunStage(
        String name,
        StageState state,
        String key,
        boolean reused,
        String reusedFrom,
        String reason,
        Double seconds,
        int attempts,
        String failure,
        Shards shards,
        Progress progress,
        List<Artifact> artifacts) {

    public RunStage {
        artifacts = artifacts == null ? List.of() : List.copyOf(artifacts);
    }

    /** The parts of a stage whose work is divided; {@code seconds} is what those that are done took, in all. */
    public record Shards(int total, int done, int workers, double seconds) {}

    /** How far a stage is; every part may be null. */
    public record Progress(
            Long step, Long totalSteps, Double loss, Double tokensPerSecond, Double secondsLeft, String message) {}

    /** A content-addressed result of a stage. */
    public record Artifact(String name, String kind, String sha256, long bytes) {}
}
