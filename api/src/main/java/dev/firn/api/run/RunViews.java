package dev.firn.api.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.activities.stage.StageProgress;
import dev.firn.api.run.RunView.RegisteredModel;
import dev.firn.api.run.StageView.ArtifactView;
import dev.firn.api.run.StageView.ProgressView;
import dev.firn.api.run.StageView.ShardsView;
import dev.firn.registry.queue.QueueStore;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.run.StageState;
import dev.firn.registry.run.StageStore;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Makes views of runs from the registry's rows. */
@Singleton
public class RunViews {
    private final RunStore runs;
    private final StageStore stages;
    private final QueueStore queue;

    public RunViews(RunStore runs, StageStore stages, QueueStore queue) {
        this.runs = requireNonNull(runs, "runs is null");
        this.stages = requireNonNull(stages, "stages is null");
        this.queue = requireNonNull(queue, "queue is null");
    }

    /**
     * A run with its specification.
     *
     * @throws dev.firn.registry.NotFoundException when there is none with this id
     */
    public RunView one(UUID id) {
        Run run = runs.get(id);
        return view(run, queue.waitingFor(List.of(id)).get(id), stages.ofRun(id), runs.specification(id));
    }

    /** Runs without their specifications; their stages are read at once. */
    public List<RunView> several(List<Run> rows) {
        List<UUID> ids = rows.stream().map(Run::id).toList();
        Map<UUID, List<StageExecution>> ofRuns = stages.ofRuns(ids);
        Map<UUID, String> waitingFor = queue.waitingFor(ids);
        return rows.stream()
                .map(run -> view(run, waitingFor.get(run.id()), ofRuns.getOrDefault(run.id(), List.of()), null))
                .toList();
    }

    private static RunView view(Run run, String waitingFor, List<StageExecution> stages, JsonNode specification) {
        return new RunView(
                run.id(),
                run.name(),
                run.state().name(),
                run.priority(),
                waitingFor == null ? room(stages) : waitingFor,
                run.requestedBy().orElse(null),
                run.createdAt(),
                run.startedAt().orElse(null),
                run.finishedAt().orElse(null),
                run.failure().map(RunViews::withStage).orElse(null),
                run.result().map(RunViews::model).orElse(null),
                run.parentCheckpoint().orElse(null),
                stages.stream().map(RunViews::view).toList(),
                specification);
    }

    /** What a stage at work says of the room that it waits for; null when it does not wait. */
    private static String room(List<StageExecution> stages) {
        return stages.stream()
                .filter(stage -> stage.state() == StageState.RUNNING)
                .flatMap(stage -> stage.progress().stream())
                .map(progress -> progress.path("message").asText())
                .filter(message -> message.startsWith(StageProgress.WAITING_FOR_ROOM))
                .findFirst()
                .orElse(null);
    }

    private static StageView view(StageExecution stage) {
        return new StageView(
                /* name= */ stage.stage(),
                /* state= */ stage.state().name(),
                stage.key().orElse(null),
                stage.state() == StageState.REUSED,
                stage.reusedFromRun().orElse(null),
                stage.reason().orElse(null),
                stage.startedAt().orElse(null),
                stage.finishedAt().orElse(null),
                seconds(stage.startedAt(), stage.finishedAt()),
                stage.attempts(),
                stage.failure().map(RunViews::text).orElse(null),
                stage.shards()
                        .map(shards ->
                                new ShardsView(shards.total(), shards.done(), shards.workers(), shards.seconds()))
                        .orElse(null),
                stage.progress().map(RunViews::progress).orElse(null),
                stage.outputs().stream()
                        .map(output -> ArtifactView.of(output.name(), output.artifact()))
                        .toList());
    }

    private static Double seconds(Optional<Instant> started, Optional<Instant> finished) {
        return started.map(from -> Math.max(
                                0,
                                Duration.between(from, finished.orElseGet(Instant::now))
                                        .toMillis())
                        / 1000.0)
                .orElse(null);
    }

    /** Reads what a worker wrote about how far it is; what is not there stays null. */
    static ProgressView progress(JsonNode progress) {
        return new ProgressView(
                whole(progress.path("step")),
                whole(progress.path("totalSteps")),
                number(progress.path("loss")),
                number(progress.path("tokensPerSecond")),
                number(progress.path("secondsLeft")),
                progress.path("message").textValue());
    }

    private static Long whole(JsonNode value) {
        return value.isNumber() ? value.longValue() : null;
    }

    private static Double number(JsonNode value) {
        return value.isNumber() ? value.doubleValue() : null;
    }

    /** The failure's message, or all of it when it has none. */
    private static String text(JsonNode failure) {
        if (failure.isTextual()) {
            return failure.textValue();
        }
        String message = failure.path("message").textValue();
        return message == null ? failure.toString() : message;
    }

    private static String withStage(JsonNode failure) {
        String stage = failure.path("stage").textValue();
        return stage == null ? text(failure) : stage + ": " + text(failure);
    }

    private static RegisteredModel model(JsonNode result) {
        JsonNode model = result.path("model");
        if (!model.path("name").isTextual() || !model.path("version").isInt()) {
            return null;
        }
        return new RegisteredModel(
                model.path("name").textValue(),
                model.path("version").intValue(),
                model.path("alias").textValue(),
                model.path("aliasStays").textValue());
    }
}
