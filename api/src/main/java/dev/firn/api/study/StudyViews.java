package dev.firn.api.study;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.activities.study.StudyResults;
import dev.firn.activities.study.StudyRunResult;
import dev.firn.registry.study.NewStudy;
import dev.firn.registry.study.Study;
import dev.firn.registry.study.StudyCounts;
import dev.firn.registry.study.StudyRun;
import dev.firn.registry.study.StudyStore;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;

/** Makes views of studies from the registry's rows. */
@Singleton
public class StudyViews {
    private final StudyStore studies;
    private final StudyResults results;

    public StudyViews(StudyStore studies, StudyResults results) {
        this.studies = requireNonNull(studies, "studies is null");
        this.results = requireNonNull(results, "results is null");
    }

    /**
     * A study with its runs and its specification.
     *
     * @throws dev.firn.registry.NotFoundException when there is none with this id
     */
    public StudyView one(UUID id) {
        Study study = studies.get(id);
        return view(
                study,
                counts(List.of(id), id),
                results.of(id).stream().map(StudyViews::run).toList(),
                study.specification());
    }

    /** Studies without their runs and specifications. */
    public List<StudyView> several(List<Study> rows) {
        Map<UUID, StudyCounts> counts =
                studies.counts(rows.stream().map(Study::id).toList());
        return rows.stream()
                .map(study -> view(study, counts.getOrDefault(study.id(), StudyCounts.NONE), null, null))
                .toList();
    }

    private StudyCounts counts(List<UUID> ids, UUID id) {
        return studies.counts(ids).getOrDefault(id, StudyCounts.NONE);
    }

    private static StudyView view(Study study, StudyCounts counts, List<StudyRunView> runs, JsonNode specification) {
        return new StudyView(
                study.id(),
                study.name(),
                study.kind(),
                study.state().name(),
                study.parallelism(),
                study.requestedBy().orElse(null),
                study.createdAt(),
                study.finishedAt().orElse(null),
                new StudyView.Counts(
                        counts.runs(),
                        counts.succeeded(),
                        counts.failed(),
                        counts.cancelled(),
                        counts.unfinished(),
                        counts.waiting()),
                runs,
                specification);
    }

    private static StudyRunView run(StudyRunResult result) {
        StudyRun run = result.run();
        NewStudy.PlannedRun planned = run.planned();
        return new StudyRunView(
                run.position(),
                planned.label(),
                planned.coordinates(),
                List.copyOf(new TreeSet<>(planned.languages())),
                planned.continues().orElse(null),
                run.runId().orElse(null),
                state(run),
                result.failure().orElse(null),
                result.stages().stream()
                        .map(stage -> new StudyRunView.StageState(
                                /* name= */ stage.stage(),
                                /* state= */ stage.state().name(),
                                stage.reusedFromRun().orElse(null)))
                        .toList(),
                result.figures().stream()
                        .map(figure -> new StudyRunView.FigureView(
                                figure.weights(), figure.kind(), figure.group().label(), figure.mean(), figure.sets()))
                        .toList());
    }

    private static String state(StudyRun run) {
        if (run.waits()) {
            return "WAITING";
        }
        return run.state().map(Enum::name).orElse("REFUSED");
    }
}
