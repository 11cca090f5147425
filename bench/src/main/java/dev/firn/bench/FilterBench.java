package dev.firn.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.bench.Series.Contender;
import dev.firn.bench.peer.PeerKind;
import dev.firn.bench.peer.PeerProcess;
import dev.firn.bench.peer.SearchWork;
import java.io.IOException;
import java.util.List;

/**
 * The consistency filter and the hard-negative miner, in comparisons of a query and a document per second, beside a plain matrix
 * product of the same size, which is the limit of any exact search.
 */
final class FilterBench implements Benchmark {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int DIMENSION = 384;
    private static final int DEPTH = 100;
    private static final int WARM_UPS = 2;
    private static final List<String> WORK = List.of("filter", "mine", "gemm");

    private final int pairs;

    /** With so many queries, and as many documents. */
    FilterBench(int pairs) {
        this.pairs = pairs;
    }

    @Override
    public Result run(BenchSettings settings) throws IOException {
        settings.progress("filter and mine, " + pairs + " pairs");
        SearchWork work = new SearchWork(settings.threads(), pairs, DIMENSION, DEPTH);
        try (PeerProcess firn = PeerProcess.start(PeerKind.FIRN_SEARCH, work, settings.work())) {
            List<Series> series = Series.interleaved(
                    WORK.stream().map(name -> new Contender(firn, name)).toList(), WARM_UPS, settings.runs());
            return result(pairs, series);
        }
    }

    private static Result result(int pairs, List<Series> series) {
        double comparisons = (double) pairs * pairs;
        double limit = series.getLast().seconds();
        Table table = new Table(
                "filter and mine: %d queries against %d documents, %d components".formatted(pairs, pairs, DIMENSION),
                "what",
                "comparisons/s",
                "GFLOP/s",
                "share of the limit");
        ObjectNode json = JSON.createObjectNode();
        for (int i = 0; i < WORK.size(); i++) {
            double seconds = series.get(i).seconds();
            double rate = comparisons / seconds;
            ObjectNode node = json.putObject(WORK.get(i));
            node.put("comparisonsPerSecond", rate);
            node.put("gflops", 2 * DIMENSION * rate * 1e-9);
            node.put("share", limit / seconds);
            table.row(
                    WORK.get(i),
                    "%.3g".formatted(rate),
                    "%.1f".formatted(2 * DIMENSION * rate * 1e-9),
                    "%.0f%%".formatted(100 * limit / seconds));
        }
        table.note("mine looks at the best %d documents of each query; gemm is the products alone, the limit"
                .formatted(DEPTH));
        return new Result(table.toString(), json);
    }
}
