package dev.firn.api.study;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.activities.study.Figure;
import dev.firn.activities.study.Figure.Group;
import dev.firn.activities.study.StudyIntervals;
import dev.firn.activities.study.StudyResults;
import dev.firn.activities.study.StudyRunResult;
import dev.firn.api.study.StudyReport.Cell;
import dev.firn.registry.evaluation.NewEvaluation;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.run.StageState;
import dev.firn.training.measure.Comparison;
import dev.firn.training.measure.Interval;
import dev.firn.workflows.stage.Stage;
import dev.firn.workflows.study.StudyGrid;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** Makes reports of studies. */
@Singleton
public class StudyReports {
    private static final String PRETRAINED = "pretrained";
    private static final String FINETUNED = "finetuned";
    private static final String INITIALISED = "initialised";
    private static final String BM25 = "bm25";
    private static final String OWN = "own";
    private static final String CROSS = "cross";
    private static final double SURE = 0.05;
    private static final int WIDTH = 640;
    private static final int HEIGHT = 300;
    private static final int SMALL_WIDTH = 300;
    private static final int SMALL_HEIGHT = 190;
    private static final int MOST_OF_A_VALUE = 80;

    private final StudyViews views;
    private final StudyResults results;
    private final StudyIntervals intervals;

    public StudyReports(StudyViews views, StudyResults results, StudyIntervals intervals) {
        this.views = requireNonNull(views, "views is null");
        this.results = requireNonNull(results, "results is null");
        this.intervals = requireNonNull(intervals, "intervals is null");
    }

    /**
     * The report of a study as it stands.
     *
     * @param thorough whether intervals are told, for which the values of every query are read
     * @throws dev.firn.registry.NotFoundException when there is no such study
     */
    public StudyReport of(UUID id, boolean thorough) {
        StudyView study = views.one(id);
        List<StudyRunResult> runs = results.of(id);
        Writing writing = new Writing(study, runs, thorough);
        return new StudyReport(
                study,
                writing.summary(),
                writing.columns(),
                writing.rows(),
                writing.pictures(),
                writing.languageTables(),
                runs.stream().map(run -> run.run().planned().label()).toList(),
                writing.differences(),
                Arrays.stream(Stage.values()).map(Stage::label).toList(),
                writing.stageRows(),
                writing.digests(),
                writing.failures(),
                study.specification().toPrettyString());
    }

    /** One report while it is being written. */
    private final class Writing {
        private final StudyView study;
        private final List<StudyRunResult> runs;
        private final boolean thorough;
        private final boolean hasOthers;
        private final List<Integer> widths;

        Writing(StudyView study, List<StudyRunResult> runs, boolean thorough) {
            this.study = study;
            this.runs = runs;
            this.thorough = thorough;
            this.hasOthers = runs.stream()
                    .anyMatch(run -> run.figure(FINETUNED, OWN, Group.UNTRAINED).isPresent());
            this.widths = runs.stream()
                    .flatMap(run -> run.truncated().keySet().stream())
                    .distinct()
                    .sorted(java.util.Comparator.reverseOrder())
                    .toList();
        }

        List<String> summary() {
            List<String> summary = new ArrayList<>();
            summary.add(
                    switch (study.type()) {
                        case "transfer" ->
                            "Pretraining after so many steps, before its learning rate decays: as it is, and after a full"
                                    + " finetune. No step was trained twice: each run went on from the last one's checkpoint.";
                        case "languages" -> "The languages of each stage swapped; all else is the same.";
                        case "ablation" -> "The base, and runs that differ from it in the fields that are told.";
                        default -> throw new IllegalStateException("no such study: " + study.type());
                    });
            summary.add(
                    "All numbers are nDCG@10 as trec_eval takes it, in the mean over evaluation sets, so over languages,"
                            + " not over queries. Own: queries and passages in one language; across: in two."
                            + (hasOthers ? " A star marks languages that neither pretraining nor finetuning saw." : "")
                            + (widths.isEmpty() ? "" : " At a number: of vectors cut to so many dimensions."));
            if (thorough) {
                summary.add(
                        "In brackets: 95% intervals by the bootstrap over queries. Changes are against the first run on"
                                + " the same queries; p is that of the paired randomisation test. They tell what other queries would"
                                + " have changed, not what another seed would.");
            }
            return summary;
        }

