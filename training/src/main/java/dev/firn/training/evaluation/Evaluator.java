package dev.firn.training.evaluation;

import static java.util.Objects.requireNonNull;

import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.measure.Averaging;
import dev.firn.training.measure.Measures;
import dev.firn.training.measure.RankingOrder;
import dev.firn.training.measure.ScoredDocument;
import dev.firn.training.measure.TrecRun;
import dev.firn.training.model.TextEmbedder;
import dev.firn.training.model.TextKind;
import dev.firn.training.search.ApproximateSearch;
import dev.firn.training.search.Bm25;
import dev.firn.training.search.ExactSearch;
import dev.firn.training.search.HitConsumer;
import dev.firn.training.search.Quantisation;
import dev.firn.training.search.QuantisedFile;
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
 * Evaluates an embedding model, or BM25, on sets: retrieves the best {@code depth} documents for each judged query and measures
 * (nDCG@10, recall@10, recall@100, MRR@10 and MAP unless asked for others) in trec_eval's order for 32-bit scores, averaged over all
 * judged queries. Search is exact up to the number of documents that the options set, and approximate beyond.
 *
 * <p>Memory: blocks of {@link ExactSearch} and the run of one set; vectors and indexes lie in a scratch folder while it works. A
 * corpus that several sets share is embedded once.
 */
public final class Evaluator {
    private final ComputeContext context;
    private final EvaluationOptions options;
    private final Path scratch;
    private final Measures measures;

    /**
     * Configures an evaluation with the standard measures.
     *
     * @param depth number of documents retrieved per query; at least 100, or recall@100 would suffer; 1000 is usual
     * @param scratch an existing folder for temporary files; what is written there is deleted again
     */
    public Evaluator(ComputeContext context, int depth, Path scratch) {
        this(context, EvaluationOptions.standard(depth), scratch);
    }

    /**
     * Configures an evaluation.
     *
     * @param scratch an existing folder for temporary files; what is written there is deleted again
     */
    public Evaluator(ComputeContext context, EvaluationOptions options, Path scratch) {
        this.context = requireNonNull(context, "context is null");
        this.options = requireNonNull(options, "options is null");
        this.scratch = requireNonNull(scratch, "scratch is null");
        this.measures = new Measures(options.measures(), RankingOrder.SINGLE, Averaging.COMPLETE);
    }

    /**
     * Evaluates a model.
     *
     * @param dimensions numbers of components to evaluate with, each at most the model's
     * @param results is given one result per set, dimension and quantisation, set by set
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
                * options.quantisations().size()
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
                    for (Quantisation quantisation : options.quantisations()) {
                        Path place = folder.resolve("search");
                        Files.createDirectory(place);
                        results.accept(search(
                                set,
                                asked.truncated(dimension),
                                documents.truncated(dimension),
                                quantisation,
                                place,
                                steps));
                        FileUtils.deleteDirectory(place.toFile());
                    }
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
                    String id = set.queries().ids().get(query);
                    List<ScoredDocument> found =
                            index.search(set.queries().texts().get(query), depth(set));
                    retrieved.put(id, set.ignoreIdenticalIds() ? without(id, found) : found);
                    steps.advance(1);
                }
                results.accept(result(set, null, Quantisation.NONE, null, new TrecRun(retrieved)));
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

    /** One more is retrieved where one may be left out. */
    private int depth(EvaluationSet set) {
        return set.ignoreIdenticalIds() ? options.depth() + 1 : options.depth();
    }

    private List<ScoredDocument> without(String id, List<ScoredDocument> ranking) {
        return ranking.stream()
                .filter(each -> !each.document().equals(id))
                .limit(options.depth())
                .toList();
    }

    private SetResult search(
            EvaluationSet set,
            VectorTable queries,
            VectorTable documents,
            Quantisation quantisation,
            Path place,
            Steps steps)
            throws IOException {
        List<String> ids = set.corpus().ids();
        // Of equal scores the search prefers what stands earlier, trec_eval the larger id
        int[] documentRows = IntStream.range(0, ids.size())
                .boxed()
                .sorted(Comparator.comparing(ids::get, RankingOrder.ofTies()))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] queryRows = judged(set);
        Map<String, List<ScoredDocument>> retrieved = new LinkedHashMap<>();
        HitConsumer hits = (query, count, found, scores) -> {
            List<ScoredDocument> ranking = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                ranking.add(new ScoredDocument(ids.get(documentRows[found[i]]), scores[i]));
            }
            String id = set.queries().ids().get(queryRows[query]);
            retrieved.put(id, set.ignoreIdenticalIds() ? without(id, ranking) : ranking);
        };
        ProgressListener quiet = (done, total) -> steps.reach(steps.done);
        Double recall = null;
        try (Arena arena = Arena.ofShared()) {
            VectorTable stored = documents;
            if (quantisation != Quantisation.NONE) {
                Path file = place.resolve("quantised");
                new QuantisedFile(quantisation).write(documents, file);
                stored = VectorFile.map(file, arena);
            }
            if (documentRows.length <= options.exactSearchLimit()) {
                new ExactSearch(context).search(queries, queryRows, stored, documentRows, depth(set), hits, quiet);
            } else {
                recall = new ApproximateSearch(context)
                        .search(
                                queries,
                                queryRows,
                                stored,
                                documentRows,
                                depth(set),
                                Files.createDirectory(place.resolve("index")),
                                hits,
                                quiet);
            }
        }
        steps.advance(queryRows.length);
        return result(set, queries.dimension(), quantisation, recall, new TrecRun(retrieved));
    }

    private SetResult result(
            EvaluationSet set, Integer dimension, Quantisation quantisation, Double indexRecall, TrecRun run) {
        return new SetResult(
                set.name(),
                set.queries().language(),
                set.corpus().language(),
                dimension,
                quantisation,
                indexRecall,
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
