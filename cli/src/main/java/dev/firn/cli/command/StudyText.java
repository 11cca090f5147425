package dev.firn.cli.command;

import dev.firn.cli.client.Study;
import dev.firn.cli.client.Study.StudyRun;
import dev.firn.cli.client.StudyPlan;
import dev.firn.cli.client.StudyState;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A study as text. */
final class StudyText {
    private StudyText() {}

    /** One line on where it stands. */
    static String line(Study study) {
        Study.Counts counts = study.counts();
        List<String> parts = new ArrayList<>();
        add(parts, counts.succeeded(), "succeeded");
        add(parts, counts.failed(), "failed");
        add(parts, counts.cancelled(), "cancelled");
        add(parts, counts.unfinished(), "under way");
        add(parts, counts.waiting(), "waiting");
        return "Study " + study.id() + " (" + study.name() + ") is " + study.state() + "; of " + counts.runs()
                + " runs: " + String.join(", ", parts);
    }

    private static void add(List<String> parts, int count, String what) {
        if (count > 0) {
            parts.add(count + " " + what);
        }
    }

    /** Done well: it has come to its end, and every run has succeeded. */
    static boolean succeeded(Study study) {
        return study.state() == StudyState.FINISHED
                && study.counts().succeeded() == study.counts().runs();
    }

    /** All of it: the runs with their means of nDCG@10. */
    static String whole(Study study) {
        Table table = new Table()
                .column("", Side.RIGHT)
                .column("run", Side.LEFT)
                .column("state", Side.LEFT)
                .column("pretrained", Side.RIGHT)
                .column("finetuned", Side.RIGHT)
                .column("change", Side.RIGHT)
                .column("across", Side.RIGHT)
                .column("never trained on", Side.RIGHT);
        Double reference =
                study.runs().isEmpty() ? null : study.runs().getFirst().figure("finetuned", "own", "all");
        for (StudyRun run : study.runs()) {
            Double finetuned = run.figure("finetuned", "own", "all");
            table.row(List.of(
                    Integer.toString(run.position()),
                    run.label(),
                    run.state().toLowerCase(Locale.ROOT),
                    Figures.measure(run.figure("pretrained", "own", "all")),
                    Figures.measure(finetuned),
                    run.position() == 0 || finetuned == null || reference == null
                            ? "-"
                            : String.format(Locale.ROOT, "%+.3f", finetuned - reference),
                    Figures.measure(run.figure("finetuned", "cross", "all")),
                    Figures.measure(run.figure("finetuned", "own", "untrained"))));
        }
        String failures = study.runs().stream()
                .filter(run -> run.failure() != null)
                .map(run -> "\n" + run.label() + " failed: " + run.failure())
                .collect(Collectors.joining());
        return line(study)
                + "\nnDCG@10, mean over languages; own language, finetuned across languages, and own language"
                + " of those never trained on\n" + table + failures;
    }

    /** What it would do. */
    static String plan(StudyPlan plan) {
        Table table = new Table().column("", Side.RIGHT).column("run", Side.LEFT);
        List<String> stages = plan.runs().isEmpty()
                ? List.of()
                : plan.runs().getFirst().stages().stream()
                        .map(StudyPlan.PlannedStage::name)
                        .toList();
        stages.forEach(stage -> table.column(stage, Side.LEFT));
        for (StudyPlan.PlannedRun run : plan.runs()) {
            List<String> row = new ArrayList<>(List.of(Integer.toString(run.position()), run.label()));
            for (StudyPlan.PlannedStage stage : run.stages()) {
                boolean goesOn = stage.name().equals("pretrain")
                        && run.continues() != null
                        && stage.would().equals("computed");
                row.add(
                        stage.sharedWith() != null
                                ? "of run " + stage.sharedWith()
                                : goesOn ? "goes on from " + run.continues() : stage.would());
            }
            table.row(row);
        }
        return table + "\n\n" + plan.runs().size() + " runs of " + plan.stages() + " stages, " + plan.computed()
                + " of them to be computed; at most " + plan.parallelism() + " runs at once\nmemory needed by a run: "
                + Figures.bytes(plan.memoryBytes());
    }
}
