package dev.firn.training.evaluation;

import static java.util.Objects.requireNonNull;

import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.measure.Averaging;
import dev.firn.training.measure.Measure;
import dev.firn.training.measure.Measures;
import dev.firn.training.measure.RankingOrder;
import dev.firn.training.measure.ScoredDocument;
import dev.firn.training.measure.TrecRun;
import dev.firn.training.model.TextEmbedder;
import dev.firn.training.model.TextKind;
import dev.firn.training.search.Bm25;
import dev.firn.training.search.ExactSearch;
import dev.firn.training.search.VectorFile;
import dev.firn.training.search.VectorPass;
import dev.firn.training.search.VectorTable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;

/**
 * Evaluates an embedding model, or BM25, on sets: retrieves the best {@code depth} documents for each judged query by exact search
 * and measures nDCG@10, recall@10, recall@100, MRR@10 and MAP in trec_eval's order for 32-bit scores, averaged over all judged
 * queries.
 *
 * <p>Memory: blocks of {@link ExactSearch} and the run of one set; vectors and indexes lie in a scratch folder while it works. A
 * corpus that several sets share is embedded once.
 */
public final class Evaluator {
    private final ComputeContext context;
    private final int depth;
    private final Path scratch;
    private final Measures measures;

    /**
     * Configures an evaluation with the standard measures.
     *
     * @param depth number of documents retrieved per query; at least 100, or recall@100 would suffer; 1000 is usual
     * @param scratch an existing folder for temporary files; what is written there is deleted again
     */
    public Evaluator(ComputeContext context, int depth, Path scratch) {
        this.context = requireNonNull(context, "context is null");
        this.scratch = requireNonNull(scratch, "scratch is null");
        this.depth = depth;
        this.measures = new Measures(Measure.STANDARD, RankingOrder.SINGLE, Averaging.COMPLETE);
        if (depth < 100) {
            throw new IllegalArgumentException("depth must be at least 100, is " + depth);
        }
    }

    /**
     * Evaluates a model.
     *
     * @param dimensions numbers of components to evaluate with, each at most the model's
     * @param results is given one result per set and dimension, set by set
     * @param progress counts texts embedded and queries searched
     */
    public void evaluate(
            TextEmbedder embedder,
            List<EvaluationSet> sets,
            List<Integer> dimensions,
            Consumer<SetResult> results,
            ProgressListener progress)
            throws IOException {
        for (int dimension : dimensions) {
            if (dimension < 1 || dimension > embedder.dimension()) {
                throw new IllegalArgumentException("dimensions must be between 1 and the model's %d, one is %d"
                        .formatted(embedder.dimension(), dimension));
            }
        }
        Map<EvaluationCorpus, VectorTable> corpora = new HashMap<>();
        Map<EvaluationQueries, VectorTable> queries = new HashMap<>();
        long texts = Stream.concat(
                        sets.stream()
                                .map(EvaluationSet::corpus)
                                .distinct()
                                .map(corpus -> corpus.texts().size()),
                        sets.stream()
                                .map(EvaluationSet::queries)
                                .distinct()
                                .map(each -> each.texts().size()))
                .mapToLong(Integer::longValue)
                .sum();
        long searches = (long) dimensions.size()
                * sets.stream().mapToLong(set -> judged(set).length).sum();
        Steps steps = new Steps(progress, texts + searches);
        Path folder = Files.createTempDirectory(scratch, "evaluation");
        try (Arena arena = Arena.ofShared()) {
            VectorPass pass = new VectorPass(embedder, folder.getFileName().toString());
            for (EvaluationSet set : sets) {
                VectorTable documents = corpora.get(set.corpus());
                if (documents == null) {
                    documents = embed(
                            pass,
                            folder.resolve("corpus" + corpora.size()),
                            TextKind.DOCUMENT,
                            set.corpus().texts(),
                            arena,
                            steps);
                    corpora.put(set.corpus(), documents);
                }
                VectorTable asked = queries.get(set.queries());
                if (asked == null) {
                    asked = embed(
                            pass,
                            folder.resolve("queries" + queries.size()),
                            TextKind.QUERY,
                            set.queries().texts(),
                            arena,
                            steps);
                    queries.put(set.queries(), asked);
                }
                for (int dimension : dimensions) {
                    results.accept(search(set, asked.truncated(dimension), documents.truncated(dimension), steps));
                }
            }
        } finally {
            FileUtils.deleteDirectory(folder.toFile());
        }
    }

