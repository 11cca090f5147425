package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.activities.Stores;
import dev.firn.registry.ConflictException;
import dev.firn.registry.StageToken;
import dev.firn.registry.StaleFenceException;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.blob.CorruptBlobException;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.run.StageOutput;
import dev.firn.registry.run.StageState;
import dev.firn.workflows.run.ControlKind;
import dev.firn.workflows.run.TaskQueues;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.specification.SpecificationReader;
import dev.firn.workflows.stage.ShardTask;
import dev.firn.workflows.stage.Stage;
import dev.firn.workflows.stage.StageActivities;
import dev.firn.workflows.stage.StageDivision;
import dev.firn.workflows.stage.StageKeys;
import dev.firn.workflows.stage.StageOutcome;
import dev.firn.workflows.stage.StageTask;
import io.micrometer.core.instrument.Metrics;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * What all stages share. A stage that is done answers at once; one whose key was finished by any run is taken over;
 * else the fence is taken, the work done, and its outputs written under that fence.
 *
 * <p>What is done about a fault is for {@link Faults} to say.
 */
final class StageRunner {
    private static final Logger LOG = LoggerFactory.getLogger(StageRunner.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private final SpecificationReader reader = new SpecificationReader();
    private final Stores stores;
    private final Path scratch;
    private final String worker;

    /**
     * A runner.
     *
     * @param scratch folder for the stages' files; what it holds may go at any time between stages
     * @param worker who works, for the attempts' rows
     */
    StageRunner(Stores stores, Path scratch, String worker) {
        this.stores = requireNonNull(stores, "stores is null");
        this.scratch = requireNonNull(scratch, "scratch is null");
        this.worker = requireNonNull(worker, "worker is null");
    }

    /** An attempt at a stage, with its meters, its marks on every line that is logged meanwhile, and a line for each end. */
    StageOutcome run(StageTask task, StageWork work) {
        ActivityInfo info = Activity.getExecutionContext().getInfo();
        String label = task.stage().label();
        long start = System.nanoTime();
        try (MDC.MDCCloseable _ = MDC.putCloseable("run", task.runId());
                MDC.MDCCloseable _ = MDC.putCloseable("stage", label);
                StageMeters meters = new StageMeters(Metrics.globalRegistry, task.runId(), label)) {
            meters.waited(
                    Duration.between(Instant.ofEpochMilli(info.getCurrentAttemptScheduledTimestamp()), Instant.now()));
            LOG.info("Stage {} of run {}: attempt {} begins", label, task.runId(), info.getAttempt());
            StageMeters.Outcome ending = StageMeters.Outcome.STOPPED;
            try {
                StageOutcome outcome = attempt(task, work, meters);
                ending = outcome.reused() ? StageMeters.Outcome.REUSED : StageMeters.Outcome.SUCCEEDED;
                return outcome;
            } catch (ApplicationFailure e) {
                if (!StageActivities.PAUSED.equals(e.getType())) {
                    ending = e.isNonRetryable() ? StageMeters.Outcome.FAILED : StageMeters.Outcome.RETRIED;
                }
                throw e;
            } finally {
                Duration duration = Duration.ofNanos(System.nanoTime() - start);
                meters.ended(ending, duration);
                LOG.info("Stage {} of run {}: {} after {} ms", label, task.runId(), ending, duration.toMillis());
            }
        }
    }

    /** An attempt at a stage whose work is divided: what other workers did not do already is done here, shard by shard. */
    StageOutcome runDivided(StageTask task, DividedStage stage) {
        return run(task, context -> {
            try (DividedWork work = stage.open(context)) {
                divide(context.token(), work);
                ResultsOfShards results = new ResultsOfShards(context);
                for (int phase = 0; phase < work.phases().size(); phase++) {
                    for (int shard = 0; shard < work.phases().get(phase).sizes().size(); shard++) {
                        if (stores.shards()
                                .get(context.token().executionId(), phase, shard)
                                .result()
                                .isEmpty()) {
                            stores.shards().begin(context.token(), phase, shard, worker);
                            compute(context, work, results, phase, shard);
                        }
                    }
                }
                return work.merge(results);
            }
        });
    }

    private void divide(StageToken token, DividedWork work) {
        List<List<Long>> sizes =
                work.phases().stream().map(DividedWork.Phase::sizes).toList();
        // Not the key that it is computed under: that may be another on another machine, whose shards still fit
        // together
        String planned =
                stores.stages().get(token.runId(), token.stage()).plannedKey().orElseThrow();
        stores.shards().divide(token, StageKeys.under(planned, Map.of("sizes", sizes)), sizes);
    }

    private void compute(StageContext context, DividedWork work, ResultsOfShards results, int phase, int shard)
            throws IOException {
        long start = System.nanoTime();
        DividedWork.Phase whole = work.phases().get(phase);
        StageToken token = context.token();
        context.beginPart(phase, shard, whole.label());
        Path folder = context.newFolder("shard-" + phase + "-" + shard);
        work.compute(phase, shard, results, folder, (done, total) -> context.count(whole.label(), done, total));
        ArtifactReference result =
                context.whenThereIsRoom(() -> stores.artifacts().publish(folder, "shard"));
        stores.shards().finish(token, phase, shard, result, context.fingerprint());
        LOG.info("Shard {} of phase {}, {}: done in {} ms", shard, phase, whole.label(), millisSince(start));
        ScratchFolders.delete(folder);
    }

    private static long millisSince(long start) {
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }

    /** Results of shards as the object store has them. */
    private static final class ResultsOfShards implements DividedWork.ShardResults {
        private final StageContext context;

        ResultsOfShards(StageContext context) {
            this.context = context;
        }

        @Override
        public Path folder(int phase, int shard) throws IOException {
            StageToken token = context.token();
            ArtifactReference result = context.stores()
                    .shards()
                    .get(token.executionId(), phase, shard)
                    .result()
                    .orElseThrow(() -> new IOException("shard " + shard + " of phase " + phase + " has no result"));
            try {
                return context.fetch(result);
            } catch (CorruptBlobException e) {
                context.log("the result of shard " + shard + " is damaged and computed again: " + e.getMessage());
                context.stores().shards().lose(token, phase, shard);
                throw e;
            }
        }
    }

    /** Begins a stage and divides its work. Whatever stands in the way for good is left to the stage's own attempt. */
    StageDivision divide(StageTask task, DividedStage stage) {
        ActivityExecutionContext activity = Activity.getExecutionContext();
        StageToken token = null;
        try (MDC.MDCCloseable _ = MDC.putCloseable("run", task.runId());
                MDC.MDCCloseable _ = MDC.putCloseable("stage", task.stage().label());
                StageMeters meters = new StageMeters(
                        Metrics.globalRegistry, task.runId(), task.stage().label())) {
            Opening opening = open(task);
            if (opening.settled().isPresent()) {
                return StageDivision.none();
            }
            token = begin(task, opening);
            List<Integer> shards = new ArrayList<>();
            inContext(activity, opening, token, meters, context -> {
                try (DividedWork work = stage.open(context)) {
                    divide(context.token(), work);
                    work.phases().forEach(phase -> shards.add(phase.sizes().size()));
                }
            });
            String queue = activity.getInfo().getActivityTaskQueue();
            long workers = stores.workers().present().stream()
                    .filter(present ->
                            TaskQueues.compute(present.computeClass()).equals(queue))
                    .count();
            return new StageDivision(token.fence(), shards, (int) workers);
        } catch (StageStoppedException e) {
            if (e.reason() == StageStoppedException.Reason.PAUSED) {
                return token == null ? StageDivision.none() : new StageDivision(token.fence(), List.of(), 0);
            }
            throw stopped(e, task, token);
        } catch (IOException | RuntimeException e) {
            if (Faults.isTransient(e)) {
                throw failure(activity, task, token, e);
            }
            LOG.warn("Stage {} of run {} cannot be divided", task.stage().label(), task.runId(), e);
            return StageDivision.none();
        }
    }

    /** Computes a shard, unless it is done. */
    void shard(ShardTask task, DividedStage stage) {
        ActivityExecutionContext activity = Activity.getExecutionContext();
        String label = task.stage().label();
        try (MDC.MDCCloseable _ = MDC.putCloseable("run", task.runId());
                MDC.MDCCloseable _ = MDC.putCloseable("stage", label);
                MDC.MDCCloseable _ = MDC.putCloseable("shard", task.phase() + "." + task.shard());
                StageMeters meters = new StageMeters(Metrics.globalRegistry, task.runId(), label)) {
            UUID runId = UUID.fromString(task.runId());
            UUID execution = stores.stages().get(runId, label).id();
            if (stores.shards()
                    .get(execution, task.phase(), task.shard())
                    .result()
                    .isPresent()) {
                return;
            }
            Run run = stores.runs().get(runId);
            RunSpecification specification = reader.read(stores.runs().specification(runId));
            Opening opening = new Opening(
                    run, specification, Numerics.fingerprint(specification.threads()), "", Optional.empty());
            StageToken token = new StageToken(execution, runId, label, task.fence());
            requireNoPause(token);
            stores.shards().begin(token, task.phase(), task.shard(), worker);
            inContext(activity, opening, token, meters, context -> {
                try (DividedWork work = stage.open(context)) {
                    compute(context, work, new ResultsOfShards(context), task.phase(), task.shard());
                }
            });
        } catch (StageStoppedException e) {
            throw shardStopped(e, task);
        } catch (IOException | RuntimeException e) {
            throw shardFailure(activity, task, e);
        }
    }

    private RuntimeException shardStopped(StageStoppedException stop, ShardTask task) {
        LOG.info("Shard {} of phase {} stopped: {}", task.shard(), task.phase(), stop.reason());
        return switch (stop.reason()) {
            // The stage's own attempt lets the run wait once all shards have ended
            case PAUSED -> ApplicationFailure.newNonRetryableFailure("The run waits", StageActivities.PAUSED);
            case SHUTTING_DOWN -> shuttingDown(stop);
            case CANCELLED -> (RuntimeException) stop.getCause();
            case REPLACED ->
                ApplicationFailure.newNonRetryableFailureWithCause(
                        "Another attempt works on the stage", StageActivities.REPLACED, stop.getCause());
            case UNHEARD -> unheard(stop);
        };
    }

    private RuntimeException shardFailure(ActivityExecutionContext activity, ShardTask task, Exception fault) {
        String message = Faults.message(fault);
        LOG.warn("Shard {} of phase {} failed", task.shard(), task.phase(), fault);
        if (fault instanceof StaleFenceException) {
            return ApplicationFailure.newNonRetryableFailureWithCause(message, StageActivities.REPLACED, fault);
        }
        boolean permanent = Faults.isFinal(fault, activity.getInfo().getAttempt());
        return permanent
                ? ApplicationFailure.newNonRetryableFailureWithCause(message, StageActivities.PERMANENT, fault)
                : ApplicationFailure.newFailureWithCause(
                        message, fault.getClass().getSimpleName(), fault);
    }

    /**
     * What an attempt at a stage begins with.
     *
     * @param key of what it computes
     * @param settled how the stage ended, when there is nothing left to do
     */
    private record Opening(
            Run run,
            RunSpecification specification,
            Map<String, Object> fingerprint,
            String key,
            Optional<StageOutcome> settled) {}

    private Opening open(StageTask task) {
        UUID runId = UUID.fromString(task.runId());
        Run run = stores.runs().get(runId);
        RunSpecification specification = reader.read(stores.runs().specification(runId));
        Map<String, Object> fingerprint = Numerics.fingerprint(specification.threads());
        StageExecution execution = stores.stages().get(runId, task.stage().label());
        if (execution.state() == StageState.SUCCEEDED || execution.state() == StageState.REUSED) {
            String key = execution.key().orElseThrow();
            return new Opening(
                    run,
                    specification,
                    fingerprint,
                    key,
                    Optional.of(new StageOutcome(task.stage(), key, execution.state() == StageState.REUSED)));
        }
        if (goesOn(task, execution)) {
            requireNoPause(token(execution));
        } else if (stores.controls().pauseIfAsked(runId)) {
            throw new StageStoppedException(StageStoppedException.Reason.PAUSED);
        }
        if (run.state() == RunState.QUEUED) {
            stores.runs().transition(runId, EnumSet.of(RunState.QUEUED), RunState.RUNNING, Optional.empty());
        }
        String key = key(task, run, execution, fingerprint);
        if (specification.reuse() && task.stage().reusable() && execution.state() == StageState.PENDING) {
            Optional<StageExecution> finished = stores.stages().findReusable(key);
            if (finished.isPresent()) {
                stores.stages()
                        .reuse(
                                runId,
                                task.stage().label(),
                                key,
                                finished.get().id(),
                                "run " + finished.get().runId() + " finished it with the same key");
                return new Opening(
                        run, specification, fingerprint, key, Optional.of(new StageOutcome(task.stage(), key, true)));
            }
        }
        return new Opening(run, specification, fingerprint, key, Optional.empty());
    }

    private void requireNoPause(StageToken token) {
        boolean waits = stores.controls().open(token).stream()
                .anyMatch(control -> control.kind().equals(ControlKind.PAUSE.label()));
        if (waits) {
            throw new StageStoppedException(StageStoppedException.Reason.PAUSED);
        }
    }

    /** Whether the attempt that divided the stage goes on: it is one attempt as long as nothing went wrong. */
    private static boolean goesOn(StageTask task, StageExecution execution) {
        return task.fence() != null
                && execution.state() == StageState.RUNNING
                && execution.fence() == task.fence()
                && Activity.getExecutionContext().getInfo().getAttempt() == 1;
    }

    private static StageToken token(StageExecution execution) {
        return new StageToken(execution.id(), execution.runId(), execution.stage(), execution.fence());
    }

    private StageToken begin(StageTask task, Opening opening) {
        return stores.stages()
                .begin(
                        opening.run().id(),
                        task.stage().label(),
                        opening.key(),
                        worker,
                        Optional.of(MAPPER.<JsonNode>valueToTree(opening.fingerprint())));
    }

    private StageOutcome attempt(StageTask task, StageWork work, StageMeters meters) {
        ActivityExecutionContext activity = Activity.getExecutionContext();
        UUID runId = UUID.fromString(task.runId());
        StageToken token = null;
        try {
            StageExecution execution = stores.stages().get(runId, task.stage().label());
            if (goesOn(task, execution)) {
                token = token(execution);
            }
            Opening opening = open(task);
            if (opening.settled().isPresent()) {
                return opening.settled().get();
            }
            if (token == null) {
                token = begin(task, opening);
            }
            inContext(activity, opening, token, meters, context -> finish(context, work.perform(context)));
            stores.controls().refuseOpen(token, "the stage had ended before");
            return new StageOutcome(task.stage(), opening.key(), false);
        } catch (StageStoppedException e) {
            throw stopped(e, task, token);
        } catch (ConflictException e) {
            // Somebody may have paused it since its state was read
            throw stores.runs().get(runId).state() == RunState.PAUSED
                    ? paused(task)
                    : failure(activity, task, token, e);
        } catch (IOException | RuntimeException e) {
            throw failure(activity, task, token, e);
        }
    }

    /**
     * The planned key; or another one when this attempt, or a stage that this one builds on, was computed on a machine
     * with other numerics than the plan's, or when one that it builds on was steered, since the outputs then have other bits.
     */
    private String key(StageTask task, Run run, StageExecution execution, Map<String, Object> fingerprint) {
        String planned = execution
                .plannedKey()
                .orElseThrow(() -> new PermanentFailure(
                        "Stage " + task.stage().label() + " of run " + run.id() + " was never planned"));
        JsonNode plannedOn = run.fingerprint().orElse(MAPPER.valueToTree(fingerprint));
        JsonNode here = MAPPER.valueToTree(fingerprint);
        boolean elsewhere = StageKeys.computesFloats(task.stage())
                && (!here.equals(plannedOn) || builtElsewhere(run.id(), task.stage(), plannedOn));
        if (!elsewhere && !builtOnSteered(run.id(), task.stage())) {
            return planned;
        }
        List<String> upstream = task.stage().upstream().stream()
                .map(stage -> stores.stages().get(run.id(), stage.label()).key().orElse(""))
                .toList();
        return StageKeys.under(planned, Map.of("fingerprint", fingerprint, "upstream", upstream));
    }

    /** The key of a stage that was steered, so that no other run takes it for one that was left alone. */
    private Optional<String> steered(StageToken token) {
        List<Map<String, Object>> updates = updates(token.executionId());
        return updates.isEmpty()
                ? Optional.empty()
                : stores.stages()
                        .get(token.runId(), token.stage())
                        .key()
                        .map(key -> StageKeys.under(key, Map.of("updates", updates)));
    }

    /** What changed the weights of a stage while it trained. */
    private List<Map<String, Object>> updates(UUID executionId) {
        return stores.controls().appliedTo(executionId).stream()
                .filter(control -> ControlKind.of(control.kind()).changesTheWeights())
                .map(control -> Map.<String, Object>of(
                        "kind",
                        control.kind(),
                        "step",
                        control.effectiveStep().orElseThrow(),
                        "value",
                        control.value().orElse(NullNode.getInstance())))
                .toList();
    }

    private boolean builtOnSteered(UUID runId, Stage stage) {
        return stage.upstream().stream()
                .anyMatch(before ->
                        !updates(stores.stages().get(runId, before.label()).id())
                                        .isEmpty()
                                || builtOnSteered(runId, before));
    }

    private boolean builtElsewhere(UUID runId, Stage stage, JsonNode plannedOn) {
        return stage.upstream().stream()
                .anyMatch(before -> stores
                                .stages()
                                .attempts(stores.stages()
                                        .get(runId, before.label())
                                        .id())
                                .stream()
                                .anyMatch(attempt -> StageKeys.computesFloats(before)
                                        && attempt.fingerprint().isPresent()
                                        && !attempt.fingerprint().get().equals(plannedOn))
                        || stores
                                .shards()
                                .fingerprints(stores.stages()
                                        .get(runId, before.label())
                                        .id())
                                .stream()
                                .anyMatch(fingerprint -> !fingerprint.equals(plannedOn))
                        || builtElsewhere(runId, before, plannedOn));
    }

    /** What is done in a stage's context. */
    private interface Work {
        void perform(StageContext context) throws IOException;
    }

    private void inContext(
            ActivityExecutionContext activity, Opening opening, StageToken token, StageMeters meters, Work work)
            throws IOException {
        Files.createDirectories(scratch);
        Path folder = Files.createTempDirectory(scratch, token.stage() + "-");
        try (Vitals vitals = new Vitals(activity, stores, token)) {
            work.perform(new StageContext(
                    stores,
                    opening.run(),
                    opening.specification(),
                    token,
                    folder,
                    vitals,
                    opening.fingerprint(),
                    meters));
        } finally {
            ScratchFolders.delete(folder);
        }
    }

    private void finish(StageContext context, List<StageOutput> outputs) {
        StageToken token = context.token();
        context.writeProgress();
        stores.lineage()
                .record(
                        token,
                        context.inputs(),
                        outputs.stream()
                                .map(output -> output.artifact().digest())
                                .toList());
        Optional<String> key = steered(token);
        stores.stages().finish(token, key.isPresent() ? key : computedElsewhere(context), outputs);
    }

    /** The key of a stage some of whose shards were computed with other numerics than this worker's. */
    private Optional<String> computedElsewhere(StageContext context) {
        List<JsonNode> others = stores.shards().fingerprints(context.token().executionId()).stream()
                .filter(fingerprint -> !fingerprint.equals(context.fingerprint()))
                .toList();
        return others.isEmpty()
                ? Optional.empty()
                : stores.stages()
                        .get(context.runId(), context.token().stage())
                        .key()
                        .map(key -> StageKeys.under(key, Map.of("shards", others)));
    }

    private RuntimeException stopped(StageStoppedException stop, StageTask task, StageToken token) {
        LOG.info("Stage {} of run {} stopped: {}", task.stage().label(), task.runId(), stop.reason());
        return switch (stop.reason()) {
            case CANCELLED -> {
                if (token != null) {
                    stores.stages().cancel(token.runId(), token.stage());
                }
                yield (RuntimeException) stop.getCause();
            }
            case PAUSED -> {
                if (token != null) {
                    pause(token, stop.step());
                }
                yield paused(task);
            }
            case SHUTTING_DOWN -> shuttingDown(stop);
            // Temporal's own exception tells its server what became of the activity
            case REPLACED -> (RuntimeException) stop.getCause();
            case UNHEARD -> unheard(stop);
        };
    }

    private static RuntimeException shuttingDown(StageStoppedException stop) {
        // The interrupt has done its work; it would keep Temporal from hearing of it
        Thread.interrupted();
        return (RuntimeException) stop.getCause();
    }

    /** Temporal's own exception would tell of a cancellation, after which there is no other attempt. */
    private static RuntimeException unheard(StageStoppedException stop) {
        return ApplicationFailure.newFailureWithCause(
                "Temporal has not heard of the stage for too long; another attempt goes on",
                stop.reason().name(),
                stop);
    }

    private void pause(StageToken token, OptionalLong step) {
        try {
            stores.controls().paused(token, step);
        } catch (ConflictException e) {
            // The workflow, which is being cancelled too, finds that out when it is about to wait
            LOG.info("{} does not pause: {}", token, e.getMessage());
        }
    }

    private static RuntimeException paused(StageTask task) {
        return ApplicationFailure.newNonRetryableFailure("Run " + task.runId() + " waits", StageActivities.PAUSED);
    }

    private RuntimeException failure(
            ActivityExecutionContext activity, StageTask task, StageToken token, Exception fault) {
        boolean permanent = Faults.isFinal(fault, activity.getInfo().getAttempt());
        String message = Faults.message(fault);
        LOG.warn(
                "Stage {} of run {} failed{}",
                task.stage().label(),
                task.runId(),
                permanent ? "" : "; it is tried again",
                fault);
        if (token != null) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.put("message", message);
            document.put("type", fault.getClass().getSimpleName());
            document.put("retried", !permanent);
            try {
                stores.stages().failAttempt(token, document);
            } catch (RuntimeException e) {
                LOG.warn("The fault of {} could not be written down", token, e);
            }
        }
        return permanent
                ? ApplicationFailure.newNonRetryableFailureWithCause(message, StageActivities.PERMANENT, fault)
                : ApplicationFailure.newFailureWithCause(
                        message, fault.getClass().getSimpleName(), fault);
    }
}
