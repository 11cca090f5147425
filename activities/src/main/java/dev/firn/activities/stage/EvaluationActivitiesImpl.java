package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.activities.Stores;
import dev.firn.registry.evaluation.EvaluationJob;
import dev.firn.registry.evaluation.NewEvaluation;
import dev.firn.registry.evaluation.StaleJobException;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.evaluation.EvaluationOptions;
import dev.firn.training.model.EmbeddingModel;
import dev.firn.workflows.evaluation.EvaluationActivities;
import dev.firn.workflows.stage.StageActivities;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures model versions on their own, on the evaluation sets of prepared datasets. */
public final class EvaluationActivitiesImpl implements EvaluationActivities {
    /** What the weights of a version that is measured on its own are called. */
    public static final String REGISTERED = "registered";

    private static final Logger LOG = LoggerFactory.getLogger(EvaluationActivitiesImpl.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long PERIOD_MILLIS = 1000;

    private final Stores stores;
    private final Path scratch;
    private final int threads;

    /**
     * @param scratch folder for files that are needed meanwhile
     * @param threads number of threads that compute
     */
    public EvaluationActivitiesImpl(Stores stores, Path scratch, int threads) {
        this.stores = requireNonNull(stores, "stores is null");
        this.scratch = requireNonNull(scratch, "scratch is null");
        this.threads = threads;
    }

    @Override
    public void measureModel(String jobId) {
        ActivityExecutionContext activity = Activity.getExecutionContext();
        UUID id = UUID.fromString(jobId);
        try {
            Optional<EvaluationJob.Token> token = stores.evaluationJobs().begin(id);
            if (token.isEmpty()) {
                return;
            }
            EvaluationJob job = stores.evaluationJobs().get(id);
            List<NewEvaluation> evaluations;
            try (Pulse pulse = new Pulse(activity, stores, token.get())) {
                evaluations = measure(job, pulse);
            }
            stores.evaluationJobs().finish(token.get(), evaluations);
        } catch (Stopped e) {
            LOG.info("Evaluation {} stopped: {}", jobId, e.getMessage());
            // The interrupt has done its work; it would keep Temporal from hearing of it
            Thread.interrupted();
            throw e.answer;
        } catch (IOException | RuntimeException e) {
            boolean permanent = Faults.isFinal(e, activity.getInfo().getAttempt());
            LOG.warn("Evaluation {} failed{}", jobId, permanent ? "" : "; it is tried again", e);
            throw permanent
                    ? ApplicationFailure.newNonRetryableFailureWithCause(
                            Faults.message(e), StageActivities.PERMANENT, e)
                    : ApplicationFailure.newFailureWithCause(
                            Faults.message(e), e.getClass().getSimpleName(), e);
        }
    }

    private List<NewEvaluation> measure(EvaluationJob job, Pulse pulse) throws IOException {
        Files.createDirectories(scratch);
        Path folder = Files.createTempDirectory(scratch, "evaluation-");
        try {
            pulse.count("fetching", 0, 0);
            Path model = folder.resolve("model");
            stores.artifacts().fetch(job.modelArtifact(), model);
            Path data = folder.resolve("dataset");
            stores.artifacts().fetch(job.datasetArtifact(), data);
            try (PreparedDataset dataset = PreparedDataset.open(data);
                    EmbeddingModel loaded = EmbeddingModel.load(model, threads)) {
                if (dataset.evaluations().isEmpty()) {
                    throw new PermanentFailure("The dataset " + job.dataset() + "@" + job.datasetVersion()
                            + " has no evaluation set; choose another");
                }
                return new SetEvaluation(
                                dataset,
                                threads,
                                EvaluationOptions.standard(SetEvaluation.DEPTH),
                                Files.createDirectory(folder.resolve("evaluating")),
                                Files.createDirectory(folder.resolve("results")),
                                pulse::count,
                                line -> LOG.info("Evaluation {}: {}", job.id(), line))
                        .measure(List.of(REGISTERED), loaded, job.dimensions());
            }
        } finally {
            ScratchFolders.delete(folder);
        }
    }

    @Override
    public void failEvaluation(String jobId, String reason) {
        stores.evaluationJobs().fail(UUID.fromString(jobId), reason);
    }

    /** The evaluation must not go on: its worker shuts down, or another attempt has taken over. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient RuntimeException answer;

        Stopped(RuntimeException answer) {
            super(answer);
            this.answer = answer;
        }
    }

    /** Heartbeats and writes progress once a second, from a thread of its own, so that neither waits for a long step. */
    private static final class Pulse implements AutoCloseable {
        private final ActivityExecutionContext activity;
        private final Stores stores;
        private final EvaluationJob.Token token;
        private final ScheduledExecutorService ticker;
        private final AtomicReference<StageProgress> latest = new AtomicReference<>();
        private final AtomicReference<RuntimeException> stopped = new AtomicReference<>();
        private StageProgress written;

        Pulse(ActivityExecutionContext activity, Stores stores, EvaluationJob.Token token) {
            this.activity = activity;
            this.stores = stores;
            this.token = token;
            this.ticker = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("pulse-" + token.jobId()).factory());
            ScheduledFuture<?> _ = ticker.scheduleWithFixedDelay(this::tick, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        }

        void count(String message, long done, long total) {
            RuntimeException exception = stopped.get();
            if (exception != null) {
                throw new Stopped(exception);
            }
            latest.set(StageProgress.counted(message, done, total));
        }

        private void tick() {
            StageProgress progress = latest.get();
            try {
                activity.heartbeat(progress);
            } catch (ActivityCompletionException e) {
                stopped.compareAndSet(null, e);
            }
            if (progress == null || progress.equals(written)) {
                return;
            }
            try {
                stores.evaluationJobs().progress(token, MAPPER.valueToTree(progress));
                written = progress;
            } catch (StaleJobException e) {
                stopped.compareAndSet(null, e);
            } catch (RuntimeException e) {
                // Progress is for people
                LOG.debug("Progress of evaluation {} could not be written", token.jobId(), e);
            }
        }

        @Override
        public void close() {
            ticker.shutdownNow();
        }
    }
}
