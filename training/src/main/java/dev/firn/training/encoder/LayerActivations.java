package dev.firn.training.encoder;

import dev.firn.training.kernels.Memory;
import dev.firn.training.kernels.Tensor;
import java.util.List;

/** What one layer keeps for its backward pass. */
final class LayerActivations implements AutoCloseable {
    /** [tokens, 3·hidden]: queries, keys and values, rotated where positions are. */
    final Tensor projected;

    final Tensor attended;
    final Tensor attentionSum;
    final Tensor attentionStatistics;
    final Tensor attentionResult;
    /** What the feed-forward's activation is taken of: [rows, intermediate], twice as wide for a gated unit. */
    final Tensor wide;

    final Tensor outputSum;
    final Tensor outputStatistics;

    /**
     * @param tokens that have keys and values
     * @param rows tokens that everything else is computed for
     * @param take where the memory is taken
     */
    LayerActivations(EncoderConfiguration configuration, int tokens, int rows, Memory take) {
        int hidden = configuration.hidden();
        int intermediate = configuration.intermediate();
        this.projected = take.tensor(tokens, 3 * hidden);
        this.attended = take.tensor(rows, hidden);
        this.attentionSum = take.tensor(rows, hidden);
        this.attentionStatistics = take.tensor(rows, 2);
        this.attentionResult = take.tensor(rows, hidden);
        this.wide = take.tensor(rows, configuration.family().gated() ? 2 * intermediate : intermediate);
        this.outputSum = take.tensor(rows, hidden);
        this.outputStatistics = take.tensor(rows, 2);
    }

    @Override
    public void close() {
        List.of(
                        projected,
                        attended,
                        attentionSum,
                        attentionStatistics,
                        attentionResult,
                        wide,
                        outputSum,
                        outputStatistics)
                .forEach(Tensor::close);
    }
}
