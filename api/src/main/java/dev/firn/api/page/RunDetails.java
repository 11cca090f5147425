package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.api.evaluation.EvaluationView;
import dev.firn.api.run.ControlView;
import dev.firn.api.run.RunView;
import dev.firn.registry.PageRequest;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.control.ControlStore;
import dev.firn.registry.evaluation.EvaluationFilter;
import dev.firn.registry.evaluation.EvaluationStore;
import dev.firn.registry.lineage.LineageNode;
import dev.firn.registry.lineage.LineageStore;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.StageAttempt;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.run.StageStore;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What there is to tell of a run besides how far it is. */
@Singleton
class RunDetails {
    private static final int CONTROLS = 50;
    private static final int RELATIVES = 20;
    private static final int SOURCES = 50;

    private final EvaluationStore evaluations;
    private final StageStore stages;
    private final ControlStore controls;
    private final RunStore runs;
    private final CheckpointStore checkpoints;
    private final LineageStore lineage;

    RunDetails(
            EvaluationStore evaluations,
            StageStore stages,
            ControlStore controls,
            RunStore runs,
            CheckpointStore checkpoints,
            LineageStore lineage) {
        this.evaluations = requireNonNull(evaluations, "evaluations is null");
        this.stages = requireNonNull(stages, "stages is null");
        this.controls = requireNonNull(controls, "controls is null");
        this.runs = requireNonNull(runs, "runs is null");
        this.checkpoints = requireNonNull(checkpoints, "checkpoints is null");
        this.lineage = requireNonNull(lineage, "lineage is null");
    }

    /**
     * All of it.
     *
     * @param evaluation what was measured
     * @param attempts at its stages, the newest first
     * @param controls what it was asked for, the newest first
     * @param parent the checkpoint that it was forked from, or null
     * @param sources what came into it from elsewhere
     * @param lenders the runs whose finished stages it took over
     * @param forks the runs that were forked from its checkpoints
     * @param reusers the runs that took over its finished stages
     */
    record View(
            List<EvaluationTable> evaluation,
            List<Attempt> attempts,
            List<ControlView> controls,
            Checkpoint parent,
            List<LineageNode> sources,
            List<Run> lenders,
            List<Run> forks,
            List<Run> reusers) {
        View {
            evaluation = List.copyOf(evaluation);
            attempts = List.copyOf(attempts);
            controls = List.copyOf(controls);
            sources = List.copyOf(sources);
            lenders = List.copyOf(lenders);
            forks = List.copyOf(forks);
            reusers = List.copyOf(reusers);
        }
    }

    /**
     * An attempt at a stage.
     *
     * @param from the checkpoint it went on from; null when it began at the beginning
     * @param step that checkpoint's step
     * @param seconds how long it took, or has taken so far
     */
    record Attempt(
            String stage,
            long number,
            String outcome,
            String worker,
            UUID from,
            Long step,
            Instant startedAt,
            double seconds,
            String failure) {}

    View of(RunView run) {
        UUID id = run.id();
        EvaluationFilter filter = new EvaluationFilter(Optional.of(id), Optional.empty());
        List<EvaluationView> measured =
                evaluations.list(filter, PageRequest.first(PageRequest.MAXIMUM_LIMIT)).items().stream()
                        .map(EvaluationView::of)
                        .toList();
        return new View(
                EvaluationTable.of(measured),
                attempts(id),
                controls.list(id, PageRequest.first(CONTROLS)).items().stream()
                        .map(ControlView::of)
                        .toList(),
                run.parentCheckpoint() == null ? null : checkpoints.get(run.parentCheckpoint()),
                lineage.sourcesOf(id, SOURCES),
                run.stages().stream()
                        .map(stage -> stage.reusedFrom())
                        .filter(lender -> lender != null)
                        .distinct()
                        .flatMap(lender -> runs.find(lender).stream())
                        .toList(),
                runs.forksOf(id, RELATIVES),
                runs.reusersOf(id, RELATIVES));
    }

    private List<Attempt> attempts(UUID run) {
        List<Attempt> attempts = new ArrayList<>();
        for (StageExecution stage : stages.ofRun(run)) {
            if (stage.attempts() > 0) {
                stages.attempts(stage.id()).forEach(attempt -> attempts.add(attempt(stage.stage(), attempt)));
            }
        }
        attempts.sort(Comparator.comparing(Attempt::startedAt).reversed());
        return attempts;
    }

    private static Attempt attempt(String stage, StageAttempt attempt) {
        return new Attempt(
                stage,
                attempt.fence(),
                attempt.outcome().name(),
                attempt.worker(),
                attempt.resumedFrom().orElse(null),
                attempt.resumedStep().isPresent() ? attempt.resumedStep().getAsLong() : null,
                attempt.startedAt(),
                Duration.between(attempt.startedAt(), attempt.finishedAt().orElseGet(Instant::now))
                                .toMillis()
                        / 1000.0,
                attempt.failure()
                        .map(failure -> failure.path("message").asText(failure.toString()))
                        .orElse(null));
    }
}
