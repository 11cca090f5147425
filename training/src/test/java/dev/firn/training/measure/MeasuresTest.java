package dev.firn.training.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uk.ac.gla.terrier.jtreceval.trec_eval;

final class MeasuresTest {
    private static final List<Measure> MEASURES = List.of(
            Measure.parse("ndcg"),
            Measure.parse("ndcg_cut_1"),
            Measure.parse("ndcg_cut_10"),
            Measure.parse("ndcg_cut_1000"),
            Measure.parse("recall_1"),
            Measure.parse("recall_10"),
            Measure.parse("recall_100"),
            Measure.parse("P_5"),
            Measure.parse("P_1000"),
            Measure.parse("map"),
            Measure.parse("map_cut_3"),
            Measure.parse("recip_rank"),
            Measure.parse("success_1"),
            Measure.parse("success_10"));

    @TempDir
    private Path folder;

    @Test
    void valuesAreThoseWorkedOutByHand() {
        Qrels qrels = Qrels.builder()
                .add("q", "a", 3)
                .add("q", "b", 1)
                .add("q", "c", 0)
                .add("q", "d", 2)
                .build();
        TrecRun run = new TrecRun(Map.of(
                "q",
                List.of(
                        new ScoredDocument("c", 9),
                        new ScoredDocument("b", 8),
                        new ScoredDocument("x", 7),
                        new ScoredDocument("a", 6))));
        Map<String, Double> mean = measures(
                        Averaging.COMPLETE, "ndcg_cut_3", "ndcg", "map", "recip_rank", "recall_2", "P_4")
                .measure(qrels, run)
                .mean();
        double log3 = Math.log(3) / Math.log(2);
        assertThat(mean.get("ndcg_cut_3")).isCloseTo((1 / log3) / (3 + 2 / log3 + 1.0 / 2), within(1e-12));
        assertThat(mean.get("ndcg"))
                .isCloseTo((1 / log3 + 3 / (Math.log(5) / Math.log(2))) / (3 + 2 / log3 + 0.5), within(1e-12));
        assertThat(mean.get("map")).isCloseTo((1.0 / 2 + 2.0 / 4) / 3, within(1e-12));
        assertThat(mean.get("recip_rank")).isEqualTo(0.5);
        assertThat(mean.get("recall_2")).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(mean.get("P_4")).isEqualTo(0.5);
    }

    @Test
    void agreesWithTrecEvalOnRandomRuns() throws IOException {
        Random random = new Random(31);
        for (int round = 0; round < 6; round++) {
            compareWithTrecEval(randomQrels(random, false), randomRun(random, 0, 1));
        }
    }

    @Test
    void agreesWithTrecEvalOnTiesAndOnScoresThatOnlyDifferIn64Bits() throws IOException {
        Random random = new Random(32);
        for (int round = 0; round < 6; round++) {
            compareWithTrecEval(randomQrels(random, false), randomRun(random, 3, 1));
            compareWithTrecEval(randomQrels(random, false), randomRun(random, 3, 1e-12));
        }
    }

    @Test
    void agreesWithTrecEvalOnNegativeJudgementsAndQueriesWithoutRelevantDocuments() throws IOException {
        Random random = new Random(33);
        for (int round = 0; round < 6; round++) {
            compareWithTrecEval(randomQrels(random, true), randomRun(random, 5, 1));
        }
    }

    @Test
    void agreesWithTrecEvalOnTheOrderOfIdsOutsideAscii() throws IOException {
        // In UTF-16 the order of these is another than in UTF-8
        String[] ids = {"\uFF5E", "\uD83D\uDE00", "\u00E9", "z", "Z", "a", "ab", "\u4E2D", "\uE000"};
        for (String relevant : ids) {
            Qrels qrels = Qrels.builder().add("q", relevant, 1).build();
            List<ScoredDocument> ties =
                    Arrays.stream(ids).map(id -> new ScoredDocument(id, 1)).toList();
            compareWithTrecEval(qrels, new TrecRun(Map.of("q", ties)));
        }
    }

