package dev.firn.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.measure.Averaging;
import dev.firn.training.measure.Measure;
import dev.firn.training.measure.Measures;
import dev.firn.training.measure.Qrels;
import dev.firn.training.measure.RankingOrder;
import dev.firn.training.measure.ScoredDocument;
import dev.firn.training.measure.TrecRun;
import dev.firn.training.model.TextEmbedder;
import dev.firn.training.model.TextKind;
import dev.firn.training.search.Quantisation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvaluatorTest {
    @TempDir
    private Path folder;

    private final ComputeContext context = new ComputeContext(2);

    @AfterEach
    void close() {
        context.close();
    }

    /** Reads a vector out of its text: "x y", brought to length 1; counts what it is asked for. */
    private static final class Reading implements TextEmbedder {
        private int embedded;

        @Override
        public int dimension() {
            return 3;
        }

        @Override
        public float[] embed(TextKind kind, List<String> texts, ProgressListener progress) {
            embedded += texts.size();
            float[] vectors = new float[3 * texts.size()];
            for (int i = 0; i < texts.size(); i++) {
                String[] parts = texts.get(i).split(" ", -1);
                double length = 0;
                for (int k = 0; k < 3; k++) {
                    length += Math.pow(Double.parseDouble(parts[k]), 2);
                }
                for (int k = 0; k < 3; k++) {
                    vectors[3 * i + k] = (float) (Double.parseDouble(parts[k]) / Math.sqrt(length));
                }
            }
            return vectors;
        }
    }

    @Test
    void measuresWhatWasWorkedOutByHandAtFullAndAtTruncatedDimension() throws IOException {
        EvaluationQueries queries = new EvaluationQueries("de", List.of("q1", "unjudged"), List.of("1 0 0", "0 1 0"));
        // Cosines with q1: a 0.6, b 0.8, c 0; in two components a is (0.6, 0): cosine 1, b is (0.8, 0.6): 0.8
        EvaluationCorpus corpus =
                new EvaluationCorpus("en", List.of("a", "b", "c"), List.of("0.6 0 0.8", "0.8 0.6 0", "0 1 0"));
        Qrels qrels = Qrels.builder().add("q1", "a", 1).add("missing", "b", 1).build();
        EvaluationSet set = new EvaluationSet("test/de→en", queries, corpus, qrels);
        List<SetResult> results = new ArrayList<>();
        List<Long> progress = new ArrayList<>();
        evaluator().evaluate(new Reading(), List.of(set), List.of(3, 2), results::add, (done, total) -> {
            assertThat(total).isEqualTo(2 + 3 + 2);
            progress.add(done);
        });
        assertThat(progress).isSorted().startsWith(0L).endsWith(7L);
        SetResult full = results.get(0);
        assertThat(full.dimension()).isEqualTo(3);
        assertThat(full.queryLanguage()).isEqualTo("de");
        assertThat(full.documentLanguage()).isEqualTo("en");
        assertThat(full.run().queries()).containsExactly("q1");
        assertThat(full.run().of("q1")).extracting(ScoredDocument::document).containsExactly("b", "a", "c");
        assertThat(full.measured().queries()).isEqualTo(2);
        assertThat(full.measured().mean().get("ndcg_cut_10")).isCloseTo(Math.log(2) / Math.log(3) / 2, within(1e-12));
        assertThat(full.measured().mean())
                .containsEntry("recip_rank_cut_10", 0.25)
                .containsEntry("recall_10", 0.5);
        SetResult truncated = results.get(1);
        assertThat(truncated.dimension()).isEqualTo(2);
        assertThat(truncated.run().of("q1"))
                .extracting(ScoredDocument::document)
                .containsExactly("a", "b", "c");
        assertThat(truncated.measured().mean()).containsEntry("ndcg_cut_10", 0.5);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void retrievesTiesInTrecEvalsOrderAlsoWhereTheDepthCuts() throws IOException {
        List<String> ids = IntStream.range(0, 300).mapToObj(i -> "doc" + i).toList();
        EvaluationCorpus corpus =
                new EvaluationCorpus("en", ids, ids.stream().map(id -> "1 0 0").toList());
        EvaluationQueries queries = new EvaluationQueries("en", List.of("q"), List.of("1 0 0"));
        Qrels qrels = Qrels.builder().add("q", "doc99", 1).build();
        List<SetResult> results = new ArrayList<>();
        evaluator()
                .evaluate(
                        new Reading(),
                        List.of(new EvaluationSet("ties", queries, corpus, qrels)),
                        List.of(3),
                        results::add,
                        ProgressListener.NONE);
        assertThat(results.get(0).run().of("q").get(0).document()).isEqualTo("doc99");
        assertThat(results.get(0).run().of("q"))
                .hasSize(100)
                .extracting(ScoredDocument::document)
                .doesNotContain("doc0");
        assertThat(results.get(0).measured().mean()).containsEntry("map", 1.0);
    }

    @Test
    void embedsWhatSetsShareOnce() throws IOException {
        EvaluationCorpus corpus = new EvaluationCorpus("en", List.of("a", "b"), List.of("1 0 0", "0 1 0"));
        EvaluationQueries german = new EvaluationQueries("de", List.of("q"), List.of("1 0 0"));
        EvaluationQueries french = new EvaluationQueries("fr", List.of("q"), List.of("0 1 0"));
        Qrels qrels = Qrels.builder().add("q", "a", 1).build();
        Reading embedder = new Reading();
        List<SetResult> results = new ArrayList<>();
        evaluator()
                .evaluate(
                        embedder,
                        List.of(
                                new EvaluationSet("de", german, corpus, qrels),
                                new EvaluationSet("fr", french, corpus, qrels)),
                        List.of(3, 1),
                        results::add,
                        ProgressListener.NONE);
        assertThat(embedder.embedded).isEqualTo(4);
        assertThat(results).extracting(SetResult::set).containsExactly("de", "de", "fr", "fr");
    }

    @Test
    void writtenRunsReadBackAndMeasureTheSame() throws IOException {
        Random random = new Random(41);
        List<String> ids = IntStream.range(0, 200).mapToObj(i -> "doc" + i).toList();
        List<String> texts = ids.stream()
                .map(id -> random.nextInt(3) + " " + random.nextInt(3) + " " + (1 + random.nextInt(2)))
                .toList();
        Qrels.Builder qrels = Qrels.builder();
        for (int query = 0; query < 20; query++) {
            for (int i = 0; i < 5; i++) {
                qrels.add("q" + query, "doc" + (query * 9 + i), random.nextInt(3));
            }
        }
        EvaluationSet set = new EvaluationSet(
                "test/de→en",
                new EvaluationQueries(
                        "de", IntStream.range(0, 20).mapToObj(i -> "q" + i).toList(), texts.subList(0, 20)),
                new EvaluationCorpus("en", ids, texts),
                qrels.build());
        List<SetResult> results = new ArrayList<>();
        evaluator().evaluate(new Reading(), List.of(set), List.of(3), results::add, ProgressListener.NONE);
        Path output = Files.createDirectory(folder.resolve("output"));
        new ResultFiles(output).write("finetuned", results.get(0));
        TrecRun read = TrecRun.read(output.resolve("runs").resolve("finetuned.test.de-to-en.3.run"));
        Measures measures = new Measures(Measure.STANDARD, RankingOrder.SINGLE, Averaging.COMPLETE);
        assertThat(measures.measure(set.qrels(), read).mean())
                .isEqualTo(results.get(0).measured().mean());
        assertThat(Files.readAllLines(output.resolve("queries").resolve("finetuned.test.de-to-en.3.jsonl")))
                .hasSize(20)
                .first()
                .asString()
                .startsWith("{\"query\":\"q0\",\"ndcg_cut_10\":");
    }

    @Test
    void idsWithWhiteSpaceBecomeIdsWithoutInARun() throws IOException {
        TrecRun run = new TrecRun(Map.of("a query", List.of(new ScoredDocument("100 %", 1))));
        Measures measures = new Measures(Measure.STANDARD, RankingOrder.SINGLE, Averaging.COMPLETE);
        Qrels qrels = Qrels.builder().add("a query", "100 %", 1).build();
        SetResult result =
                new SetResult("set", "en", "en", null, Quantisation.NONE, null, measures.measure(qrels, run), run);
        new ResultFiles(folder).write("bm25", result);
        assertThat(Files.readString(folder.resolve("runs").resolve("bm25.set.run")))
                .isEqualTo("a%20query Q0 100%20%25 1 1.0 bm25\n");
    }

    @Test
    void searchesWithBm25InTheLanguageOfTheDocuments() throws IOException {
        EvaluationSet set = new EvaluationSet(
                "words",
                new EvaluationQueries("en", List.of("q", "nothing"), List.of("house", "zebra")),
                new EvaluationCorpus("en", List.of("a", "b"), List.of("two cats", "many houses")),
                Qrels.builder().add("q", "b", 1).add("nothing", "a", 1).build());
        List<SetResult> results = new ArrayList<>();
        evaluator().evaluateBm25(List.of(set), results::add, ProgressListener.NONE);
        assertThat(results.get(0).dimension()).isNull();
        assertThat(results.get(0).run().of("q"))
                .extracting(ScoredDocument::document)
                .containsExactly("b");
        assertThat(results.get(0).measured().queries()).isEqualTo(2);
        assertThat(results.get(0).measured().mean()).containsEntry("ndcg_cut_10", 0.5);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void leavesOutTheDocumentThatHasTheQuerysOwnId() throws IOException {
        EvaluationSet set = new EvaluationSet(
                "own",
                new EvaluationQueries("en", List.of("a"), List.of("1 0 0")),
                new EvaluationCorpus("en", List.of("a", "b"), List.of("1 0 0", "0.5 1 0")),
                Qrels.builder().add("a", "b", 1).build(),
                true);
        List<SetResult> results = new ArrayList<>();
        evaluator().evaluate(new Reading(), List.of(set), List.of(3), results::add, ProgressListener.NONE);
        assertThat(results.getFirst().run().of("a"))
                .extracting(ScoredDocument::document)
                .containsExactly("b");
        assertThat(results.getFirst().measured().mean()).containsEntry("map", 1.0);
    }

    @Test
    void evaluatesEveryQuantisationOfTheDocumentsAndTellsTheRecallOfAnIndex() throws IOException {
        // By sign alone both documents are the same, and trec_eval prefers the larger id
        EvaluationSet set = new EvaluationSet(
                "signs",
                new EvaluationQueries("en", List.of("q"), List.of("1 0.1 0.1")),
                new EvaluationCorpus("en", List.of("a", "b"), List.of("1 0.2 0.2", "0.2 1 1")),
                Qrels.builder().add("q", "a", 1).build());
        for (int limit : new int[] {2, 1}) {
            EvaluationOptions options = new EvaluationOptions(
                    100, Measure.STANDARD, List.of(Quantisation.NONE, Quantisation.BINARY), limit);
            List<SetResult> results = new ArrayList<>();
            new Evaluator(context, options, folder)
                    .evaluate(new Reading(), List.of(set), List.of(3), results::add, ProgressListener.NONE);
            assertThat(results)
                    .extracting(SetResult::quantisation)
                    .containsExactly(Quantisation.NONE, Quantisation.BINARY);
            assertThat(results)
                    .extracting(result -> result.measured().mean().get("map"))
                    .containsExactly(1.0, 0.5);
            assertThat(results).extracting(SetResult::indexRecall).containsOnly(limit == 2 ? null : 1.0);
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void writesTaskFilesAsMtebHasThem() throws IOException {
        Measures measures = new Measures(MtebResults.measures(), RankingOrder.SINGLE, Averaging.COMPLETE);
        Qrels qrels = Qrels.builder()
                .add("q", "a", 1)
                .add("q", "b", 1)
                .add("q", "c", 1)
                .build();
        TrecRun run = new TrecRun(Map.of("q", List.of(new ScoredDocument("x", 2), new ScoredDocument("a", 1))));
        SetResult result =
                new SetResult("set", "de", "de", 3, Quantisation.NONE, null, measures.measure(qrels, run), run);
        Path file = folder.resolve("mteb").resolve("task.json");
        MtebResults.write(file, "Task", "test", List.of(result));
        JsonNode scores = new ObjectMapper().readTree(file.toFile()).at("/scores/test/0");
        assertThat(scores.path("recall_at_10").asDouble()).isEqualTo(0.33333);
        assertThat(scores.path("mrr_at_1").asDouble()).isZero();
        assertThat(scores.path("mrr_at_3").asDouble()).isEqualTo(0.5);
        assertThat(scores.path("precision_at_100").asDouble()).isEqualTo(0.01);
        assertThat(scores.path("main_score")).isEqualTo(scores.path("ndcg_at_10"));
        assertThat(scores.path("hf_subset").asText()).isEqualTo("default");
        // As Python's round: of what the binary numbers are, half to even
        assertThat(MtebResults.rounded(0.000005)).isEqualTo(0.00001);
        assertThat(MtebResults.rounded(0.1234549999999)).isEqualTo(0.12345);
        assertThat(MtebResults.rounded(1.0 / 3)).isEqualTo(0.33333);
    }

    @Test
    void refusesWhatCannotBeEvaluated() {
        assertThatThrownBy(() ->
                        evaluator().evaluate(new Reading(), List.of(), List.of(4), result -> {}, ProgressListener.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dimensions must be between 1 and the model's 3, one is 4");
        assertThatThrownBy(() -> new EvaluationCorpus("en", List.of("a", "a"), List.of("x", "y")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the document id a occurs twice");
        EvaluationCorpus corpus = new EvaluationCorpus("en", List.of("a"), List.of("x"));
        EvaluationQueries queries = new EvaluationQueries("en", List.of("q"), List.of("x"));
        assertThatThrownBy(() -> new EvaluationSet(
                        "empty", queries, corpus, Qrels.builder().build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the evaluation set empty has no judgements");
    }

    private Evaluator evaluator() {
        return new Evaluator(context, 100, folder);
    }
}
