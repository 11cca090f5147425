package dev.firn.cli.follow;

import dev.firn.cli.client.RunStage;
import dev.firn.cli.client.RunStage.Progress;
import dev.firn.cli.client.StageState;
import dev.firn.cli.console.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is said about a stage, on a terminal and elsewhere. */
final class StageText {
    private static final int BAR_CELLS = 24;
    private static final char[] PARTS = {' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'};

    private StageText() {}

    static boolean over(StageState state) {
        return switch (state) {
            case REUSED, SUCCEEDED, FAILED, CANCELLED -> true;
            case PENDING, RUNNING -> false;
        };
    }

    /** The line of a stage that is over. */
    static String ended(RunStage stage) {
        String name = String.format(Locale.ROOT, "%-10s", stage.name());
        return switch (stage.state()) {
            case REUSED -> name + "  reused" + because(stage.reason());
            case SUCCEEDED ->
                name + "  done" + (stage.seconds() == null ? "" : "   " + Figures.duration(stage.seconds()));
            case FAILED -> name + "  FAILED" + because(stage.failure());
            case CANCELLED -> name + "  cancelled";
            case PENDING, RUNNING -> name;
        };
    }

    /** The line of a stage that is under way, for a place where it is written once. */
    static String running(RunStage stage) {
        List<String> parts = new ArrayList<>();
        Progress progress = stage.progress();
        if (progress != null && progress.step() != null) {
            parts.add(
                    progress.totalSteps() == null
                            ? "step " + progress.step()
                            : "step " + progress.step() + " of " + progress.totalSteps());
        }
        parts.addAll(figures(stage));
        String name = String.format(Locale.ROOT, "%-10s", stage.name());
        return parts.isEmpty() ? name + "  started" : name + "  " + String.join(", ", parts);
    }

    /** The line of a stage that is under way, with a bar, cut to the width of the terminal. */
    static String bar(RunStage stage, int columns) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-10s", stage.name()));
        Progress progress = stage.progress();
        if (progress != null && progress.step() != null && progress.totalSteps() != null && progress.totalSteps() > 0) {
            line.append("  ").append(cells((double) progress.step() / progress.totalSteps()));
            line.append("  ").append(progress.step()).append('/').append(progress.totalSteps());
        } else if (progress != null && progress.step() != null) {
            line.append("  ").append(progress.step());
        }
        for (String figure : figures(stage)) {
            line.append("  ").append(figure);
        }
        return cut(line.toString(), columns);
    }

    /** Cuts a line so that a terminal does not wrap it. */
    static String cut(String line, int columns) {
        int[] points = line.codePoints().toArray();
        if (points.length < columns) {
            return line;
        }
        return new String(points, 0, columns - 2) + '…';
    }

    private static List<String> figures(RunStage stage) {
        List<String> figures = new ArrayList<>();
        Progress progress = stage.progress();
        if (progress != null) {
            if (progress.loss() != null) {
                figures.add(String.format(Locale.ROOT, "loss %.4f", progress.loss()));
            }
            if (progress.tokensPerSecond() != null) {
                figures.add(Figures.count(progress.tokensPerSecond()) + " tokens/s");
            }
            if (progress.secondsLeft() != null) {
                figures.add(Figures.duration(Math.rint(progress.secondsLeft())) + " left");
            } else if (stage.seconds() != null) {
                figures.add(Figures.duration(stage.seconds()));
            }
            if (progress.message() != null && !progress.message().isBlank()) {
                figures.add(progress.message().strip());
            }
        } else if (stage.seconds() != null) {
            figures.add(Figures.duration(stage.seconds()));
        }
        if (stage.attempts() > 1) {
            figures.add("attempt " + stage.attempts());
        }
        return figures;
    }

    private static String cells(double fraction) {
        int eighths = (int) Math.floor(Math.clamp(fraction, 0.0, 1.0) * BAR_CELLS * 8);
        StringBuilder bar = new StringBuilder("▕");
        for (int cell = 0; cell < BAR_CELLS; cell++) {
            bar.append(PARTS[Math.clamp(eighths - cell * 8, 0, 8)]);
        }
        return bar.append('▏').toString();
    }

    private static String because(String reason) {
        return reason == null || reason.isBlank() ? "" : ": " + reason.strip();
    }
}
