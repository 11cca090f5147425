package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.evaluation.NewEvaluation;
import dev.firn.training.data.EvaluationFolder;
import dev.firn.training.data.EvaluationSets;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.evaluation.EvaluationOptions;
import dev.firn.training.evaluation.EvaluationSet;
import dev.firn.training.evaluation.Evaluator;
import dev.firn.training.evaluation.ResultFiles;
import dev.firn.training.evaluation.SetResult;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.model.EmbeddingModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The evaluation sets of a dataset, ready to measure retrievers on; writes what each retrieved to a folder. */
final class SetEvaluation {
    static final String BM25 = "bm25";
    static final int DEPTH = 1000;

    private final int threads;
    private final EvaluationOptions options;
    private final Counting counting;
    private final Consumer<String> log;
    private final Map<String, EvaluationFolder> folders;
    private final List<EvaluationSet> sets;
    private final Path scratch;
    private final ResultFiles files;

    /** Is told how far it is; may stop it by throwing. */
    @FunctionalInterface
    interface Counting {
        void count(String message, long done, long total);
    }

    /**
     * Loads the sets, for a stage.
     *
     * @param results folder for the runs and the values per query
     */
    SetEvaluation(StageContext context, PreparedDataset dataset, Path results) throws IOException {
        this(
                dataset,
                context.specification().threads(),
                options(context),
                context.newFolder("evaluating"),
                results,
                context::count,
                context::log);
    }

    /**
     * Loads the sets.
     *
     * @param threads number of threads that compute
     * @param options how deep and how exactly it searches
     * @param scratch an existing folder for what is needed meanwhile
     * @param results folder for the runs and the values per query
     * @param log is told what people may want to know
     */
    SetEvaluation(
            PreparedDataset dataset,
            int threads,
            EvaluationOptions options,
            Path scratch,
            Path results,
            Counting counting,
            Consumer<String> log)
            throws IOException {
        this.threads = threads;
        this.options = requireNonNull(options, "options is null");
        this.counting = requireNonNull(counting, "counting is null");
        this.log = requireNonNull(log, "log is null");
        this.scratch = requireNonNull(scratch, "scratch is null");
        this.folders =
                dataset.evaluations().stream().collect(Collectors.toMap(EvaluationFolder::name, Function.identity()));
        this.sets = EvaluationSets.load(dataset.evaluations());
        this.files = new ResultFiles(results);
    }

    /**
     * Measures a model at its full width and at truncated ones; those that are not below its width are left out.
     *
     * @param names of the weights: one, or several that are the same
     */
    List<NewEvaluation> measure(List<String> names, EmbeddingModel model, List<Integer> truncatedDimensions)
            throws IOException {
        List<Integer> dimensions = Stream.concat(
                        Stream.of(model.dimension()),
                        truncatedDimensions.stream().filter(dimension -> dimension < model.dimension()))
                .toList();
        List<NewEvaluation> evaluations = new ArrayList<>();
        try (ComputeContext compute = new ComputeContext(threads)) {
            new Evaluator(compute, options, scratch)
                    .evaluate(
                            model,
                            sets,
                            dimensions,
                            collect(names, evaluations),
                            (done, total) -> counting.count("measuring " + String.join(" and ", names), done, total));
        }
        return evaluations;
    }

    private static EvaluationOptions options(StageContext context) {
        Integer limit = context.specification().evaluate().exactSearchLimit();
        return limit == null
                ? EvaluationOptions.standard(DEPTH)
                : EvaluationOptions.standard(DEPTH).withExactSearchLimit(limit);
    }

    List<NewEvaluation> measureBm25() throws IOException {
        List<NewEvaluation> evaluations = new ArrayList<>();
        try (ComputeContext compute = new ComputeContext(threads)) {
            new Evaluator(compute, DEPTH, scratch)
                    .evaluateBm25(
                            sets,
                            collect(List.of(BM25), evaluations),
                            (done, total) -> counting.count("measuring BM25", done, total));
        }
        return evaluations;
    }

    private Consumer<SetResult> collect(List<String> names, List<NewEvaluation> evaluations) {
        return result -> {
            if (result.indexRecall() != null) {
                log.accept("%s at %d dimensions: the approximate index found %.4f of what exact search finds"
                        .formatted(result.set(), result.dimension(), result.indexRecall()));
            }
            for (String name : names) {
                try {
                    files.write(name, result);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                evaluations.add(new NewEvaluation(
                        name,
                        result.set(),
                        folders.get(result.set()).kind().word(),
                        result.queryLanguage(),
                        result.documentLanguage(),
                        result.dimension() == null ? OptionalInt.empty() : OptionalInt.of(result.dimension()),
                        result.measured().queries(),
                        result.measured().mean()));
            }
        };
    }
}
