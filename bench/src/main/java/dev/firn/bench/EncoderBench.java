package dev.firn.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.bench.Series.Contender;
import dev.firn.bench.peer.Gemm;
import dev.firn.bench.peer.PeerKind;
import dev.firn.bench.peer.PeerProcess;
import dev.firn.bench.peer.TrainingWork;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Forward, backward and AdamW beside PyTorch: batches of equal lengths, where neither side pads, and batches of real texts, where
 * PyTorch pads the queries and the documents of a batch to the longest of each, as sentence-transformers does.
 */
final class EncoderBench implements Benchmark {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int VOCABULARY = 30_522;
    private static final int FIRST_WORD = 1000;
    private static final int POSITIONS = 512;
    private static final double LEARNING_RATE = 1e-4;
    private static final double TOLERANCE = 1e-3;
    private static final int WARM_UPS = 2;
    private static final int REAL_BATCH = 32;
    private static final int QUICKSTART_BATCH = 64;
    private static final int QUICKSTART_DOCUMENT_TOKENS = 64;
    // The lengths of the recipe's pretraining
    private static final int QUERY_TOKENS = 32;
    private static final int DOCUMENT_TOKENS = 256;
    private static final String SHARE = "share:";
    private static final double LEAST_SHARE_SHOWN = 0.005;

    private static final EncoderConfiguration SMALL =
            EncoderConfiguration.bert(VOCABULARY, 384, 6, 12, 1536, POSITIONS);
    private static final EncoderConfiguration BASE =
            EncoderConfiguration.bert(VOCABULARY, 768, 12, 12, 3072, POSITIONS);

    private record Shape(EncoderConfiguration configuration, int texts, int tokens) {
        String words() {
            return model(configuration) + ", " + texts + "x" + tokens;
        }
    }

    private record Compared(Series firn, Series pytorch, double operations) {
        double ratio() {
            return pytorch.seconds() / firn.seconds();
        }

        double firnGflops() {
            return operations / firn.seconds() * 1e-9;
        }

        double pytorchGflops() {
            return operations / pytorch.seconds() * 1e-9;
        }

        void describe(ObjectNode node, int steps) {
            node.put("firn", firn.seconds() / steps);
            node.put("pytorch", pytorch.seconds() / steps);
            node.put("ratio", ratio());
            node.put("leastRatio", pytorch.leastSeconds() / firn.leastSeconds());
            node.put(
                    "processorRatio",
                    pytorch.median(PeerProcess.PROCESSOR_SECONDS) / firn.median(PeerProcess.PROCESSOR_SECONDS));
            both(node, "gflops", firnGflops(), pytorchGflops());
        }
    }

    /** The model of the example quickstart, but for the vocabulary: the one of the tokenizer that the real texts are read with. */
    private static final EncoderConfiguration QUICKSTART =
            EncoderConfiguration.bert(VOCABULARY, 192, 2, 6, 768, POSITIONS);

    private final EncoderConfiguration small;
    private final EncoderConfiguration smallest;
    private final List<EncoderConfiguration> larger;

    /**
     * With given models.
     *
     * @param small is measured on real texts too, and its time is told in parts
     * @param smallest is measured on batches as the quickstart has them, and its time is told in parts
     * @param larger those that only equal lengths are measured for
     */
    EncoderBench(EncoderConfiguration small, EncoderConfiguration smallest, List<EncoderConfiguration> larger) {
        this.small = small;
        this.smallest = smallest;
        this.larger = List.copyOf(larger);
    }

    /** With 6x384 and, unless a look will do, 12x768. */
    static EncoderBench standard(boolean quick) {
        return new EncoderBench(SMALL, QUICKSTART, quick ? List.of() : List.of(BASE));
    }

    @Override
    public Result run(BenchSettings settings) throws IOException {
        Table table = new Table(
                "encoder: seconds of a step (forward, backward, AdamW), 32-bit floats, beside PyTorch 2.7.1",
                "model, texts x tokens",
                "Firn",
                "PyTorch",
                "ratio",
                "Firn GFLOP/s",
                "PyTorch GFLOP/s");
        ObjectNode json = JSON.createObjectNode();
        ArrayNode padded = json.putArray("padded");
        Path weights = SampleWeights.write(small, settings.work());
        padded(new Shape(small, 32, 64), weights, settings, table, padded, json);
        padded(new Shape(small, 8, 256), weights, settings, table, padded, json);
        for (EncoderConfiguration configuration : larger) {
            Path base = SampleWeights.write(configuration, settings.work());
            padded(new Shape(configuration, 32, 64), base, settings, table, padded, json);
            padded(new Shape(configuration, 8, 256), base, settings, table, padded, json);
        }
        real(weights, settings, table, json);
        TrainingWork quickstart = quickstart(settings, table, json);
        json.set("gflops", padded.get(0).get("gflops"));
        table.note("gemm alone (%s): Firn %.0f, PyTorch %.0f GFLOP/s. GFLOP/s count the products over real tokens only."
                .formatted(
                        "2048x768 times 768x3072",
                        json.get("gemm_gflops").get("firn").doubleValue(),
                        json.get("gemm_gflops").get("pytorch").doubleValue()));
        for (int i = 0; i < 2; i++) {
            Shape shape = i == 0 ? new Shape(small, 32, 64) : new Shape(small, 8, 256);
            profile(shape.words(), work(shape, weights, settings), settings, table, (ObjectNode) padded.get(i));
        }
        profile(quickstartWords(), quickstart, settings, table, (ObjectNode) json.get("quickstart"));
        json.set("outsideProducts", padded.get(0).get("outsideProducts"));
        return new Result(table.toString(), json);
    }

