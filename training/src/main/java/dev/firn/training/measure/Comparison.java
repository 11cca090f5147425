package dev.firn.training.measure;

import static java.util.Objects.requireNonNull;

/**
 * Two systems by one measure on the same queries.
 *
 * @param first mean of the first
 * @param second mean of the second
 * @param difference the second's mean less the first's
 * @param p how likely a difference of at least this size, in either direction, is when the two are equally good
 */
public record Comparison(
        double first,
        Interval firstInterval,
        double second,
        Interval secondInterval,
        double difference,
        Interval differenceInterval,
        double p) {
    public Comparison {
        requireNonNull(firstInterval, "firstInterval is null");
        requireNonNull(secondInterval, "secondInterval is null");
        requireNonNull(differenceInterval, "differenceInterval is null");
    }
}