    @Test
    void agreesWithTrecEvalOnTheReciprocalRankOfTheBestTen() throws IOException {
        Random random = new Random(34);
        for (int round = 0; round < 4; round++) {
            Qrels qrels = randomQrels(random, false);
            TrecRun run = randomRun(random, 4, 1);
            Measured ours = measures(Averaging.COMPLETE, "recip_rank_cut_10").measure(qrels, run);
            Map<String, Map<String, Double>> theirs =
                    trecEval(qrels, run, List.of("-c", "-M", "10", "-m", "recip_rank"));
            assertThat(ours.mean().get("recip_rank_cut_10"))
                    .isCloseTo(theirs.get("all").get("recip_rank"), within(0.50001e-4));
        }
    }

    @Test
    void ranksScoresThatOnlyDifferIn64BitsWhenAskedTo() {
        Qrels qrels = Qrels.builder().add("q", "a", 1).build();
        TrecRun run = new TrecRun(Map.of("q", List.of(new ScoredDocument("a", 1 + 1e-12), new ScoredDocument("b", 1))));
        List<Measure> measures = List.of(Measure.parse("recip_rank"));
        assertThat(new Measures(measures, RankingOrder.SINGLE, Averaging.COMPLETE)
                        .measure(qrels, run)
                        .mean())
                .containsEntry("recip_rank", 0.5);
        assertThat(new Measures(measures, RankingOrder.DOUBLE, Averaging.COMPLETE)
                        .measure(qrels, run)
                        .mean())
                .containsEntry("recip_rank", 1.0);
    }

    @Test
    void everyNameIsUnderstoodAndOthersAreRefused() {
        for (Measure measure : MEASURES) {
            assertThat(Measure.parse(measure.name())).isEqualTo(measure);
        }
        for (String wrong : List.of("ndcg_cut_0", "ndcg_cut_", "ndcg_cut", "recall_-1", "map_", "bpref", "")) {
            assertThatThrownBy(() -> Measure.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + wrong + "'");
        }
    }

    @Test
    void aRunReadsBackAsItWasWritten() throws IOException {
        TrecRun run = new TrecRun(
                Map.of("q", List.of(new ScoredDocument("low", 0.1f), new ScoredDocument("high", Math.nextUp(0.1f)))));
        Path file = folder.resolve("run");
        run.write(file, "firn");
        assertThat(Files.readString(file)).startsWith("q Q0 high 1 ").contains("q Q0 low 2 0.1 firn\n");
        assertThat(TrecRun.read(file).of("q"))
                .containsExactly(
                        new ScoredDocument("high", Double.parseDouble(Float.toString(Math.nextUp(0.1f)))),
                        new ScoredDocument("low", 0.1));
    }