        List<String> columns() {
            List<String> columns = new ArrayList<>(
                    List.of("Pretrained, own", "Finetuned, own", "Change", "Finetuned, across", "Change"));
            if (hasOthers) {
                columns.add("Own, trained on");
                columns.add("Own, never trained on");
            }
            for (int width : widths) {
                columns.add("Finetuned, own, at " + width);
                columns.add("Finetuned, across, at " + width);
            }
            return columns;
        }

        List<StudyReport.Row> rows() {
            return runs.stream()
                    .map(run -> {
                        List<Cell> cells = new ArrayList<>();
                        cells.add(mean(run, PRETRAINED, OWN, Group.ALL));
                        cells.add(mean(run, FINETUNED, OWN, Group.ALL));
                        cells.add(change(run, OWN));
                        cells.add(mean(run, FINETUNED, CROSS, Group.ALL));
                        cells.add(change(run, CROSS));
                        if (hasOthers) {
                            cells.add(mean(run, FINETUNED, OWN, Group.TRAINED));
                            cells.add(mean(run, FINETUNED, OWN, Group.UNTRAINED));
                        }
                        for (int width : widths) {
                            cells.add(mean(run.at(width), FINETUNED, OWN, Group.ALL));
                            cells.add(mean(run.at(width), FINETUNED, CROSS, Group.ALL));
                        }
                        return new StudyReport.Row(
                                run.run().position(),
                                run.run().planned().label(),
                                run.run().runId().map(UUID::toString).orElse(null),
                                study.runs().get(run.run().position()).state(),
                                cells);
                    })
                    .toList();
        }

        private Cell mean(StudyRunResult run, String weights, String kind, Group group) {
            Optional<Figure> figure = run.figure(weights, kind, group);
            if (figure.isEmpty()) {
                return Cell.NOTHING;
            }
            return new Cell(
                    number(figure.get().mean()),
                    interval(run, weights, kind, group)
                            .map(interval -> number(interval.low()) + " – " + number(interval.high()))
                            .orElse(""),
                    "");
        }

        private Optional<Interval> interval(StudyRunResult run, String weights, String kind, Group group) {
            return thorough ? intervals.of(run, weights, kind, group) : Optional.empty();
        }

        private Cell change(StudyRunResult run, String kind) {
            StudyRunResult first = runs.getFirst();
            Optional<Figure> here = run.figure(FINETUNED, kind, Group.ALL);
            Optional<Figure> there = first.figure(FINETUNED, kind, Group.ALL);
            if (run.run().position() == 0 || here.isEmpty() || there.isEmpty()) {
                return Cell.NOTHING;
            }
            double change = here.get().mean() - there.get().mean();
            String text = String.format(Locale.ROOT, "%+.3f", change);
            Optional<Comparison> comparison =
                    thorough ? intervals.compare(first, run, FINETUNED, kind, Group.ALL) : Optional.empty();
            if (comparison.isEmpty()) {
                return new Cell(text, "", "");
            }
            double probability = comparison.get().p();
            return new Cell(
                    text,
                    String.format(
                            Locale.ROOT, "p %s", probability < 0.001 ? "< 0.001" : "= %.3f".formatted(probability)),
                    probability >= SURE ? "" : change > 0 ? "better" : "worse");
        }

        // -------------------------------------------------------------------------------- charts

