package dev.firn.training.trainer;

import static java.util.Objects.requireNonNull;

import dev.firn.training.batch.PackedBatch;
import dev.firn.training.batch.Selection;
import dev.firn.training.batch.TextBatches;
import dev.firn.training.batch.TokenTable;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.MaskedLanguageHead;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.PostNormEncoder;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.loss.TokenMasking;
import dev.firn.training.optimizer.TouchedRows;

/** Masked language modelling: cross entropy of the words at the chosen tokens, mean over the batch. */
final class MaskedLanguageObjective implements Objective {
    private final TokenTable texts;
    private final MaskedLanguageSettings settings;
    private final TextBatches batches;
    private final TokenMasking masking;
    private final MaskedLanguageWorkspace workspace;
    private final PostNormEncoder encoder;
    private final MaskedLanguageHead head;
    private final PackedBatch whole;
    private final PackedBatch chunk;
    private final Selection selection = new Selection();

    MaskedLanguageObjective(
            ParameterLayout layout,
            Tensor values,
            Tensor gradients,
            TokenTable texts,
            MaskedLanguageSettings settings,
            ComputeContext context) {
        this.texts = requireNonNull(texts, "texts is null");
        this.settings = settings;
        EncoderConfiguration configuration = layout.configuration();
        if (settings.maximumTokens() > configuration.maximumTokens()) {
            throw new IllegalArgumentException("maximumTokens is " + settings.maximumTokens()
                    + ", the model has positions for " + configuration.maximumTokens());
        }
        this.batches = new TextBatches(
                texts,
                settings.batching(),
                settings.maximumTokens(),
                settings.optimization().seed());
        this.masking = new TokenMasking(
                settings.maskedShare(),
                settings.maskToken(),
                settings.specialTokens(),
                configuration.vocabularySize(),
                settings.optimization().seed());
        this.workspace = new MaskedLanguageWorkspace(layout, values, gradients, settings, context);
        this.encoder = workspace.encoder;
        this.head = workspace.head;
        this.whole = workspace.whole;
        this.chunk = workspace.chunk;
    }

    @Override
    public long stepsPerEpoch() {
        return batches.firstEpoch();
    }

    @Override
    public Outcome accumulate(long step, TouchedRows touched) {
        touched.addAll();
        int[] rows = batches.choose(step);
        whole.clear();
        for (int row : rows) {
            whole.add(texts, row, settings.maximumTokens());
        }
        int masked = masking.mask(whole, step);
        double loss = 0;
        int maskedBefore = 0;
        int from = 0;
        while (from < whole.sequences() && masked > 0) {
            int to = Chunks.end(whole, from, settings.chunkTokens());
            chunk.clear();
            chunk.add(whole, from, to);
            int maskedAfter = masking.select(whole, from, to, maskedBefore, selection);
            if (maskedAfter > maskedBefore) {
                Tensor states = encoder.forward(chunk, selection);
                loss += head.lossAndGradient(
                        states, maskedAfter - maskedBefore, masking.words(), maskedBefore, 1f / masked);
                encoder.backward(chunk, selection, states);
            }
            maskedBefore = maskedAfter;
            from = to;
        }
        return new Outcome(masked == 0 ? 0 : loss / masked, whole.size(), rows.length, "");
    }

    @Override
    public void close() {
        workspace.close();
    }
}
