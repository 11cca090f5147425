package dev.firn.activities.study;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.Stores;
import dev.firn.activities.run.RunControl;
import dev.firn.activities.submission.RunSubmission;
import dev.firn.activities.submission.Submission;
import dev.firn.registry.ConflictException;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.run.StageState;
import dev.firn.registry.study.Study;
import dev.firn.registry.study.StudyRun;
import dev.firn.registry.study.StudyState;
import dev.firn.workflows.specification.InvalidSpecificationException;
import dev.firn.workflows.stage.Stage;
import dev.firn.workflows.study.StudyActivities;
import dev.firn.workflows.study.StudyStep;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves studies on. What it knows it reads from the registry each time. */
public final class StudyActivitiesImpl implements StudyActivities {
    private static final Logger LOG = LoggerFactory.getLogger(StudyActivitiesImpl.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final long HEARTBEAT_SECONDS = 5;

    private final Stores stores;
    private final RunSubmission submission;
    private final RunControl control;

    public StudyActivitiesImpl(Stores stores, RunSubmission submission, RunControl control) {
        this.stores = requireNonNull(stores, "stores is null");
        this.submission = requireNonNull(submission, "submission is null");
        this.control = requireNonNull(control, "control is null");
    }

    @Override
    public StudyStep advance(String studyId) {
        UUID id = UUID.fromString(studyId);
        Study study = stores.studies()
                .find(id)
                .orElseThrow(() -> ApplicationFailure.newNonRetryableFailure("there is no study " + id, GONE));
        return switch (study.state()) {
            case STOPPED, FINISHED -> new StudyStep(submitted(stores.studies().runs(id)), true);
            case STOPPING -> stop(study);
            case RUNNING -> run(study);
        };
    }

    private static int submitted(List<StudyRun> runs) {
        return (int) runs.stream().filter(run -> !run.waits()).count();
    }

    private static ApplicationFailure nothingToDo(String reason) {
        return ApplicationFailure.newBuilder()
                .setMessage(reason)
                .setType(WAITING)
                .setNextRetryDelay(BETWEEN_LOOKS)
                .setCategory(ApplicationErrorCategory.BENIGN)
                .build();
    }

    private StudyStep stop(Study study) {
        List<StudyRun> unfinished = stores.studies().runs(study.id()).stream()
                .filter(StudyRun::unfinished)
                .toList();
        for (StudyRun run : unfinished) {
            if (run.state().orElseThrow() != RunState.STOPPING) {
                try {
                    control.cancel(run.runId().orElseThrow(), study.requestedBy());
                } catch (ConflictException e) {
                    LOG.debug("Run {} had ended before", run.runId(), e);
                }
            }
        }
        if (!unfinished.isEmpty()) {
            throw nothingToDo("waits for " + unfinished.size() + " runs that are being cancelled");
        }
        stores.studies().end(study.id(), StudyState.STOPPED);
        return new StudyStep(submitted(stores.studies().runs(study.id())), true);
    }

    private StudyStep run(Study study) {
        List<StudyRun> runs = stores.studies().runs(study.id());
        List<StudyRun> unfinished = runs.stream().filter(StudyRun::unfinished).toList();
        List<StudyRun> waiting = runs.stream().filter(StudyRun::waits).toList();
        if (unfinished.isEmpty() && waiting.isEmpty()) {
            stores.studies().end(study.id(), StudyState.FINISHED);
            return new StudyStep(submitted(runs), true);
        }
        if (unfinished.size() < study.parallelism()) {
            for (StudyRun candidate : waiting) {
                if (ready(candidate, runs, unfinished)) {
                    submit(study, candidate, runs);
                    return new StudyStep(submitted(runs) + 1, false);
                }
            }
        }
        throw nothingToDo("waits for " + unfinished.size() + " runs");
    }

    /** Whether nothing that is under way will be of use to a run that is to be submitted. */
    private boolean ready(StudyRun candidate, List<StudyRun> runs, List<StudyRun> unfinished) {
        if (candidate.again()) {
            return true;
        }
        if (candidate.planned().continues().isPresent()) {
            StudyRun before = runs.get(candidate.planned().continues().get());
            boolean underWay = before.waits()
                    || (before.unfinished() && !over(pretraining(before).state()));
            if (underWay) {
                return false;
            }
        }
        return unfinished.stream().noneMatch(other -> computesWhatIsNeeded(other, candidate));
    }

    private boolean computesWhatIsNeeded(StudyRun other, StudyRun candidate) {
        for (StageExecution stage : stores.stages().ofRun(other.runId().orElseThrow())) {
            String key = other.planned().stageKeys().get(stage.stage());
            if (key != null
                    && key.equals(candidate.planned().stageKeys().get(stage.stage()))
                    && Stage.of(stage.stage()).reusable()
                    && !over(stage.state())) {
                return true;
            }
        }
        return false;
    }

    private static boolean over(StageState state) {
        return switch (state) {
            case PENDING, RUNNING -> false;
            case REUSED, SUCCEEDED, FAILED, CANCELLED -> true;
        };
    }

    private StageExecution pretraining(StudyRun run) {
        return stores.stages().get(run.runId().orElseThrow(), Stage.PRETRAIN.label());
    }

    private void submit(Study study, StudyRun run, List<StudyRun> runs) {
        try (Life _ = new Life(Activity.getExecutionContext())) {
            if (run.runId().isPresent()) {
                again(study, run.runId().get());
                stores.studies()
                        .submitted(study.id(), run.position(), run.runId().get());
                return;
            }
            String key = "study-" + study.id() + "-" + run.position();
            String dataKey = run.planned().stageKeys().get(Stage.PREPARE.label());
            Optional<Checkpoint> checkpoint =
                    run.planned().continues().flatMap(position -> lastOfPretraining(runs.get(position)));
            Submission submitted = checkpoint.isPresent()
                    ? submission.continuePlanned(
                            checkpoint.get().id(), run.planned().specification(), dataKey, key, study.requestedBy())
                    : submission.submitPlanned(run.planned().specification(), dataKey, key, study.requestedBy());
            stores.studies().submitted(study.id(), run.position(), submitted.runId());
        } catch (InvalidSpecificationException e) {
            LOG.warn("Run {} of study {} cannot be submitted", run.position(), study.id(), e);
            stores.studies().refused(study.id(), run.position(), String.valueOf(e.getMessage()));
        }
    }

    private void again(Study study, UUID run) {
        try {
            control.retry(run, study.requestedBy(), Optional.empty());
        } catch (ConflictException e) {
            LOG.debug("Run {} goes on already", run, e);
        }
    }

    /** The checkpoint of a pretraining's last step; without it, whoever goes on from there trains those steps again. */
    private Optional<Checkpoint> lastOfPretraining(StudyRun run) {
        if (run.runId().isEmpty()) {
            return Optional.empty();
        }
        StageExecution stage = pretraining(run);
        if (stage.state() != StageState.SUCCEEDED && stage.state() != StageState.REUSED) {
            return Optional.empty();
        }
        long steps = run.planned().specification().at("/pretrain/steps").asLong();
        return stores.checkpoints()
                .newestUsable(stage.reusedFrom().orElse(stage.id()))
                .filter(checkpoint -> checkpoint.step() == steps);
    }

    /** Tells Temporal that a submission, which may read much, goes on. */
    private static final class Life implements AutoCloseable {
        private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("study-submission").factory());

        Life(ActivityExecutionContext activity) {
            ScheduledFuture<?> _ =
                    ticker.scheduleWithFixedDelay(() -> beat(activity), 0, HEARTBEAT_SECONDS, TimeUnit.SECONDS);
        }

        private static void beat(ActivityExecutionContext activity) {
            try {
                activity.heartbeat(null);
            } catch (ActivityCompletionException e) {
                LOG.debug("A submission is no longer waited for; it ends by itself", e);
            }
        }

        @Override
        public void close() {
            ticker.shutdownNow();
        }
    }
}
