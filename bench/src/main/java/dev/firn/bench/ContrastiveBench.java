package dev.firn.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.bench.Series.Contender;
import dev.firn.bench.peer.ContrastiveWork;
import dev.firn.bench.peer.PeerKind;
import dev.firn.bench.peer.PeerProcess;
import dev.firn.training.encoder.EncoderConfiguration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Peak resident memory and speed of contrastive steps by batch size, at one chunk size: each batch size in a process of its own over
 * the same pairs. The largest batch is one step, which is all that its memory and its speed need.
 */
final class ContrastiveBench implements Benchmark {
    private static final JsonMapper JSON = new JsonMapper();
    private static final EncoderConfiguration MODEL = EncoderConfiguration.bert(8_000, 128, 2, 2, 512, 64);
    private static final int CHUNK_SEQUENCES = 64;
    private static final int TOKENS = 16;

    private final int small;
    private final int middle;
    private final int large;

    /** With batches of so many pairs; the memory of the last is compared to that of the first. */
    ContrastiveBench(int small, int middle, int large) {
        this.small = small;
        this.middle = middle;
        this.large = large;
    }

    private record Batch(int size, int warmUps, int runs) {}

    @Override
    public Result run(BenchSettings settings) throws IOException {
        List<Batch> batches = List.of(
                new Batch(small, 3, settings.runs()), new Batch(middle, 1, settings.runs()), new Batch(large, 0, 1));
        Path weights = SampleWeights.write(MODEL, settings.work());
        Table table = new Table(
                "contrastive: one process each, model 2x128, texts of %d tokens, %d texts a chunk"
                        .formatted(TOKENS, CHUNK_SEQUENCES),
                "pairs a batch",
                "peak resident MB",
                "pairs/s",
                "s a step");
        ObjectNode json = JSON.createObjectNode();
        ArrayNode rows = json.putArray("batches");
        double first = 0;
        double peak = 0;
        for (Batch batch : batches) {
            settings.progress("contrastive, " + batch.size() + " pairs a batch");
            ContrastiveWork work = new ContrastiveWork(
                    weights.toString(), settings.threads(), large, batch.size(), CHUNK_SEQUENCES, TOKENS);
            try (PeerProcess firn = PeerProcess.start(PeerKind.FIRN_CONTRASTIVE, work, settings.work())) {
                Series series = Series.interleaved(List.of(new Contender(firn, "step")), batch.warmUps(), batch.runs())
                        .getFirst();
                double seconds = series.seconds();
                peak = series.runs().getLast().get(PeerProcess.PEAK_BYTES);
                first = first == 0 ? peak : first;
                table.row(
                        String.valueOf(batch.size()),
                        "%.0f".formatted(peak / (1 << 20)),
                        "%.0f".formatted(batch.size() / seconds),
                        "%.2f".formatted(seconds));
                rows.addObject()
                        .put("pairs", batch.size())
                        .put("peakBytes", (long) peak)
                        .put("pairsPerSecond", batch.size() / seconds);
            }
        }
        json.put("peakRatio", peak / first);
        table.note("peak memory, %d against %d: %.2f times".formatted(large, small, peak / first));
        return new Result(table.toString(), json);
    }
}