    @Test
    void aBrokenLineIsNamedWithItsFileAndNumber() throws IOException {
        assertThatThrownBy(() -> Qrels.read(file("q 0 d 1\n\nq 0 d\n")))
                .isInstanceOf(MalformedLineException.class)
                .hasMessageEndingWith("broken:3: expected 4 fields (query, iteration, document, relevance), found 3");
        assertThatThrownBy(() -> Qrels.read(file("q 0 d 1.5\n")))
                .hasMessageEndingWith("broken:1: the relevance 1.5 is no whole number");
        assertThatThrownBy(() -> Qrels.read(file("q 0 d 1\nq 0 d 2\n")))
                .hasMessageEndingWith("broken:2: the document d is judged twice for the query q");
        assertThatThrownBy(() -> TrecRun.read(file("q Q0 d 1 high tag\n")))
                .hasMessageEndingWith("broken:1: the score high is no number");
        assertThatThrownBy(() -> TrecRun.read(file("q Q0 d 1 NaN tag\n")))
                .hasMessageEndingWith("broken:1: the score is not a number");
        assertThatThrownBy(() -> TrecRun.read(file("q Q0 d 1 1 tag\nq Q0 d 2 0.5 tag\n")))
                .hasMessageEndingWith("broken:2: the document d occurs twice for the query q");
        assertThatThrownBy(() -> new TrecRun(Map.of("a b", List.of(new ScoredDocument("d", 1))))
                        .write(folder.resolve("never"), "tag"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a b'");
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("broken"), content);
    }

    private static Measures measures(Averaging averaging, String... names) {
        return new Measures(Arrays.stream(names).map(Measure::parse).toList(), RankingOrder.SINGLE, averaging);
    }

    private static Qrels randomQrels(Random random, boolean odd) {
        Qrels.Builder builder = Qrels.builder();
        for (int query = 0; query < 30; query++) {
            if (query % 7 == 3) {
                continue;
            }
            Set<Integer> judged = new HashSet<>();
            int count = 1 + random.nextInt(40);
            for (int i = 0; i < count; i++) {
                int document = random.nextInt(300);
                if (judged.add(document)) {
                    int judgement = random.nextInt(4);
                    if (odd) {
                        judgement = query % 5 == 0 ? -random.nextInt(2) : judgement - 1;
                    }
                    builder.add("q" + query, "doc" + document, judgement);
                }
            }
        }
        return builder.build();
    }

    /** With few levels many scores are equal; with a small distance they are only different in 64 bits. */
    private static TrecRun randomRun(Random random, int levels, double distance) {
        Map<String, List<ScoredDocument>> retrieved = new LinkedHashMap<>();
        for (int query = 0; query < 30; query++) {
            if (query % 6 == 1) {
                continue;
            }
            Set<Integer> seen = new HashSet<>();
            List<ScoredDocument> documents = new ArrayList<>();
            int count = 1 + random.nextInt(query % 4 == 0 ? 5 : 200);
            for (int i = 0; i < count; i++) {
                int document = random.nextInt(300);
                if (seen.add(document)) {
                    double score = levels == 0 ? random.nextGaussian() : 1 + distance * random.nextInt(levels);
                    documents.add(new ScoredDocument("doc" + document, score));
                }
            }
            retrieved.put("q" + query, documents);
        }
        return new TrecRun(retrieved);
    }

    private void compareWithTrecEval(Qrels qrels, TrecRun run) throws IOException {
        for (Averaging averaging : Averaging.values()) {
            List<String> arguments = new ArrayList<>(List.of("-q"));
            if (averaging == Averaging.COMPLETE) {
                arguments.add("-c");
            }
            arguments.addAll(List.of("-m", "num_q", "-m", "ndcg", "-m", "ndcg_cut.1,10,1000", "-m", "recall.1,10,100"));
            arguments.addAll(List.of("-m", "P.5,1000", "-m", "map", "-m", "map_cut.3", "-m", "recip_rank"));
            arguments.addAll(List.of("-m", "success.1,10"));
            Map<String, Map<String, Double>> theirs = trecEval(qrels, run, arguments);
            Measured ours = new Measures(MEASURES, RankingOrder.SINGLE, averaging).measure(qrels, run);
            assertThat((double) ours.queries()).isEqualTo(theirs.get("all").get("num_q"));
            for (Measure measure : MEASURES) {
                assertThat(ours.mean().get(measure.name()))
                        .as(measure.name())
                        .isCloseTo(theirs.get("all").get(measure.name()), within(0.50001e-4));
                for (String query : ours.perQuery().keySet()) {
                    Map<String, Double> theirQuery = theirs.get(query);
                    double expected = theirQuery == null ? 0 : theirQuery.get(measure.name());
                    assertThat(ours.perQuery().get(query).get(measure.name()))
                            .as(query + " " + measure.name())
                            .isCloseTo(expected, within(0.50001e-4));
                }
            }
        }
    }

    /** Runs trec_eval itself; its values are printed with four decimals. */
    private Map<String, Map<String, Double>> trecEval(Qrels qrels, TrecRun run, List<String> arguments)
            throws IOException {
        Path qrelsFile = folder.resolve("qrels");
        StringBuilder lines = new StringBuilder();
        for (String query : qrels.queries()) {
            qrels.of(query)
                    .forEach((document, judgement) -> lines.append(query + " 0 " + document + " " + judgement + "\n"));
        }
        Files.writeString(qrelsFile, lines, StandardCharsets.UTF_8);
        Path runFile = folder.resolve("run");
        lines.setLength(0);
        for (String query : run.queries()) {
            for (ScoredDocument each : run.of(query)) {
                lines.append(query + " Q0 " + each.document() + " 0 " + each.score() + " test\n");
            }
        }
        Files.writeString(runFile, lines, StandardCharsets.UTF_8);
        List<String> command = new ArrayList<>(arguments);
        command.add(qrelsFile.toString());
        command.add(runFile.toString());
        trec_eval program = new trec_eval();
        String[][] output = program.runAndGetOutput(command.toArray(String[]::new));
        assertThat(program.getLastExitCode()).isZero();
        Map<String, Map<String, Double>> values = new HashMap<>();
        for (String[] line : output) {
            values.computeIfAbsent(line[1], any -> new HashMap<>()).put(line[0].strip(), Double.valueOf(line[2]));
        }
        return values;
    }
}