        List<StudyReport.Picture> pictures() {
            List<StudyReport.Picture> pictures = new ArrayList<>();
            if (study.type().equals("transfer")) {
                for (String kind : List.of(OWN, CROSS)) {
                    add(pictures, title(kind) + " by pretraining step", "", transfer(kind));
                }
                perLanguage(pictures);
                return pictures;
            }
            Optional<String> field = onlyNumericField();
            for (String kind : List.of(OWN, CROSS)) {
                if (field.isPresent()) {
                    add(pictures, title(kind) + " by " + StudyGrid.name(field.get()), "", byField(kind, field.get()));
                } else {
                    BarChart chart = new BarChart(
                            title(kind) + " by run, finetuned",
                            runs.stream()
                                    .map(run -> new BarChart.Bar(
                                            run.run().planned().label(), value(run, FINETUNED, kind, Group.ALL)))
                                    .toList(),
                            WIDTH);
                    if (!chart.empty()) {
                        pictures.add(new StudyReport.Picture(
                                title(kind) + ", finetuned", "The axis does not begin at 0.", chart.svg()));
                    }
                }
            }
            return pictures;
        }

        private String title(String kind) {
            return kind.equals(OWN) ? "Own language" : "Across languages";
        }

        private void add(List<StudyReport.Picture> pictures, String title, String note, LineChart chart) {
            if (!chart.empty()) {
                pictures.add(new StudyReport.Picture(title, note, chart.svg()));
            }
        }

        private LineChart transfer(String kind) {
            List<LineChart.Series> series = new ArrayList<>();
            List<Group> groups = hasOthers ? List.of(Group.TRAINED, Group.UNTRAINED) : List.of(Group.ALL);
            for (Group group : groups) {
                String suffix = switch (group) {
                    case ALL -> "";
                    case TRAINED -> ", trained on";
                    case UNTRAINED -> ", never trained on";
                };
                series.add(new LineChart.Series("as it is" + suffix, line(PRETRAINED, kind, group, true), false));
                series.add(new LineChart.Series("finetuned" + suffix, line(FINETUNED, kind, group, false), false));
            }
            LineChart.Value lexical = value(runs.getFirst(), BM25, kind, Group.ALL);
            if (lexical != null) {
                series.add(new LineChart.Series(
                        "BM25",
                        steps().stream()
                                .map(step -> LineChart.Value.of(lexical.mean()))
                                .toList(),
                        true));
            }
            return new LineChart(title(kind) + " by pretraining step", steps(), series, WIDTH, HEIGHT);
        }

        /** The steps, with 0 before them: what pretraining began with. */
        private List<String> steps() {
            List<String> steps = new ArrayList<>(List.of("0"));
            runs.forEach(run -> steps.add(
                    run.run().planned().coordinates().path(StudyGrid.STEP).asText()));
            return steps;
        }

        private List<LineChart.Value> line(String weights, String kind, Group group, boolean fromZero) {
            List<LineChart.Value> values = new ArrayList<>();
            values.add(fromZero ? value(runs.getFirst(), INITIALISED, kind, group) : null);
            runs.forEach(run -> values.add(value(run, weights, kind, group)));
            return values;
        }

        private LineChart.Value value(StudyRunResult run, String weights, String kind, Group group) {
            return run.figure(weights, kind, group)
                    .map(figure -> interval(run, weights, kind, group)
                            .map(interval -> new LineChart.Value(figure.mean(), interval.low(), interval.high()))
                            .orElseGet(() -> LineChart.Value.of(figure.mean())))
                    .orElse(null);
        }

        private void perLanguage(List<StudyReport.Picture> pictures) {
            for (String kind : List.of(OWN, CROSS)) {
                for (Key key : keys(kind)) {
                    List<LineChart.Value> asItIs = new ArrayList<>();
                    asItIs.add(point(runs.getFirst(), INITIALISED, key));
                    List<LineChart.Value> finetuned = new ArrayList<>();
                    finetuned.add(null);
                    for (StudyRunResult run : runs) {
                        asItIs.add(point(run, PRETRAINED, key));
                        finetuned.add(point(run, FINETUNED, key));
                    }
                    String star = trained(key.queryLanguage()) ? "" : " *";
                    add(
                            pictures,
                            key.text() + star,
                            key.set(),
                            new LineChart(
                                    key.text() + " by pretraining step",
                                    steps(),
                                    List.of(
                                            new LineChart.Series("as it is", asItIs, false),
                                            new LineChart.Series("finetuned", finetuned, false)),
                                    SMALL_WIDTH,
                                    SMALL_HEIGHT));
                }
            }
        }

