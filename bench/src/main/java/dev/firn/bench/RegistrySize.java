package dev.firn.bench;

/**
 * How much a registry is filled with.
 *
 * @param checkpointsOfRun of each run, half of them of each train stage
 * @param measuredRuns runs with series of numbers, three of 1,000 points each
 * @param longSeries points of the one long series of the first run
 * @param eventsOfRun of each run
 * @param longLog events of the first run
 * @param evaluationsOfRun of each run
 * @param longHistory versions of the first model, moves of its alias, and neighbours of one digest
 * @param calls how often each listing is asked for
 */
record RegistrySize(
        int runs,
        int checkpointsOfRun,
        int measuredRuns,
        int longSeries,
        int eventsOfRun,
        int longLog,
        int evaluationsOfRun,
        int models,
        int versionsOfModel,
        int longHistory,
        int datasets,
        int calls) {
    /** Series of a measured run. */
    static final int SERIES = 3;

    /** Points of each of them. */
    static final int POINTS = 1_000;

    /** A million checkpoints, ten million metric points. */
    static RegistrySize full() {
        return new RegistrySize(20_000, 50, 3_000, 1_000_000, 100, 100_000, 25, 5_000, 10, 10_000, 100_000, 500);
    }

    /** Enough to see that it works. */
    static RegistrySize small() {
        return new RegistrySize(200, 10, 10, 20_000, 10, 500, 5, 50, 3, 200, 100, 20);
    }
}
