package dev.firn.api.page;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.activities.submission.MemoryNeed;
import dev.firn.api.run.RunView;
import dev.firn.api.run.StageView;
import dev.firn.api.run.StageView.ArtifactView;
import dev.firn.api.run.StageView.ProgressView;
import dev.firn.registry.run.RunState;
import io.quarkus.qute.TemplateExtension;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/** How the templates write numbers, times and states. Times are in UTC. */
@TemplateExtension
final class Format {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Format() {}

    /** {@code 3 minutes ago}; the date when it is more than a day. */
    static String ago(Instant moment) {
        return ago(moment, Instant.now());
    }

    static String ago(Instant moment, Instant now) {
        long seconds = Math.max(0, Duration.between(moment, now).toSeconds());
        if (seconds < 60) {
            return "just now";
        }
        if (seconds < 3_600) {
            return counted(seconds / 60, "minute") + " ago";
        }
        return seconds < 86_400 ? counted(seconds / 3_600, "hour") + " ago" : DAY.format(moment);
    }

    private static String counted(long number, String unit) {
        return number + " " + unit + (number == 1 ? "" : "s");
    }

    /** {@code 17:05:09}. */
    static String clock(Instant moment) {
        return CLOCK.format(moment);
    }

    /** {@code 2026-05-17 09:30}. */
    static String day(Instant moment) {
        return DAY.format(moment);
    }

    /** A number for people: six digits at most. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size != 0 && (size < 0.001 || size >= 1e7)) {
            return String.format(Locale.ROOT, "%.3g", value);
        }
        return String.format(Locale.ROOT, size >= 1_000 ? "%,.0f" : size >= 100 ? "%.1f" : "%.4f", value);
    }

    /** {@code 1,500}. */
    static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** What a series of numbers is called for people. */
    static String metricName(String name) {
        return switch (name) {
            case "loss" -> "Loss";
            case "learningRate" -> "Learning rate";
            case "gradientNorm" -> "Gradient norm";
            case "tokensPerSecond" -> "Tokens per second";
            default ->
                name.startsWith("ndcg10.")
                        ? "nDCG@10, "
                                + name.substring("ndcg10.".length())
                                        .replace("own.", "own language, ")
                                        .replace("cross.", "another language, ")
                                        .replace("truncated.", "truncated, ")
                        : name;
        };
    }

    /** The last part of an identifier, to tell runs of one name apart. */
    static String brief(UUID id) {
        String text = id.toString();
        return text.substring(text.length() - 8);
    }

    /** A size in bytes for people, in powers of 1000. */
    static String size(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < units.length - 1) {
            value /= 1_000;
            unit++;
        }
        String pattern = unit == 0 || value >= 99.95 ? "%.0f %s" : "%.1f %s";
        return String.format(Locale.ROOT, pattern, value, units[unit]);
    }

    /** The first 12 digits of a digest. */
    static String abbreviated(String digest) {
        return digest.length() <= 12 ? digest : digest.substring(0, 12) + "…";
    }

    /** In lower case, for style classes and for reading. */
    static String lower(String state) {
        return state.toLowerCase(Locale.ROOT);
    }

    /** {@code 1:02:03} or {@code 2:03}. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        return whole >= 3_600
                ? String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3_600, whole / 60 % 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
    }

    /** How long a stage took or has taken; a dash before it began. */
    static String secondsText(StageView stage) {
        return stage.seconds() == null ? "–" : duration(stage.seconds());
    }

    /** The done part of a stage from 0 to 1; -1 when nobody knows. */
    static double fraction(StageView stage) {
        ProgressView progress = stage.progress();
        if (progress == null
                || progress.step() == null
                || progress.totalSteps() == null
                || progress.totalSteps() <= 0) {
            return -1;
        }
        return Math.clamp((double) progress.step() / progress.totalSteps(), 0, 1);
    }

    /** What is known about how far a running stage is; null when it does not run or nothing is known. */
    static String progressText(StageView stage) {
        ProgressView progress = stage.progress();
        if (progress == null || !stage.state().equals("RUNNING")) {
            return null;
        }
        List<String> parts = new ArrayList<>();
        if (progress.message() != null && !progress.message().isBlank()) {
            parts.add(progress.message());
        }
        if (progress.step() != null) {
            parts.add(
                    progress.totalSteps() == null
                            ? "step " + grouped(progress.step())
                            : "step " + grouped(progress.step()) + " of " + grouped(progress.totalSteps()));
        }
        if (stage.shards() != null && stage.shards().total() > 1) {
            parts.add("%d of %d shards by %d worker%s"
                    .formatted(
                            stage.shards().done(),
                            stage.shards().total(),
                            stage.shards().workers(),
                            stage.shards().workers() == 1 ? "" : "s"));
        }
        if (progress.loss() != null) {
            parts.add(String.format(Locale.ROOT, "loss %.3f", progress.loss()));
        }
        if (progress.tokensPerSecond() != null) {
            parts.add(String.format(Locale.ROOT, "%,.0f tokens/s", progress.tokensPerSecond()));
        }
        if (progress.secondsLeft() != null) {
            parts.add(duration(progress.secondsLeft()) + " left");
        }
        return parts.isEmpty() ? null : String.join(", ", parts);
    }

    /** The stage that runs; null when none does. */
    static StageView busyStage(RunView run) {
        return run.stages().stream()
                .filter(stage -> stage.state().equals("RUNNING"))
                .findFirst()
                .orElse(null);
    }

    /** How many stages are done, of a run that is not at work. */
    static String doneText(RunView run) {
        long done = run.stages().stream()
                .filter(stage ->
                        stage.state().equals("SUCCEEDED") || stage.state().equals("REUSED"))
                .count();
        String stages = done == run.stages().size()
                ? "all " + counted(done, "stage")
                : done + " of " + counted(run.stages().size(), "stage") + " done";
        return run.startedAt() == null ? stages : stages + ", " + elapsed(run);
    }

    /** In lower case. */
    static String word(RunState state) {
        return lower(state.name());
    }

    /** A document in one line. */
    static String valueText(JsonNode value) {
        return value.toString();
    }

    /** What to change where there is too little memory; null where there is enough. */
    static String shortageText(MemoryNeed need) {
        return need.shortage().orElse(null);
    }

    /** Whether nothing will happen any more. */
    static boolean ended(RunView run) {
        return run.finishedAt() != null;
    }

    /** From start to finish, or to now; a dash before the start. */
    static String elapsed(RunView run) {
        if (run.startedAt() == null) {
            return "–";
        }
        Instant end = run.finishedAt() == null ? Instant.now() : run.finishedAt();
        return duration(Duration.between(run.startedAt(), end).toMillis() / 1000.0);
    }

    /** An artifact with the stage that made it. */
    record ArtifactRow(String stage, ArtifactView artifact) {}

    /** The artifacts of all stages, in their order. */
    static List<ArtifactRow> artifactRows(RunView run) {
        return run.stages().stream()
                .flatMap(stage -> stage.artifacts().stream().map(artifact -> new ArtifactRow(stage.name(), artifact)))
                .toList();
    }
}
