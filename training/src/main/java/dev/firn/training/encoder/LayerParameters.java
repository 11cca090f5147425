package dev.firn.training.encoder;

import dev.firn.training.kernels.Tensor;

/** The parameters of one layer (or their gradients) as views of a flat run, in the order of {@link ParameterLayout}. */
final class LayerParameters {
    final Tensor whole;
    /** [3·hidden, hidden]: query, key, value. */
    final Tensor projection;

    final Tensor projectionBias;
    final Tensor attentionOutput;
    final Tensor attentionOutputBias;
    final Tensor attentionGamma;
    final Tensor attentionBeta;
    /** [intermediate, hidden]; of a gated unit [2·intermediate, hidden], up first and then the gate. */
    final Tensor intermediate;

    /** Empty for a gated unit, which has none. */
    final Tensor intermediateBias;

    final Tensor output;
    final Tensor outputBias;
    final Tensor outputGamma;
    final Tensor outputBeta;

    private final Tensor flat;
    private long at;

    LayerParameters(EncoderConfiguration configuration, Tensor flat, long offset, long length) {
        int hidden = configuration.hidden();
        int wide = configuration.intermediate();
        this.flat = flat;
        this.at = offset;
        this.whole = flat.view(offset, 1, Math.toIntExact(length));
        this.projection = next(3L * hidden, hidden);
        this.projectionBias = next(1, 3 * hidden);
        this.attentionOutput = next(hidden, hidden);
        this.attentionOutputBias = next(1, hidden);
        this.attentionGamma = next(1, hidden);
        this.attentionBeta = next(1, hidden);
        boolean gated = configuration.family().gated();
        this.intermediate = next(gated ? 2L * wide : wide, hidden);
        this.intermediateBias = gated ? Tensor.zeros(0, 0) : next(1, wide);
        this.output = next(hidden, wide);
        this.outputBias = next(1, hidden);
        this.outputGamma = next(1, hidden);
        this.outputBeta = next(1, hidden);
    }

    private Tensor next(long rows, int columns) {
        Tensor view = flat.view(at, rows, columns);
        at += ParameterLayout.aligned(rows * columns);
        return view;
    }
}
