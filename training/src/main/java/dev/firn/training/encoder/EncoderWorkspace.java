package dev.firn.training.encoder;

import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Memory;
import dev.firn.training.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;

/** All memory of an encoder that follows the size of a batch. */
final class EncoderWorkspace implements AutoCloseable {
    final int tokens;
    final int longest;
    final int selected;

    /** The position of each token: the row of the position table, or of the rotations. */
    final int[] positions;

    /** Positions of the selected tokens. */
    final int[] selectedPositions;

    /** Rotations of rotary positions; empty without. */
    final Tensor rotations;

    final Tensor embedded;
    final Tensor embeddedStatistics;
    /** Input of each layer. With inference, two take turns. */
    final List<Tensor> inputs = new ArrayList<>();

    final List<LayerActivations> layers = new ArrayList<>();
    final Tensor widened;
    // The last layer's rows are not those of the layers before it, and one thread may be there while another is not
    // yet:
    // what it writes is its own
    final Tensor selectedWidened;
    final Tensor selectedInput;
    final Tensor selectedQuery;
    final Tensor output;
    /** For each thread. */
    final List<Tensor> attention = new ArrayList<>();

    final Tensor gradient;
    final Tensor attendedGradient;
    final Tensor wideGradient;
    final Tensor projectedGradient;
    final Tensor selectedQueryGradient;

    EncoderWorkspace(
            EncoderConfiguration configuration,
            ActivationMemory memory,
            ComputeContext context,
            int tokens,
            int longest,
            int selected) {
        Memory take = context.memory();
        int hidden = configuration.hidden();
        int intermediate = configuration.intermediate();
        int before = configuration.layers() - 1;
        boolean training = memory != ActivationMemory.INFERENCE;
        this.tokens = tokens;
        this.longest = longest;
        this.selected = selected;
        this.positions = take.integers(tokens);
        this.selectedPositions = take.integers(selected);
        this.rotations = switch (configuration.positionEncoding()) {
            case PositionEncoding.Learned _ -> take.tensor(0, 0);
            case PositionEncoding.Rotary rotary ->
                RotationTable.create(rotary, configuration.headWidth(), longest, take);
        };
        this.embedded = take.tensor(tokens, hidden);
        this.embeddedStatistics = take.tensor(tokens, 2);
        this.widened = take.tensor(before == 0 ? 0 : tokens, intermediate);
        this.selectedWidened = take.tensor(selected, intermediate);
        this.selectedInput = take.tensor(selected, hidden);
        this.selectedQuery = take.tensor(selected, hidden);
        this.output = take.tensor(selected, hidden);
        for (int i = 0; i <= before; i++) {
            inputs.add(training || i < 2 ? take.tensor(tokens, hidden) : inputs.get(i - 2));
        }
        for (int i = 0; i < before; i++) {
            layers.add(
                    memory == ActivationMemory.ALL_LAYERS || i == 0
                            ? new LayerActivations(configuration, tokens, tokens, take)
                            : layers.get(0));
        }
        layers.add(new LayerActivations(configuration, tokens, selected, take));
        int attentionValues = Math.toIntExact(context.kernels().attentionWorkspace(longest, configuration.headWidth()));
        for (int part = 0; part < context.threads(); part++) {
            attention.add(take.tensor(1, attentionValues));
        }
        int rows = before == 0 ? selected : tokens;
        this.gradient = take.tensor(training ? tokens : 0, hidden);
        this.attendedGradient = take.tensor(training ? rows : 0, hidden);
        this.wideGradient = take.tensor(training ? rows : 0, intermediate);
        this.projectedGradient = take.tensor(training ? tokens : 0, 3 * hidden);
        this.selectedQueryGradient = take.tensor(training ? selected : 0, hidden);
    }

    @Override
    public void close() {
        List.of(
                        rotations,
                        embedded,
                        embeddedStatistics,
                        widened,
                        selectedWidened,
                        selectedInput,
                        selectedQuery,
                        output,
                        gradient,
                        attendedGradient,
                        wideGradient,
                        projectedGradient,
                        selectedQueryGradient)
                .forEach(Tensor::close);
        inputs.stream().distinct().forEach(Tensor::close);
        layers.stream().distinct().forEach(LayerActivations::close);
        attention.forEach(Tensor::close);
    }
}
