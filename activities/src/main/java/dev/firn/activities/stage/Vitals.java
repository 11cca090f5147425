package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.activities.Stores;
import dev.firn.registry.StageToken;
import dev.firn.registry.StaleFenceException;
import dev.firn.registry.control.Control;
import dev.firn.registry.run.StageShard;
import dev.firn.workflows.run.ControlKind;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a stage's vital signs: once a second, from a thread of its own, it heartbeats to Temporal and writes progress to
 * the registry, so that neither waits for a long step. It hears that way when the stage must stop, and reads what the run is asked to do.
 */
final class Vitals implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Vitals.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long PERIOD_MILLIS = 1000;

    private final ActivityExecutionContext activity;
    private final Stores stores;
    private final StageToken token;
    private final ScheduledExecutorService ticker;
    private final AtomicReference<StageProgress> latest = new AtomicReference<>();
    private final AtomicReference<StageStoppedException> stopped = new AtomicReference<>();
    private volatile List<Control> controls = List.of();
    private volatile Part part;
    private StageProgress written;

    Vitals(ActivityExecutionContext activity, Stores stores, StageToken token) {
        this.activity = requireNonNull(activity, "activity is null");
        this.stores = requireNonNull(stores, "stores is null");
        this.token = requireNonNull(token, "token is null");
        this.ticker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("vitals-" + token.stage()).factory());
        ScheduledFuture<?> _ = ticker.scheduleWithFixedDelay(this::tick, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** A shard of the stage that is under way. */
    record Part(int phase, int shard, String label) {}

    /** From now on what is reported tells of a shard; its phase's progress is the stage's. */
    void beginPart(Part shard) {
        latest.set(null);
        part = shard;
    }

    void report(StageProgress progress) {
        latest.set(progress);
    }

    /** Says what is being done, at the point that was reported last. */
    void say(String message) {
        latest.updateAndGet(progress -> progress == null
                ? StageProgress.counted(message, 0, 0)
                : new StageProgress(progress.step(), progress.totalSteps(), progress.loss(), null, null, message));
    }

    void check() {
        StageStoppedException exception = stopped.get();
        if (exception != null) {
            throw exception;
        }
    }

    /** What the stage was asked to do, as of a moment ago; it may have been decided since. */
    List<Control> controls() {
        return controls;
    }

    private void listen() {
        try {
            controls = stores.controls().open(token);
            if (controls.stream().anyMatch(control -> control.kind().equals(ControlKind.PAUSE.label()))) {
                stop(new StageStoppedException(StageStoppedException.Reason.PAUSED));
            }
        } catch (RuntimeException e) {
            LOG.debug("Requests to {} could not be read", token, e);
        }
    }

    private void tick() {
        try {
            activity.heartbeat(latest.get());
        } catch (ActivityCompletionException e) {
            stop(StageStoppedException.of(e));
        }
        listen();
        write();
    }

    /** Writes what was reported last, where that was not done yet. */
    synchronized void write() {
        StageProgress progress = latest.get();
        if (progress == null || progress.equals(written)) {
            return;
        }
        try {
            stores.stages().progress(token, MAPPER.valueToTree(ofStage(progress)));
            written = progress;
        } catch (StaleFenceException e) {
            stop(new StageStoppedException(StageStoppedException.Reason.REPLACED, e));
        } catch (RuntimeException e) {
            // Progress is for people: a database that is away costs the stage nothing until it has results to write.
            LOG.debug("Progress of {} could not be written", token, e);
        }
    }

    private StageProgress ofStage(StageProgress progress) {
        Part present = part;
        if (present == null) {
            return progress;
        }
        StageShard.Progress phase = stores.shards()
                .progress(token, present.phase(), present.shard(), progress.step() == null ? 0 : progress.step());
        String message =
                progress.message().startsWith(StageProgress.WAITING_FOR_ROOM) ? progress.message() : present.label();
        return StageProgress.counted(message, phase.done(), phase.size());
    }

    private void stop(StageStoppedException exception) {
        stopped.compareAndSet(null, exception);
    }

    /** Ends; what was reported last is only written where {@link #write} was called. */
    @Override
    public void close() {
        ticker.shutdown();
        try {
            if (!ticker.awaitTermination(10, TimeUnit.SECONDS)) {
                ticker.shutdownNow();
            }
        } catch (InterruptedException e) {
            ticker.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