    /**
     * Evaluates BM25, analysing queries as the documents' language.
     *
     * @param results is given one result per set, its dimension null
     * @param progress counts queries searched
     */
    public void evaluateBm25(List<EvaluationSet> sets, Consumer<SetResult> results, ProgressListener progress)
            throws IOException {
        Steps steps = new Steps(
                progress, sets.stream().mapToLong(set -> judged(set).length).sum());
        Map<EvaluationCorpus, Bm25> indexes = new HashMap<>();
        Path folder = Files.createTempDirectory(scratch, "bm25");
        try {
            for (EvaluationSet set : sets) {
                EvaluationCorpus corpus = set.corpus();
                Bm25 index = indexes.get(corpus);
                if (index == null) {
                    index = Bm25.index(
                            folder.resolve("index" + indexes.size()), corpus.language(), corpus.ids(), corpus.texts());
                    indexes.put(corpus, index);
                }
                Map<String, List<ScoredDocument>> retrieved = new LinkedHashMap<>();
                for (int query : judged(set)) {
                    retrieved.put(
                            set.queries().ids().get(query),
                            index.search(set.queries().texts().get(query), depth));
                    steps.advance(1);
                }
                results.accept(result(set, null, new TrecRun(retrieved)));
            }
        } finally {
            for (Bm25 index : indexes.values()) {
                index.close();
            }
            FileUtils.deleteDirectory(folder.toFile());
        }
    }

    private static VectorTable embed(
            VectorPass pass, Path file, TextKind kind, List<String> texts, Arena arena, Steps steps)
            throws IOException {
        long before = steps.done;
        pass.write(file, kind, texts.size(), texts::get, (done, total) -> steps.reach(before + done));
        return VectorFile.map(file, arena);
    }

    private SetResult search(EvaluationSet set, VectorTable queries, VectorTable documents, Steps steps) {
        List<String> ids = set.corpus().ids();
        // Of equal scores the search prefers what stands earlier, trec_eval the larger id
        int[] documentRows = IntStream.range(0, ids.size())
                .boxed()
                .sorted(Comparator.comparing(ids::get, RankingOrder.ofTies()))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] queryRows = judged(set);
        Map<String, List<ScoredDocument>> retrieved = new LinkedHashMap<>();
        new ExactSearch(context)
                .search(
                        queries,
                        queryRows,
                        documents,
                        documentRows,
                        depth,
                        (query, count, found, scores) -> {
                            List<ScoredDocument> ranking = new ArrayList<>(count);
                            for (int i = 0; i < count; i++) {
                                ranking.add(new ScoredDocument(ids.get(documentRows[found[i]]), scores[i]));
                            }
                            retrieved.put(set.queries().ids().get(queryRows[query]), ranking);
                        },
                        (done, total) -> steps.reach(steps.done));
        steps.advance(queryRows.length);
        return result(set, queries.dimension(), new TrecRun(retrieved));
    }

    private SetResult result(EvaluationSet set, Integer dimension, TrecRun run) {
        return new SetResult(
                set.name(),
                set.queries().language(),
                set.corpus().language(),
                dimension,
                measures.measure(set.qrels(), run),
                run);
    }

    /** Returns the positions of the queries that are judged. */
    private static int[] judged(EvaluationSet set) {
        List<String> ids = set.queries().ids();
        return IntStream.range(0, ids.size())
                .filter(query -> set.qrels().queries().contains(ids.get(query)))
                .toArray();
    }

    /** Counts what is done across embedding and searching. */
    private static final class Steps {
        private final ProgressListener listener;
        private final long total;
        private long done;

        Steps(ProgressListener listener, long total) {
            this.listener = listener;
            this.total = total;
            listener.progress(0, total);
        }

        void advance(long steps) {
            reach(done + steps);
        }

        void reach(long reached) {
            done = reached;
            listener.progress(done, total);
        }
    }
}