        private LineChart.Value point(StudyRunResult run, String weights, Key key) {
            return measured(run, weights, key).map(LineChart.Value::of).orElse(null);
        }

        /** The field that alone is varied, over numbers, with a value for every run. */
        private Optional<String> onlyNumericField() {
            Set<String> fields = new LinkedHashSet<>();
            for (StudyRunResult run : runs) {
                JsonNode coordinates = run.run().planned().coordinates();
                coordinates.fieldNames().forEachRemaining(fields::add);
                if (coordinates.size() != 1 || !coordinates.elements().next().isNumber()) {
                    return Optional.empty();
                }
            }
            return fields.size() == 1 && runs.size() > 2
                    ? Optional.of(fields.iterator().next())
                    : Optional.empty();
        }

        private LineChart byField(String kind, String field) {
            List<StudyRunResult> ordered = runs.stream()
                    .sorted(java.util.Comparator.comparingDouble(
                            run -> run.run().planned().coordinates().get(field).asDouble()))
                    .toList();
            List<LineChart.Series> series = new ArrayList<>();
            for (String weights : List.of(PRETRAINED, FINETUNED)) {
                series.add(new LineChart.Series(
                        weights,
                        ordered.stream()
                                .map(run -> value(run, weights, kind, Group.ALL))
                                .toList(),
                        false));
            }
            return new LineChart(
                    title(kind) + " by " + StudyGrid.name(field),
                    ordered.stream()
                            .map(run ->
                                    run.run().planned().coordinates().get(field).asText())
                            .toList(),
                    series,
                    WIDTH,
                    HEIGHT);
        }

        // -------------------------------------------------------------------------------- tables

        private record Key(String set, String queryLanguage, String documentLanguage) {
            String text() {
                return queryLanguage.equals(documentLanguage)
                        ? queryLanguage
                        : queryLanguage + " → " + documentLanguage;
            }
        }

        private boolean trained(String language) {
            return runs.getFirst().run().planned().languages().contains(language);
        }

        private List<Key> keys(String kind) {
            Set<Key> keys = new LinkedHashSet<>();
            for (StudyRunResult run : runs) {
                for (NewEvaluation evaluation : run.evaluations()) {
                    if (evaluation.kind().equals(kind) && evaluation.weights().equals(FINETUNED)) {
                        keys.add(new Key(evaluation.set(), evaluation.queryLanguage(), evaluation.documentLanguage()));
                    }
                }
            }
            return keys.stream()
                    .sorted(java.util.Comparator.comparing(Key::queryLanguage).thenComparing(Key::set))
                    .toList();
        }

        private Optional<Double> measured(StudyRunResult run, String weights, Key key) {
            return run.evaluations().stream()
                    .filter(evaluation -> evaluation.weights().equals(weights)
                            && new Key(evaluation.set(), evaluation.queryLanguage(), evaluation.documentLanguage())
                                    .equals(key))
                    .map(StudyResults::ndcg)
                    .findFirst();
        }

        List<StudyReport.LanguageTable> languageTables() {
            Map<String, String> titles = new LinkedHashMap<>();
            titles.put(PRETRAINED + " " + OWN, "Own language, pretrained");
            titles.put(FINETUNED + " " + OWN, "Own language, finetuned");
            titles.put(PRETRAINED + " " + CROSS, "Across languages, pretrained");
            titles.put(FINETUNED + " " + CROSS, "Across languages, finetuned");
            List<StudyReport.LanguageTable> tables = new ArrayList<>();
            titles.forEach((of, title) -> {
                String weights = of.split(" ", 2)[0];
                String kind = of.split(" ", 2)[1];
                List<StudyReport.LanguageRow> rows = keys(kind).stream()
                        .map(key -> new StudyReport.LanguageRow(
                                key.text(),
                                trained(key.queryLanguage()),
                                queries(key),
                                runs.stream()
                                        .map(run -> measured(run, weights, key)
                                                .map(StudyReports::number)
                                                .orElse("–"))
                                        .toList()))
                        .toList();
                if (!rows.isEmpty()) {
                    tables.add(new StudyReport.LanguageTable(title, rows));
                }
            });
            return tables;
        }

