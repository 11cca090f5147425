package dev.firn.training.search;

import java.util.Arrays;

/**
 * The documents that may be among the best {@code depth} of a query, by products that are a little off: those whose product is
 * not surely below that of {@code depth} others. Room for twice the depth, more where many are nearly equal.
 */
final class Candidates {
    private final int depth;
    private float[] values;
    private int[] positions;
    private int size;
    private float cut = Float.NEGATIVE_INFINITY;

    Candidates(int depth) {
        this.depth = depth;
        this.values = new float[Math.multiplyExact(depth, 2)];
        this.positions = new int[2 * depth];
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

    /** Returns the product below which a document is of no interest. */
    float cut() {
        return cut;
    }

    /**
     * Adds a document, at least at the cut.
     *
     * @param error how far any product until now can be from its score
     */
    void add(float product, int position, double error) {
        if (size == values.length) {
            narrow(error);
            if (product < cut) {
                return;
            }
            if (size > values.length / 4 * 3) {
                values = Arrays.copyOf(values, Math.multiplyExact(values.length, 2));
                positions = Arrays.copyOf(positions, values.length);
            }
        }
        values[size] = product;
        positions[size++] = position;
    }

    /** Leaves out the documents whose product is below that of {@code depth} others by more than both can be off. */
    void narrow(double error) {
        if (size <= depth) {
            return;
        }
        moveBestToFront();
        float least = values[0];
        for (int i = 1; i < depth; i++) {
            least = Math.min(least, values[i]);
        }
        cut = Math.nextDown((float) (least - 2 * error));
        int kept = depth;
        for (int i = depth; i < size; i++) {
            if (values[i] >= cut) {
                values[kept] = values[i];
                positions[kept++] = positions[i];
            }
        }
        size = kept;
    }

    void clear() {
        size = 0;
        cut = Float.NEGATIVE_INFINITY;
    }

    /** Hoare's selection: brings the {@code depth} largest products to the front, in no order. */
    private void moveBestToFront() {
        int low = 0;
        int high = size - 1;
        while (low < high) {
            float pivot = values[(low + high) >>> 1];
            int left = low;
            int right = high;
            while (left <= right) {
                while (values[left] > pivot) {
                    left++;
                }
                while (values[right] < pivot) {
                    right--;
                }
                if (left <= right) {
                    swap(left++, right--);
                }
            }
            if (depth - 1 <= right) {
                high = right;
            } else if (depth - 1 >= left) {
                low = left;
            } else {
                return;
            }
        }
    }

    private void swap(int one, int other) {
        float product = values[one];
        values[one] = values[other];
        values[other] = product;
        int position = positions[one];
        positions[one] = positions[other];
        positions[other] = position;
    }
}
