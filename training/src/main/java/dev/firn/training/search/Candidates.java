package dev.firn.training.search;

import java.util.Arrays;

/**
 * The documents that may be among the best {@code depth} of a query, by products that are a little off: those whose product is
 * not surely below that of {@code depth} others. Room for twice the depth, more where many are nearly equal.
 */
final class Candidates {
    /** The largest products, a binary heap with the smallest of them on top. */
    private final float[] largest;

    private int heapSize;
    private float[] values;
    private int[] positions;
    private int size;

    /** For the best {@code depth}, at least 1. */
    Candidates(int depth) {
        this.largest = new float[depth];
        this.values = new float[Math.multiplyExact(depth, 2)];
        this.positions = new int[values.length];
    }

    int size() {
        return size;
    }

    /** Positions of the documents, the first {@link #size()}; not a copy. */
    int[] positions() {
        return positions;
    }

    /** Their products, or what has taken their places; not a copy. */
    float[] values() {
        return values;
    }

    /**
     * Returns the product below which a document is of no interest; −∞ while there is room.
     *
     * @param error how far any product until now, and the next, can be from its score
     */
    float cut(double error) {
        return heapSize < largest.length ? Float.NEGATIVE_INFINITY : Math.nextDown((float) (largest[0] - 2 * error));
    }

    /** Adds a document, at least at the cut. */
    void add(float product, int position, double error) {
        if (heapSize < largest.length) {
            siftUp(product);
        } else if (product > largest[0]) {
            siftDown(product);
        }
        if (size == values.length) {
            narrow(error);
            if (size > values.length / 4 * 3) {
                values = Arrays.copyOf(values, Math.multiplyExact(values.length, 2));
                positions = Arrays.copyOf(positions, values.length);
            }
        }
        values[size] = product;
        positions[size++] = position;
    }

    /** Leaves out the documents below the cut. */
    void narrow(double error) {
        float cut = cut(error);
        int kept = 0;
        for (int i = 0; i < size; i++) {
            values[kept] = values[i];
            positions[kept] = positions[i];
            kept += values[i] >= cut ? 1 : 0;
        }
        size = kept;
    }

    void clear() {
        heapSize = 0;
        size = 0;
    }

    private void siftUp(float product) {
        int child = heapSize++;
        while (child > 0) {
            int parent = (child - 1) / 2;
            if (largest[parent] <= product) {
                break;
            }
            largest[child] = largest[parent];
            child = parent;
        }
        largest[child] = product;
    }

    private void siftDown(float product) {
        int parent = 0;
        int child = 1;
        while (child < heapSize) {
            if (child + 1 < heapSize && largest[child + 1] < largest[child]) {
                child++;
            }
            if (largest[child] >= product) {
                break;
            }
            largest[parent] = largest[child];
            parent = child;
            child = 2 * parent + 1;
        }
        largest[parent] = product;
    }
}
