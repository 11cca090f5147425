package dev.firn.bench.drill;

import static java.util.Objects.requireNonNull;

/**
 * When something is to be done to a run: at a step of a train stage, or so many seconds into another stage.
 *
 * @param place the stage's place in the run, from 0
 * @param training whether {@code amount} counts steps
 * @param amount steps, or seconds
 */
record Moment(int place, String stage, boolean training, double amount) implements Comparable<Moment> {
    Moment {
        requireNonNull(stage, "stage is null");
    }

    @Override
    public int compareTo(Moment other) {
        return place != other.place ? Integer.compare(place, other.place) : Double.compare(amount, other.amount);
    }

    @Override
    public String toString() {
        return training ? stage + " at step " + Math.round(amount) : "%s after %.1f s".formatted(stage, amount);
    }
}
