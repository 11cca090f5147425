package dev.firn.training.search;

/** The best {@code depth} of the documents offered, best first by score, then by smaller position. A binary heap, worst on top. */
final class BestDocuments {
    private final int depth;
    private final float[] scores;
    private final int[] positions;
    private int size;

    BestDocuments(int depth) {
        this.depth = depth;
        this.scores = new float[depth];
        this.positions = new int[depth];
    }

    void offer(float score, int position) {
        if (size < depth) {
            int child = size++;
            while (child > 0) {
                int parent = (child - 1) / 2;
                if (!worse(score, position, scores[parent], positions[parent])) {
                    break;
                }
                scores[child] = scores[parent];
                positions[child] = positions[parent];
                child = parent;
            }
            scores[child] = score;
            positions[child] = position;
        } else if (worse(scores[0], positions[0], score, position)) {
            siftDown(score, position, size);
        }
    }

    /** Writes the documents best first and empties this. */
    void drain(int[] targetPositions, float[] targetScores) {
        for (int last = size - 1; last >= 0; last--) {
            targetScores[last] = scores[0];
            targetPositions[last] = positions[0];
            siftDown(scores[last], positions[last], last);
        }
        size = 0;
    }

    /** Puts an entry at the top of the first {@code limit} entries and lets it sink. */
    private void siftDown(float score, int position, int limit) {
        int parent = 0;
        while (true) {
            int child = 2 * parent + 1;
            if (child >= limit) {
                break;
            }
            if (child + 1 < limit && worse(scores[child + 1], positions[child + 1], scores[child], positions[child])) {
                child++;
            }
            if (!worse(scores[child], positions[child], score, position)) {
                break;
            }
            scores[parent] = scores[child];
            positions[parent] = positions[child];
            parent = child;
        }
        scores[parent] = score;
        positions[parent] = position;
    }

    private static boolean worse(float score, int position, float otherScore, int otherPosition) {
        return score < otherScore || (score == otherScore && position > otherPosition);
    }
}
