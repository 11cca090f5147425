package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.blob.CorruptBlobException;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.NewCheckpoint;
import dev.firn.registry.metric.MetricPoint;
import dev.firn.training.trainer.Snapshot;
import dev.firn.training.trainer.StepReport;
import dev.firn.training.trainer.TrainingLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Drives a training to its end: goes on from the newest checkpoint, commits new ones while training goes on, writes
 * metrics in batches. A checkpoint's arrays are copied between two steps; writing and publishing them happens beside the
 * next steps, one checkpoint at a time.
 */
final class CheckpointedTraining {
    private static final int FORMAT_VERSION = 1;
    private static final int METRIC_POINTS = 2000;
    private static final double SMOOTHING = 0.98;

    private final StageContext context;
    private final TrainingLoop loop;
    private final int everySteps;
    private final List<MetricPoint> points = new ArrayList<>();
    private long lastCommitted = -1;

    CheckpointedTraining(StageContext context, TrainingLoop loop, int everySteps) {
        this.context = requireNonNull(context, "context is null");
        this.loop = requireNonNull(loop, "loop is null");
        this.everySteps = everySteps;
    }

    /** Trains to the end; the loop then holds the final weights, and a checkpoint of the last step is committed. */
    void run() throws IOException {
        resume();
        try (ExecutorService writer = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("checkpoint-writer").factory())) {
            CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);
            Pace pace = new Pace();
            try {
                while (loop.position() < loop.totalSteps()) {
                    context.check();
                    long start = System.nanoTime();
                    StepReport report = loop.step();
                    double seconds = (System.nanoTime() - start) / 1e9;
                    observe(report, pace, seconds);
                    if (loop.position() % everySteps == 0 && loop.position() < loop.totalSteps()) {
                        join(writing);
                        writing = checkpoint(writer, report);
                    } else if (writing.isCompletedExceptionally()) {
                        join(writing);
                    }
                }
                join(writing);
            } catch (StageStoppedException e) {
                if (e.reason() != StageStoppedException.Reason.REPLACED) {
                    join(writing);
                    commitLast(writer);
                }
                throw e;
            }
            commitLast(writer);
        }
        flush();
    }

    private void commitLast(ExecutorService writer) throws IOException {
        if (loop.position() > lastCommitted && loop.position() > 0) {
            join(checkpoint(writer, null));
        }
    }

    /** A checkpoint whose bytes turn out broken is left for the one before, and so on down to the start. */
    private void resume() throws IOException {
        while (true) {
            Optional<Checkpoint> newest =
                    context.stores().checkpoints().newestUsable(context.token().executionId());
            if (newest.isEmpty()) {
                context.stores().metrics().discardAfter(context.token(), -1);
                return;
            }
            Checkpoint checkpoint = newest.get();
            try {
                Path folder = context.fetch(checkpoint.artifact());
                loop.restore(folder);
            } catch (CorruptBlobException e) {
                context.log("Checkpoint of step " + checkpoint.step() + " is broken (" + e.getMessage()
                        + "); going on from the one before");
                continue;
            }
            context.stores().stages().resumed(context.token(), checkpoint.id(), checkpoint.step());
            context.stores().metrics().discardAfter(context.token(), checkpoint.step());
            lastCommitted = checkpoint.step();
            return;
        }
    }

    private CompletableFuture<Void> checkpoint(ExecutorService writer, StepReport report) {
        flush();
        Snapshot snapshot = loop.snapshot();
        ObjectNode metrics = JsonNodeFactory.instance.objectNode();
        if (report != null) {
            metrics.put("loss", report.loss());
            metrics.put("learningRate", report.learningRate());
        }
        lastCommitted = snapshot.position();
        return CompletableFuture.runAsync(() -> commit(snapshot, metrics), writer);
    }

    private void commit(Snapshot snapshot, ObjectNode metrics) {
        try (snapshot) {
            Path folder = context.newFolder("checkpoint-" + snapshot.position());
            snapshot.write(folder);
            ArtifactReference artifact = context.stores().artifacts().publish(folder, "checkpoint");
            context.stores()
                    .checkpoints()
                    .commit(
                            context.token(),
                            new NewCheckpoint(
                                    snapshot.position(),
                                    artifact,
                                    FORMAT_VERSION,
                                    Optional.of(context.fingerprint()),
                                    metrics));
            ScratchFolders.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void join(CompletableFuture<Void> writing) {
        try {
            writing.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void observe(StepReport report, Pace pace, double seconds) {
        pace.add(report.tokens(), seconds);
        long step = loop.position();
        points.add(new MetricPoint("loss", step, report.loss()));
        points.add(new MetricPoint("learningRate", step, report.learningRate()));
        points.add(new MetricPoint("gradientNorm", step, report.gradientNorm()));
        points.add(new MetricPoint("tokensPerSecond", step, report.tokens() / seconds));
        if (points.size() >= METRIC_POINTS) {
            flush();
        }
        context.progress(new StageProgress(
                step,
                loop.totalSteps(),
                report.loss(),
                pace.tokensPerSecond(),
                pace.secondsPerStep() * (loop.totalSteps() - step),
                "training"));
    }

    private void flush() {
        if (!points.isEmpty()) {
            context.stores().metrics().write(context.token(), points);
            points.clear();
        }
    }

    /** Smoothed speed: the mean of the first steps, then mostly the recent ones. */
    private static final class Pace {
        private double tokens;
        private double seconds;
        private double steps;

        void add(long stepTokens, double stepSeconds) {
            tokens = tokens * SMOOTHING + stepTokens;
            seconds = seconds * SMOOTHING + stepSeconds;
            steps = steps * SMOOTHING + 1;
        }

        double tokensPerSecond() {
            return seconds > 0 ? tokens / seconds : 0;
        }

        double secondsPerStep() {
            return steps > 0 ? seconds / steps : 0;
        }
    }
}
