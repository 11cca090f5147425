package dev.firn.cli.demo;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.client.Run;
import dev.firn.cli.client.Run.RegisteredModel;
import dev.firn.cli.client.RunStage;
import dev.firn.cli.client.StageState;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import dev.firn.cli.demo.Scores.View;
import dev.firn.cli.demo.Scores.Weights;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/** What is printed at the end of the demonstration. */
final class DemoReport {
    private final Run run;
    private final Scores scores;

    DemoReport(Run run, Scores scores) {
        this.run = requireNonNull(run, "run is null");
        this.scores = requireNonNull(scores, "scores is null");
    }

    /** nDCG@10 by language, with means, and what is seen in it. */
    String results() {
        if (scores.isEmpty()) {
            return "Nothing was evaluated.";
        }
        Table table = new Table()
                .column("nDCG@10", Side.LEFT)
                .column("queries", Side.RIGHT)
                .column("untrained", Side.RIGHT)
                .column("initialised", Side.RIGHT)
                .column("pretrained", Side.RIGHT)
                .column("finetuned", Side.RIGHT)
                .column("BM25", Side.RIGHT);
        Set<String> unseen = unseenLanguages();
        for (View view : View.values()) {
            List<String> languages = scores.languages(view);
            if (languages.isEmpty()) {
                continue;
            }
            table.section(title(view));
            for (String language : languages) {
                List<String> row = new ArrayList<>();
                row.add("  " + language + (unseen.contains(language) ? " *" : ""));
                row.add(Integer.toString(scores.queries(view, language)));
                for (Weights weights : Weights.values()) {
                    row.add(figure(scores.value(view, weights, language)));
                }
                table.row(row);
            }
            List<String> means = new ArrayList<>();
            means.add("  mean");
            means.add(Integer.toString(languages.stream()
                    .mapToInt(language -> scores.queries(view, language))
                    .sum()));
            for (Weights weights : Weights.values()) {
                means.add(figure(scores.mean(view, weights)));
            }
            table.row(means);
        }
        String note = unseen.isEmpty() ? "" : "\n* a language that was never trained on";
        return table + note + "\n\n" + String.join("\n", seen());
    }

    /** The languages that the specification evaluates and never trains on. */
    private Set<String> unseenLanguages() {
        Set<String> unseen = new TreeSet<>();
        if (run.specification() != null) {
            JsonNode sources = run.specification().path("data").path("sources");
            for (JsonNode source : sources) {
                source.path("evaluationLanguages").forEach(language -> unseen.add(language.asText()));
            }
            for (JsonNode source : sources) {
                source.path("languages").forEach(language -> unseen.remove(language.asText()));
            }
        }
        return unseen;
    }

    private String title(View view) {
        return switch (view) {
            case OWN ->
                "queries against passages of their own language"
                        + dimensions(scores.fullDimension().orElse(0));
            case CROSS ->
                "queries of each language against English passages"
                        + dimensions(scores.fullDimension().orElse(0));
            case TRUNCATED ->
                "their own language again, truncated"
                        + dimensions(scores.truncatedDimension().orElse(0));
        };
    }

    private static String dimensions(int dimension) {
        return dimension == 0 ? "" : ", " + dimension + " dimensions";
    }

    private static String figure(OptionalDouble value) {
        return Figures.measure(value.isPresent() ? value.getAsDouble() : null);
    }

    private List<String> seen() {
        List<String> sentences = new ArrayList<>();
        for (View view : View.values()) {
            for (Weights line : List.of(Weights.UNTRAINED, Weights.BM25)) {
                compared(view, line, sentences);
            }
        }
        return sentences;
    }

    private void compared(View view, Weights line, List<String> sentences) {
        List<String> below = new ArrayList<>();
        int languages = 0;
        for (String language : scores.languages(view)) {
            OptionalDouble finetuned = scores.value(view, Weights.FINETUNED, language);
            OptionalDouble other = scores.value(view, line, language);
            if (finetuned.isPresent() && other.isPresent()) {
                languages++;
                if (finetuned.getAsDouble() <= other.getAsDouble()) {
                    below.add(language);
                }
            }
        }
        if (languages == 0) {
            return;
        }
        String where = switch (view) {
            case OWN -> "Own language";
            case CROSS -> "Across languages";
            case TRUNCATED -> "Truncated";
        };
        String than = line == Weights.BM25 ? "BM25" : "its untrained self";
        sentences.add(String.format(
                Locale.ROOT,
                "%s: the finished model %s against %s for %s; it is %s.",
                where,
                figure(scores.mean(view, Weights.FINETUNED)),
                figure(scores.mean(view, line)),
                than,
                below.isEmpty()
                        ? "better in all " + languages + " languages"
                        : "not better in " + below.size() + " of " + languages + " languages ("
                                + String.join(", ", below) + ")"));
    }

