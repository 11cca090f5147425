package dev.firn.workflows.specification;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A contrastive train stage: pretraining (negatives from the batch) or finetuning (mined negatives only).
 *
 * @param steps null when {@code epochs} decides; resolving leaves exactly one of the two
 * @param sources patterns of source names; null for finetuning, which takes what was mined
 */
public record ContrastiveSpecification(
        @Nullable Long steps,
        @Nullable Integer epochs,
        int batchSize,
        double samplingExponent,
        double substitutedShare,
        double temperature,
        int queryTokens,
        int documentTokens,
        MatryoshkaSpecification matryoshka,
        @Nullable List<String> sources,
        double learningRate,
        ScheduleSpecification schedule,
        OptimizerSpecification optimizer,
        int chunkTokens,
        boolean activationCheckpointing,
        CheckpointsSpecification checkpoints) {}
