package dev.firn.cli.client;

import java.time.Instant;
import java.util.List;

/**
 * A study.
 *
 * @param counts what has become of its runs
 * @param runs in their order; none in listings
 */
public record Study(
        String id,
        String name,
        String type,
        StudyState state,
        int parallelism,
        Instant createdAt,
        Instant finishedAt,
        Counts counts,
        List<StudyRun> runs) {

    public Study {
        counts = counts == null ? new Counts(0, 0, 0, 0, 0, 0) : counts;
        runs = runs == null ? List.of() : List.copyOf(runs);
    }

    /** What has become of a study's runs. */
    public record Counts(int runs, int succeeded, int failed, int cancelled, int unfinished, int waiting) {}

    /**
     * A run of a study.
     *
     * @param runId null until it was submitted
     * @param state of the run; {@code WAITING} before it was submitted, {@code REFUSED} when it could not be
     * @param failure why it failed; null when it did not
     */
    public record StudyRun(
            int position,
            String label,
            String runId,
            String state,
            String failure,
            List<StageState> stages,
            List<Figure> figures) {
        public StudyRun {
            stages = stages == null ? List.of() : List.copyOf(stages);
            figures = figures == null ? List.of() : List.copyOf(figures);
        }

        /** The mean of nDCG@10 of these; null where it was not measured. */
        public Double figure(String weights, String kind, String languages) {
            return figures.stream()
                    .filter(figure -> figure.weights().equals(weights)
                            && figure.kind().equals(kind)
                            && figure.languages().equals(languages))
                    .map(Figure::ndcg10)
                    .findFirst()
                    .orElse(null);
        }
    }

    /** Where a stage of a run stands. */
    public record StageState(String name, String state) {}

    /** A mean of nDCG@10 over evaluation sets. */
    public record Figure(String weights, String kind, String languages, double ndcg10, int sets) {}
}
