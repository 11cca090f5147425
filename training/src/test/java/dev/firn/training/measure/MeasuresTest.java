package dev.firn.training.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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
import java.util.zip.GZIPOutputStream;
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
            Measure.parse("recip_rank"));

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
    void agreesWithTrecEvalWhereJudgementsAreFewManyOrHigh() throws IOException {
        Random random = new Random(35);
        Qrels.Builder builder = Qrels.builder().add("nobody", "doc1", 0).add("unjudged", "doc2", -1);
        for (int document = 0; document < 300; document++) {
            builder.add("everything", "doc" + document, 1).add("graded", "doc" + document, random.nextInt(100));
        }
        builder.add("one", "doc7", 100);
        Map<String, List<ScoredDocument>> retrieved = new LinkedHashMap<>();
        for (String query : List.of("nobody", "unjudged", "everything", "graded", "one", "not judged")) {
            retrieved.put(query.replace(' ', '_'), randomDocuments(random, 250, 7, 1));
        }
        compareWithTrecEval(builder.build(), new TrecRun(retrieved));
    }

    @Test
    void everyNameIsUnderstoodAndOthersAreRefused() {
        for (Measure measure : Measure.ALL) {
            assertThat(Measure.parse(measure.name())).isEqualTo(measure);
        }
        for (String wrong : List.of("ndcg_cut_0", "ndcg_cut_", "ndcg_cut", "recall_-1", "map_", "Rndcg", "P_1.5", "")) {
            assertThatThrownBy(() -> Measure.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + wrong + "'");
        }
    }

    @Test
    void kindsAndNicknamesStandForSeveralMeasures() {
        assertThat(Measure.parseAll(List.of("map", "ndcg_cut.3,10", "success", "map")))
                .extracting(Measure::name)
                .containsExactly("map", "ndcg_cut_3", "ndcg_cut_10", "success_1", "success_5", "success_10");
        assertThat(Measure.parseAll(List.of("official"))).isEqualTo(Measure.OFFICIAL);
        assertThat(Measure.parseAll(List.of("iprec_at_recall.0.5")))
                .extracting(Measure::name)
                .containsExactly("iprec_at_recall_0.50");
        assertThatThrownBy(() -> Measure.parseAll(List.of("P.5,x"))).hasMessageContaining("'P_x'");
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
        Path latin =
                Files.write(folder.resolve("latin"), "q 0 d 1\nq 0 \u00e9 1\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Qrels.read(latin)).hasMessageEndingWith("latin:2: is not UTF-8");
        Path wide = Files.writeString(folder.resolve("wide"), "q 0 d 1\n", StandardCharsets.UTF_16BE);
        assertThatThrownBy(() -> Qrels.read(wide)).hasMessageEndingWith("wide:1: has a NUL in it; is the file UTF-16?");
        byte[] packed = gzip("q Q0 d 1 1 tag\n" + "x".repeat(5000));
        Path cut = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(packed, packed.length - 9));
        assertThatThrownBy(() -> TrecRun.read(cut))
                .hasMessageContaining("cut.gz:2: the compressed file ends too early");
        assertThatThrownBy(() -> new TrecRun(Map.of("a b", List.of(new ScoredDocument("d", 1))))
                        .write(folder.resolve("never"), "tag"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a b'");
    }

    @Test
    void judgementsAreReadFromBeirsFormatAndFromCompressedFiles() throws IOException {
        Path beir = Files.write(folder.resolve("test.tsv.gz"), gzip("query-id\tcorpus-id\tscore\nq\td\t2\nq\te\t0\n"));
        assertThat(Qrels.read(beir).of("q")).isEqualTo(Map.of("d", 2, "e", 0));
        Path marked = Files.writeString(folder.resolve("marked"), "\uFEFFq 0 d 1\r\n");
        assertThat(Qrels.read(marked).of("q")).isEqualTo(Map.of("d", 1));
        Path short4 = Files.writeString(folder.resolve("short"), "query-id\tcorpus-id\tscore\nq\td\n");
        assertThatThrownBy(() -> Qrels.read(short4))
                .hasMessageEndingWith("short:2: expected 3 fields (query, document, relevance), found 2");
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream packed = new GZIPOutputStream(bytes)) {
            packed.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
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
            int count = 1 + random.nextInt(query % 4 == 0 ? 5 : 200);
            retrieved.put("q" + query, randomDocuments(random, count, levels, distance));
        }
        return new TrecRun(retrieved);
    }

    private static List<ScoredDocument> randomDocuments(Random random, int count, int levels, double distance) {
        Set<Integer> seen = new HashSet<>();
        List<ScoredDocument> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int document = random.nextInt(300);
            if (seen.add(document)) {
                double score = levels == 0 ? random.nextGaussian() : 1 + distance * random.nextInt(levels);
                documents.add(new ScoredDocument("doc" + document, score));
            }
        }
        return documents;
    }

    private void compareWithTrecEval(Qrels qrels, TrecRun run) throws IOException {
        compareWithTrecEval(
                qrels,
                run,
                MEASURES,
                List.of("ndcg", "ndcg_cut.1,10,1000", "recall.1,10,100", "P.5,1000", "map", "map_cut.3", "recip_rank"));
        compareWithTrecEval(qrels, run, Measure.ALL, List.of("all_trec"));
    }

    private void compareWithTrecEval(Qrels qrels, TrecRun run, List<Measure> measures, List<String> asked)
            throws IOException {
        for (Averaging averaging : Averaging.values()) {
            List<String> arguments = new ArrayList<>(List.of("-q", "-m", "num_q"));
            if (averaging == Averaging.COMPLETE) {
                arguments.add("-c");
            }
            asked.forEach(each -> arguments.addAll(List.of("-m", each)));
            Map<String, Map<String, Double>> theirs = trecEval(qrels, run, arguments);
            Measured ours = new Measures(measures, RankingOrder.SINGLE, averaging).measure(qrels, run);
            assertThat((double) ours.queries()).isEqualTo(theirs.get("all").get("num_q"));
            for (Measure measure : measures) {
                assertThat(ours.mean().get(measure.name()))
                        .as(measure.name())
                        .isCloseTo(theirs.get("all").get(measure.name()), within(0.50001e-4));
                for (String query : ours.perQuery().keySet()) {
                    Double value = ours.perQuery().get(query).get(measure.name());
                    Map<String, Double> theirQuery = theirs.get(query);
                    if (theirQuery != null && !theirQuery.containsKey(measure.name())) {
                        assertThat(value).as(query + " " + measure.name()).isNull();
                    } else if (theirQuery != null) {
                        assertThat(value)
                                .as(query + " " + measure.name())
                                .isCloseTo(theirQuery.get(measure.name()), within(0.50001e-4));
                    } else if (value != null && measure.kind() != Measure.Kind.RELEVANT) {
                        assertThat(value).as(query + " " + measure.name()).isZero();
                    }
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
            if (!line[0].startsWith("runid") && !line[0].startsWith("relstring")) {
                values.computeIfAbsent(line[1], any -> new HashMap<>()).put(line[0].strip(), Double.valueOf(line[2]));
            }
        }
        return values;
    }
}