    private static String model(EncoderConfiguration configuration) {
        return configuration.layers() + "x" + configuration.hidden();
    }

    private static void both(ObjectNode node, String name, double firn, double pytorch) {
        node.putObject(name).put("firn", firn).put("pytorch", pytorch);
    }

    private static void padded(
            Shape shape, Path weights, BenchSettings settings, Table table, ArrayNode rows, ObjectNode json)
            throws IOException {
        settings.progress("encoder " + shape.words());
        TrainingWork work = work(shape, weights, settings);
        Compared compared = compare(shape.configuration(), work, settings, json);
        compared.describe(rows.addObject().put("shape", shape.words()), 1);
        row(table, shape.words(), compared, 1);
    }

    private static TrainingWork work(Shape shape, Path weights, BenchSettings settings) {
        Random random = new Random(5);
        int[][] texts = new int[shape.texts()][];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = random.ints(shape.tokens(), FIRST_WORD, VOCABULARY).toArray();
        }
        return new TrainingWork(weights.toString(), settings.threads(), LEARNING_RATE, new int[][][][] {{texts}});
    }

    private static void row(Table table, String name, Compared compared, int steps) {
        table.row(
                name,
                "%.3f".formatted(compared.firn().seconds() / steps),
                "%.3f".formatted(compared.pytorch().seconds() / steps),
                "%.2f".formatted(compared.ratio()),
                "%.1f".formatted(compared.firnGflops()),
                "%.1f".formatted(compared.pytorchGflops()));
    }

    /** Compares the two, and the first time what each one's BLAS does too. */
    private static Compared compare(
            EncoderConfiguration configuration, TrainingWork work, BenchSettings settings, ObjectNode json)
            throws IOException {
        try (PeerProcess firn = PeerProcess.start(PeerKind.FIRN_TRAINING, work, settings.work());
                PeerProcess pytorch = PeerProcess.start(PeerKind.PYTORCH_TRAINING, work, settings.work())) {
            if (!json.has("gemm_gflops")) {
                List<Series> products = Series.interleaved(
                        List.of(new Contender(firn, "gemm"), new Contender(pytorch, "gemm")),
                        WARM_UPS,
                        settings.runs());
                both(
                        json,
                        "gemm_gflops",
                        Gemm.operations() / products.get(0).seconds() * 1e-9,
                        Gemm.operations() / products.get(1).seconds() * 1e-9);
            }
            List<Series> steps = Series.interleaved(
                    List.of(new Contender(firn, "steps"), new Contender(pytorch, "steps")), WARM_UPS, settings.runs());
            // A peer whose weights do not move has not done the backward pass either
            steps.get(0).requireChange("Firn", "loss");
            steps.get(1).requireChange("PyTorch", "loss");
            Series.requireEqual("Firn and PyTorch", "loss", steps.get(0), steps.get(1), TOLERANCE);
            return new Compared(steps.get(0), steps.get(1), Flops.training(configuration, work.steps()));
        }
    }

    private void real(Path weights, BenchSettings settings, Table table, ObjectNode json) throws IOException {
        RealTexts texts = new RealTexts(settings);
        Map<String, List<RealTexts.Pair>> sources = new LinkedHashMap<>();
        sources.put("keycloak", texts.keycloak());
        List<RealTexts.Pair> pages = texts.helpPages();
        if (!pages.isEmpty()) {
            sources.put("libreoffice-help", pages);
        }
        ObjectNode real = json.putObject("real");
        double least = Double.POSITIVE_INFINITY;
        try (Tokenizer tokenizer = texts.tokenizer()) {
            for (Map.Entry<String, List<RealTexts.Pair>> source : sources.entrySet()) {
                settings.progress("encoder " + model(small) + ", texts of " + source.getKey());
                int count = settings.quick() ? 1 : source.getKey().equals("keycloak") ? 8 : 3;
                int[][][][] steps = steps(source.getValue(), count, REAL_BATCH, DOCUMENT_TOKENS, tokenizer);
                TrainingWork work = new TrainingWork(weights.toString(), settings.threads(), LEARNING_RATE, steps);
                Compared compared = compare(small, work, settings, json);
                ObjectNode node = real.putObject(source.getKey());
                compared.describe(node, steps.length);
                node.put("tokens", work.tokens() / steps.length);
                node.put("paddedTokens", work.paddedTokens() / steps.length);
                row(table, model(small) + ", 32 pairs of " + source.getKey(), compared, steps.length);
                least = Math.min(least, compared.ratio());
                table.note("%s: %d tokens a step, %d when padded"
                        .formatted(source.getKey(), work.tokens() / steps.length, work.paddedTokens() / steps.length));
            }
        }
        real.put("ratio", least);
    }

    private String quickstartWords() {
        return model(smallest) + ", " + QUICKSTART_BATCH + " pairs of keycloak";
    }

    private TrainingWork quickstart(BenchSettings settings, Table table, ObjectNode json) throws IOException {
        settings.progress("encoder " + quickstartWords());
        Path weights = SampleWeights.write(smallest, settings.work());
        RealTexts texts = new RealTexts(settings);
        try (Tokenizer tokenizer = texts.tokenizer()) {
            int count = settings.quick() ? 1 : 4;
            int[][][][] steps = steps(texts.keycloak(), count, QUICKSTART_BATCH, QUICKSTART_DOCUMENT_TOKENS, tokenizer);
            TrainingWork work = new TrainingWork(weights.toString(), settings.threads(), LEARNING_RATE, steps);
            Compared compared = compare(smallest, work, settings, json);
            compared.describe(json.putObject("quickstart").put("tokens", work.tokens() / count), count);
            row(table, quickstartWords(), compared, count);
            return work;
        }
    }

    /** Batches of pairs, queries cut to 32 tokens and documents to some, each with its closing token. */
    private static int[][][][] steps(
            List<RealTexts.Pair> pairs, int count, int batchSize, int documentTokens, Tokenizer tokenizer) {
        int[][][][] steps = new int[count][][][];
        for (int step = 0; step < count; step++) {
            List<RealTexts.Pair> batch = pairs.subList(step * batchSize, (step + 1) * batchSize);
            int[][] queries = tokenizer.encode(
                    batch.stream().map(pair -> "query: " + pair.query()).toList());
            int[][] documents = tokenizer.encode(
                    batch.stream().map(pair -> "passage: " + pair.document()).toList());
            steps[step] = new int[][][] {cut(queries, QUERY_TOKENS), cut(documents, documentTokens)};
        }
        return steps;
    }

    private static int[][] cut(int[][] rows, int most) {
        int[][] cut = new int[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            cut[i] = Arrays.copyOf(rows[i], Math.min(rows[i].length, most));
            cut[i][cut[i].length - 1] = rows[i][rows[i].length - 1];
        }
        return cut;
    }

    /** Where the time of steps goes. */
    private static void profile(String words, TrainingWork work, BenchSettings settings, Table table, ObjectNode row)
            throws IOException {
        settings.progress("encoder " + words + ", where the time goes");
        try (PeerProcess timed = PeerProcess.start(PeerKind.FIRN_TRAINING_TIMED, work, settings.work())) {
            Series series = Series.interleaved(
                            List.of(new Contender(timed, "steps")), WARM_UPS + settings.runs(), settings.runs())
                    .getFirst();
            Map<String, Double> shares = new LinkedHashMap<>();
            series.runs().getFirst().keySet().stream()
                    .filter(figure -> figure.startsWith(SHARE))
                    .forEach(figure -> shares.put(figure.substring(SHARE.length()), series.median(figure)));
            double products = shares.entrySet().stream()
                    .filter(share -> share.getKey().startsWith("MatrixProducts."))
                    .mapToDouble(Map.Entry::getValue)
                    .sum();
            double measured =
                    shares.values().stream().mapToDouble(Double::doubleValue).sum();
            shares.put("everything else, and waiting", 1 - measured);
            row.put("outsideProducts", 1 - products);
            ObjectNode profile = row.putObject("profile");
            table.note("");
            table.note("Share of the threads' time in a step of %s; outside matrix products: %.1f%%"
                    .formatted(words, 100 * (1 - products)));
            shares.entrySet().stream()
                    .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                    .forEach(share -> {
                        profile.put(share.getKey(), share.getValue());
                        if (share.getValue() >= LEAST_SHARE_SHOWN) {
                            table.note("  %-36s %5.1f%%".formatted(share.getKey(), 100 * share.getValue()));
                        }
                    });
        }
    }
}