        private int queries(Key key) {
            return runs.stream()
                    .flatMap(run -> run.evaluations().stream())
                    .filter(evaluation -> evaluation.set().equals(key.set()))
                    .mapToInt(NewEvaluation::queries)
                    .max()
                    .orElse(0);
        }

        List<StudyReport.Difference> differences() {
            List<Map<String, String>> fields = runs.stream()
                    .map(run -> {
                        Map<String, String> leaves = new TreeMap<>();
                        leaves("", run.run().planned().specification(), leaves);
                        leaves.remove(".name");
                        leaves.remove(".description");
                        return leaves;
                    })
                    .toList();
            Set<String> names = fields.stream()
                    .flatMap(leaves -> leaves.keySet().stream())
                    .collect(Collectors.toCollection(java.util.TreeSet::new));
            return names.stream()
                    .map(name -> new StudyReport.Difference(
                            name.substring(1),
                            fields.stream()
                                    .map(leaves -> leaves.getOrDefault(name, "–"))
                                    .toList()))
                    .filter(difference ->
                            difference.values().stream().distinct().count() > 1)
                    .toList();
        }

        List<StudyReport.StageRow> stageRows() {
            Map<UUID, Integer> positions = runs.stream()
                    .filter(run -> run.run().runId().isPresent())
                    .collect(Collectors.toMap(
                            run -> run.run().runId().orElseThrow(),
                            run -> run.run().position(),
                            (a, b) -> a));
            return runs.stream()
                    .map(run -> new StudyReport.StageRow(
                            run.run().position(),
                            run.run().planned().label(),
                            run.stages().stream()
                                    .map(stage -> fate(stage, positions))
                                    .toList()))
                    .toList();
        }

        private String fate(StageExecution stage, Map<UUID, Integer> positions) {
            return switch (stage.state()) {
                case SUCCEEDED -> "computed";
                case REUSED ->
                    stage.reusedFromRun()
                            .map(from -> positions.containsKey(from)
                                    ? "of run " + positions.get(from)
                                    : "of another study or run")
                            .orElse("reused");
                case PENDING, RUNNING, FAILED, CANCELLED -> stage.state().name().toLowerCase(Locale.ROOT);
            };
        }

        List<StudyReport.Digest> digests() {
            return runs.stream()
                    .flatMap(run -> run.stages().stream()
                            .filter(stage -> stage.state() == StageState.SUCCEEDED
                                    || (stage.state() == StageState.REUSED
                                            && run.run().position() == 0))
                            .flatMap(stage -> stage.outputs().stream()
                                    .map(output -> new StudyReport.Digest(
                                            run.run().position(),
                                            stage.stage(),
                                            output.name(),
                                            output.artifact().digest().hex(),
                                            output.artifact().bytes()))))
                    .toList();
        }

        List<StudyReport.Failure> failures() {
            return runs.stream()
                    .filter(run -> run.failure().isPresent())
                    .map(run -> new StudyReport.Failure(
                            run.run().position(),
                            run.run().planned().label(),
                            run.failure().orElseThrow()))
                    .toList();
        }
    }

    private static void leaves(String name, JsonNode node, Map<String, String> leaves) {
        if (node instanceof ObjectNode object && !object.isEmpty()) {
            object.properties().forEach(field -> leaves(name + "." + field.getKey(), field.getValue(), leaves));
        } else {
            String text = node.isTextual() ? node.textValue() : node.toString();
            leaves.put(name, text.length() <= MOST_OF_A_VALUE ? text : text.substring(0, MOST_OF_A_VALUE) + "…");
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
