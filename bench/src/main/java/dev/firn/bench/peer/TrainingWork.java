package dev.firn.bench.peer;

import static java.util.Objects.requireNonNull;

/**
 * Steps of training that two peers do alike: embed texts by the mean of their tokens, take half the mean squared distance to random
 * targets as the loss, differentiate, and update all parameters with AdamW at its defaults, without clipping.
 *
 * @param weights folder of the starting weights, as Hugging Face lays it out
 * @param learningRate the same in each step
 * @param steps tokens by step, column, text. A column is what a trainer embeds in one call, the queries or the documents: a peer that
 *     pads does so to the longest text of the column
 */
@SuppressWarnings("ArrayRecordComponent") // read from JSON once, and never compared
public record TrainingWork(String weights, int threads, double learningRate, int[][][][] steps) {
    public TrainingWork {
        requireNonNull(weights, "weights is null");
        requireNonNull(steps, "steps is null");
    }

    /** Number of texts of a step. */
    int texts(int step) {
        int texts = 0;
        for (int[][] column : steps[step]) {
            texts += column.length;
        }
        return texts;
    }

    /** Tokens of all steps. */
    public long tokens() {
        long tokens = 0;
        for (int[][][] step : steps) {
            for (int[][] column : step) {
                for (int[] text : column) {
                    tokens += text.length;
                }
            }
        }
        return tokens;
    }

    /** Tokens of all steps when each column is padded to its longest text. */
    public long paddedTokens() {
        long tokens = 0;
        for (int[][][] step : steps) {
            for (int[][] column : step) {
                tokens += (long) longest(column) * column.length;
            }
        }
        return tokens;
    }

    static int longest(int[][] column) {
        int longest = 0;
        for (int[] text : column) {
            longest = Math.max(longest, text.length);
        }
        return longest;
    }
}
