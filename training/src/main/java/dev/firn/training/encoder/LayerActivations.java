package dev.firn.training.encoder;

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
     */
    LayerActivations(EncoderConfiguration configuration, int tokens, int rows) {
        int hidden = configuration.hidden();
        int intermediate = configuration.intermediate();
        this.projected = Tensor.zeros(tokens, 3 * hidden);
        this.attended = Tensor.zeros(rows, hidden);
        this.attentionSum = Tensor.zeros(rows, hidden);
        this.attentionStatistics = Tensor.zeros(rows, 2);
        this.attentionResult = Tensor.zeros(rows, hidden);
        this.wide = Tensor.zeros(rows, configuration.family().gated() ? 2 * intermediate : intermediate);
        this.outputSum = Tensor.zeros(rows, hidden);
        this.outputStatistics = Tensor.zeros(rows, 2);
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