    /** Each stage with its time and whether it was reused, and why. */
    String stages() {
        Table table = new Table()
                .column("stage", Side.LEFT)
                .column("seconds", Side.RIGHT)
                .column("result", Side.LEFT)
                .column("why", Side.LEFT);
        for (RunStage stage : run.stages()) {
            table.row(List.of(
                    stage.name(),
                    String.format(Locale.ROOT, "%.1f", seconds(stage)),
                    stage.state() == StageState.SUCCEEDED
                            ? "computed"
                            : stage.state().name().toLowerCase(Locale.ROOT),
                    why(stage)));
        }
        return table + String.format(Locale.ROOT, "%n%.1f seconds in all", seconds());
    }

    private static String why(RunStage stage) {
        if (stage.failure() != null) {
            return stage.failure();
        }
        String reason = stage.reason() == null ? "" : stage.reason();
        if (stage.reusedFrom() == null || reason.contains(stage.reusedFrom())) {
            return reason;
        }
        return reason + (reason.isEmpty() ? "" : ", ") + "from run " + stage.reusedFrom();
    }

    /** What a newcomer may do next. */
    String next(URI server, boolean exit) {
        String address = server.toString();
        StringBuilder text = new StringBuilder();
        if (exit) {
            text.append("Next (./firn up starts the server again, with all of this in it):\n");
        } else {
            text.append("Next, while this server runs (Ctrl-C ends it; ./firn up starts it again):\n");
        }
        text.append("  ").append(address).append("/    the page: runs, stages, models\n");
        text.append("  curl ")
                .append(address)
                .append("/api/runs/")
                .append(run.id())
                .append('\n');
        text.append("  curl '")
                .append(address)
                .append("/api/runs/")
                .append(run.id())
                .append("/metrics?stage=pretrain&name=loss'\n");
        RegisteredModel model = run.model();
        if (model != null) {
            String reference = model.name() + '@' + (model.alias() == null ? model.version() : model.alias());
            text.append("  curl ")
                    .append(address)
                    .append("/v1/embeddings -H 'Content-Type: application/json' -d '{\"model\":\"")
                    .append(reference)
                    .append("\",\"inputType\":\"query\",\"input\":\"password policy\"}'\n");
            text.append("  ./firn export ")
                    .append(reference)
                    .append(" my-model    a folder for sentence-transformers\n");
        }
        text.append("  ./firn submit examples/quickstart.yaml --dry-run    what a changed specification would reuse");
        return text.toString();
    }

    /** The same for programs. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        RegisteredModel model = run.model();
        json.put("run", run.id());
        json.put("status", run.state().name());
        json.put("model", model == null ? null : model.name());
        json.put("version", model == null ? null : (Integer) model.version());
        json.put("alias", model == null ? null : model.alias());
        ArrayNode stages = json.putArray("stages");
        for (RunStage stage : run.stages()) {
            stages.addObject()
                    .put("name", stage.name())
                    .put("seconds", rounded(seconds(stage)))
                    .put("reused", stage.reused());
        }
        ObjectNode measures = json.putObject("ndcg10");
        for (Weights weights : Weights.values()) {
            ObjectNode views = measures.putObject(weights.key());
            for (View view : View.values()) {
                if (view == View.TRUNCATED && weights == Weights.BM25) {
                    continue;
                }
                OptionalDouble mean = scores.mean(view, weights);
                views.put(view.key(), mean.isPresent() ? (Double) mean.getAsDouble() : null);
            }
        }
        json.put("seconds", rounded(seconds()));
        return json;
    }

    private static double seconds(RunStage stage) {
        return stage.seconds() == null ? 0 : stage.seconds();
    }

    private double seconds() {
        if (run.startedAt() == null || run.finishedAt() == null) {
            return run.stages().stream().mapToDouble(DemoReport::seconds).sum();
        }
        return Duration.between(run.startedAt(), run.finishedAt()).toMillis() / 1000.0;
    }

    private static double rounded(double seconds) {
        return Math.round(seconds * 1000) / 1000.0;
    }
}
