package dev.firn.bench.peer;

import java.util.Random;

/** The random vectors that embeddings are drawn to, the same for every peer. */
final class Targets {
    private static final long SEED = 11;

    private Targets() {}

    /** Targets of a step, [texts, hidden] row by row. */
    static float[] of(int step, int texts, int hidden) {
        Random random = new Random(SEED + step);
        float[] targets = new float[texts * hidden];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = (float) random.nextGaussian();
        }
        return targets;
    }
}
