package dev.firn.training.random;

/** What random numbers are for. A constant's number is part of every result and never changes. */
public enum Purpose {
    INITIAL_WEIGHTS(1),
    ORDER_OF_BATCHES(2),
    ORDER_WITHIN_SOURCE(3),
    MASKING(4),
    SUBSTITUTION(6),
    RANDOMISATION_TEST(7),
    BOOTSTRAP(8);

    private final int number;

    Purpose(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
