package dev.firn.training.trainer;

/**
 * What one step did.
 *
 * @param step the step that ran, from 0
 * @param loss mean loss of the batch, before the update
 * @param learningRate the rate applied, scaled as recorded
 * @param gradientNorm norm of the whole gradient before clipping
 * @param tokens tokens of the batch, special tokens counted
 * @param examples texts (masked language) or pairs (contrastive)
 * @param source the pair source of the batch; empty for masked language
 */
public record StepReport(
        long step, double loss, double learningRate, double gradientNorm, long tokens, long examples, String source) {}
