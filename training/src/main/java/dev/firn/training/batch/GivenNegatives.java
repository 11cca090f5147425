package dev.firn.training.batch;

import static java.util.Objects.requireNonNull;

import java.nio.IntBuffer;

/**
 * The hard negatives that the data of a source name, in the order in which they stand there.
 *
 * @param numbers four for each: query row, document row, the bits of its score, and the bits of the lowest score of the positives
 *     it was given with; {@link Float#NaN} where the data have no scores of both
 */
public record GivenNegatives(IntBuffer numbers) {
    /** Numbers of one negative. */
    public static final int WIDTH = 4;

    public GivenNegatives {
        requireNonNull(numbers, "numbers is null");
        if (numbers.limit() % WIDTH != 0) {
            throw new IllegalArgumentException("numbers hold a part of a negative");
        }
    }

    /** How many there are. */
    public int size() {
        return numbers.limit() / WIDTH;
    }

    /** Query row of one. */
    public int query(int index) {
        return numbers.get(WIDTH * index);
    }

    /** Document row of one. */
    public int document(int index) {
        return numbers.get(WIDTH * index + 1);
    }

    /** Whether one has a score to be weighed by. */
    public boolean scored(int index) {
        return !Float.isNaN(score(index)) && !Float.isNaN(lowestPositiveScore(index));
    }

    /** Score of one. */
    public float score(int index) {
        return Float.intBitsToFloat(numbers.get(WIDTH * index + 2));
    }

    /** Lowest score of the positives that one was given with. */
    public float lowestPositiveScore(int index) {
        return Float.intBitsToFloat(numbers.get(WIDTH * index + 3));
    }
}
