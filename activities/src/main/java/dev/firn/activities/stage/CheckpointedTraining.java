package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.blob.CorruptBlobException;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.NewCheckpoint;
import dev.firn.registry.checkpoint.Retention;
import dev.firn.registry.control.Control;
import dev.firn.registry.metric.MetricPoint;
import dev.firn.training.trainer.Snapshot;
import dev.firn.training.trainer.StepReport;
import dev.firn.training.trainer.TrainingLoop;
import dev.firn.workflows.run.ControlKind;
import dev.firn.workflows.specification.CheckpointsSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Drives a training to its end: goes on from the newest checkpoint, commits new ones while training goes on, writes
 * metrics in batches. A checkpoint's arrays are copied between two steps; writing and publishing them happens beside the
 * next steps, one checkpoint at a time. Training waits for the writing only when the next checkpoint falls due before the
 * one before is committed, so that never more than two intervals are lost, however slow the store is; and while there is
 * no room for one.
 */
final class CheckpointedTraining {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointedTraining.class);
    private static final int FORMAT_VERSION = 1;
    private static final int METRIC_POINTS = 2000;
    private static final double SMOOTHING = 0.98;

    private final StageContext context;
    private final TrainingLoop loop;
    private final CheckpointSchedule schedule;
    private final Optional<Retention> retention;
    private final List<MetricPoint> points = new ArrayList<>();
    private final Set<Long> decided = new HashSet<>();
    private final Deque<Control> recorded = new ArrayDeque<>();
    private boolean stopped;
    private long lastCommitted = -1;

    CheckpointedTraining(StageContext context, TrainingLoop loop, CheckpointsSpecification policy) {
        this.context = requireNonNull(context, "context is null");
        this.loop = requireNonNull(loop, "loop is null");
        this.schedule = new CheckpointSchedule(policy.everySteps(), policy.everySeconds());
        this.retention = Optional.ofNullable(policy.keepLast())
                .map(last -> new Retention(last, Optional.ofNullable(policy.keepEverySteps())));
    }

    /** Trains to the end; the loop then holds the final weights, and a checkpoint of the last step is committed. */
    void run() throws IOException {
        resume();
        replay();
        try (ExecutorService writer = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("checkpoint-writer").factory())) {
            CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);
            Pace pace = new Pace();
            try {
                while (true) {
                    context.check();
                    writing = obey(writer, writing);
                    if (stopped || loop.position() >= loop.totalSteps()) {
                        break;
                    }
                    long start = System.nanoTime();
                    StepReport report = loop.step();
                    double seconds = (System.nanoTime() - start) / 1e9;
                    observe(report, pace, seconds);
                    if (loop.position() < loop.totalSteps() && schedule.due(loop.position(), System.nanoTime())) {
                        join(writing);
                        writing = checkpoint(writer, report);
                    } else if (writing.isDone() || context.waitsForRoom()) {
                        join(writing);
                    }
                }
                join(writing);
            } catch (StageStoppedException e) {
                if (e.reason() != StageStoppedException.Reason.REPLACED) {
                    join(writing);
                    commitLast(writer);
                }
                throw e.after(loop.position());
            }
            commitLast(writer);
        } finally {
            MDC.remove("step");
        }
        flush();
    }

    /**
     * Does what took effect before the next step in an earlier attempt, then what is asked for now. What is asked for now waits
     * until all that took effect earlier is done again, so that a later request is never overridden by an earlier one.
     */
    private CompletableFuture<Void> obey(ExecutorService writer, CompletableFuture<Void> writing) {
        while (!recorded.isEmpty() && effectiveStep(recorded.getFirst()) <= loop.position()) {
            apply(recorded.removeFirst());
        }
        CompletableFuture<Void> present = writing;
        if (stopped) {
            return present;
        }
        for (Control control : lastChance() ? context.controlsNow() : context.controls()) {
            ControlKind kind = ControlKind.of(control.kind());
            boolean now = kind.changesTheWeights() ? recorded.isEmpty() : kind == ControlKind.CHECKPOINT;
            if (!now || !decided.add(control.id())) {
                continue;
            }
            Control effective = context.stores().controls().apply(context.token(), control.id(), loop.position());
            if (kind == ControlKind.CHECKPOINT) {
                if (loop.position() > lastCommitted) {
                    join(present);
                    present = checkpoint(writer, null);
                }
            } else {
                apply(effective);
            }
        }
        return present;
    }

    /** What is asked for reaches a stage within about a second; before its last step is its end, nothing may be missed. */
    private boolean lastChance() {
        return loop.position() >= loop.totalSteps();
    }

    private void apply(Control control) {
        switch (ControlKind.of(control.kind())) {
            case LEARNING_RATE_SCALE ->
                loop.scaleLearningRate(control.value().orElseThrow().asDouble());
            case EXTEND -> loop.extend(control.value().orElseThrow().asLong());
            case STOP -> stopped = true;
            case PAUSE, RESUME, CHECKPOINT -> throw new IllegalArgumentException(control.kind() + " changes nothing");
        }
    }

    private static long effectiveStep(Control control) {
        return control.effectiveStep().orElseThrow();
    }

    /** What took effect in earlier attempts and is not in the checkpoint that this one goes on from. */
    private void replay() {
        long position = loop.position();
        // A checkpoint of a step holds what took effect before it; of what did at that very step, as many as it had
        // then.
        long inCheckpoint = loop.appliedUpdates().stream()
                .filter(update -> update.step() == position)
                .count();
        for (Control control :
                context.stores().controls().appliedTo(context.token().executionId())) {
            ControlKind kind = ControlKind.of(control.kind());
            if (!kind.changesTheWeights() || (effectiveStep(control) < position)) {
                continue;
            }
            if (kind != ControlKind.STOP && effectiveStep(control) == position && inCheckpoint > 0) {
                inCheckpoint--;
                continue;
            }
            recorded.addLast(control);
        }
    }

    private void commitLast(ExecutorService writer) throws IOException {
        if (loop.position() > lastCommitted && loop.position() > 0) {
            join(checkpoint(writer, null));
        }
    }

    /** A checkpoint whose bytes turn out broken is left for the one before, and so on down to the start. */
    private void resume() throws IOException {
        Optional<Checkpoint> parent = context.run()
                .parentCheckpoint()
                .map(id -> context.stores().checkpoints().get(id))
                .filter(checkpoint -> checkpoint.stage().equals(context.token().stage()));
        parent.ifPresent(checkpoint -> context.uses(checkpoint.artifact().digest(), "checkpoint"));
        while (true) {
            Optional<Checkpoint> newest =
                    context.stores().checkpoints().newestUsable(context.token().executionId());
            if (newest.isEmpty() && parent.isPresent()) {
                branch(parent.get());
                return;
            }
            if (newest.isEmpty()) {
                context.stores().metrics().discardAfter(context.token(), -1);
                return;
            }
            Checkpoint checkpoint = newest.get();
            requireReadable(checkpoint);
            try {
                Path folder = context.fetch(checkpoint.artifact());
                loop.restore(folder);
            } catch (CorruptBlobException e) {
                fallBack(checkpoint, e);
                continue;
            }
            context.stores().stages().resumed(context.token(), checkpoint.id(), checkpoint.step());
            context.stores().metrics().discardAfter(context.token(), checkpoint.step());
            lastCommitted = checkpoint.step();
            schedule.taken(checkpoint.step(), System.nanoTime());
            return;
        }
    }

    private static void requireReadable(Checkpoint checkpoint) {
        if (checkpoint.formatVersion() > FORMAT_VERSION) {
            throw new PermanentFailure("Checkpoint " + checkpoint.id() + " of step " + checkpoint.step()
                    + " is of format " + checkpoint.formatVersion()
                    + ", written by a newer Firn; this one reads up to "
                    + FORMAT_VERSION + ". Update this Firn, then retry the run");
        }
    }

    private void fallBack(Checkpoint broken, CorruptBlobException fault) {
        String message = "The checkpoint of step " + broken.step() + " is damaged (" + fault.getMessage()
                + "); training goes on from the one before";
        LOG.warn("Run {}, stage {}: {}", context.runId(), context.token().stage(), message);
        context.stores()
                .events()
                .append(
                        context.token(),
                        "damage",
                        message,
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("checkpoint", broken.id().toString())
                                .put("step", broken.step())
                                .put("sha256", fault.digest().hex()));
    }

    /** Begins with another run's checkpoint. */
    private void branch(Checkpoint parent) throws IOException {
        requireReadable(parent);
        try {
            loop.branchFrom(context.fetch(parent.artifact()));
        } catch (CorruptBlobException | IllegalArgumentException e) {
            throw new PermanentFailure("Checkpoint " + parent.id() + " cannot be gone on from: " + e.getMessage());
        }
        context.stores().stages().resumed(context.token(), parent.id(), parent.step());
        context.stores().metrics().discardAfter(context.token(), parent.step());
        lastCommitted = parent.step();
        schedule.taken(parent.step(), System.nanoTime());
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
        long copied = System.nanoTime();
        schedule.taken(snapshot.position(), copied);
        Map<String, String> marks = requireNonNullElse(MDC.getCopyOfContextMap(), Map.of());
        return CompletableFuture.runAsync(
                () -> {
                    MDC.setContextMap(marks);
                    long bytes = commit(snapshot, metrics);
                    long took = System.nanoTime() - copied;
                    context.meters().checkpoint(took, bytes);
                    LOG.info(
                            "Checkpoint of step {} committed: {} bytes in {} ms",
                            snapshot.position(),
                            bytes,
                            TimeUnit.NANOSECONDS.toMillis(took));
                },
                writer);
    }

    private long commit(Snapshot snapshot, ObjectNode metrics) {
        try (snapshot) {
            Path folder = context.newFolder("checkpoint-" + snapshot.position());
            snapshot.write(folder);
            ArtifactReference artifact =
                    context.whenThereIsRoom(() -> context.stores().artifacts().publish(folder, "checkpoint"));
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
            retention.ifPresent(keep -> context.stores().checkpoints().removeSuperseded(context.token(), keep));
            ScratchFolders.delete(folder);
            return artifact.bytes();
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
        MDC.put("step", Long.toString(step));
        context.meters().step(step, loop.totalSteps(), report.tokens(), report.loss());
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
