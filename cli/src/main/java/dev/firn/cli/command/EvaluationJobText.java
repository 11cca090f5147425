package dev.firn.cli.command;

import dev.firn.cli.client.EvaluationJob;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Measurements that were asked for, as text. */
final class EvaluationJobText {
    private EvaluationJobText() {}

    static String line(EvaluationJob job) {
        return job.model() + " on " + job.dataset() + ": " + state(job);
    }

    static Table table(List<EvaluationJob> jobs) {
        Table table = new Table()
                .column("id", Side.LEFT)
                .column("model", Side.LEFT)
                .column("dataset", Side.LEFT)
                .column("widths", Side.LEFT)
                .column("asked for (UTC)", Side.LEFT)
                .column("state", Side.LEFT);
        for (EvaluationJob job : jobs) {
            String widths = job.dimensions().stream().map(String::valueOf).collect(Collectors.joining(", "));
            table.row(List.of(
                    job.id(),
                    job.model(),
                    job.dataset(),
                    widths.isEmpty() ? "its own" : "its own, " + widths,
                    Figures.moment(job.createdAt()),
                    state(job)));
        }
        return table;
    }

    private static String state(EvaluationJob job) {
        String state = job.state().toLowerCase(Locale.ROOT);
        if (job.failure() != null) {
            return state + ": " + job.failure();
        }
        if (job.progress() == null || job.ended()) {
            return state;
        }
        String message = job.progress().path("message").asText(state);
        return job.progress().hasNonNull("totalSteps")
                ? message + ", " + job.progress().path("step").asLong() + " of "
                        + job.progress().path("totalSteps").asLong()
                : message;
    }
}
