package dev.firn.training.search;

import dev.firn.training.kernels.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Passes over a row of the products of a query with many documents, most of which are of no interest. */
final class Products {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;
    private static final int LANES = SPECIES.length();
    /** Products that {@link #atLeast} looks at. */
    static final int TOGETHER = 4 * LANES;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final MemorySegment values;
    private final long start;
    private final int length;

    /** The first {@code length} products of a row. */
    Products(Tensor products, int row, int length) {
        this.values = products.segment();
        this.start = (long) row * products.columns();
        this.length = length;
    }

    float get(int index) {
        return values.getAtIndex(ValueLayout.JAVA_FLOAT, start + index);
    }

    int length() {
        return length;
    }

    /** Tells which of {@value #TOGETHER} products from {@code from} on are at least {@code lowest}: a bit for each. */
    int atLeast(int from, float lowest) {
        long first = load(from).compare(VectorOperators.GE, lowest).toLong();
        long second = load(from + LANES).compare(VectorOperators.GE, lowest).toLong();
        long third = load(from + 2 * LANES).compare(VectorOperators.GE, lowest).toLong();
        long fourth = load(from + 3 * LANES).compare(VectorOperators.GE, lowest).toLong();
        return (int) (first | (second << LANES) | (third << (2 * LANES)) | (fourth << (3 * LANES)));
    }

    /** Returns the first index from {@code from} on whose product is from {@code lowest} to {@code highest}; the length when there is none. */
    int next(int from, float lowest, float highest) {
        int index = from;
        for (; index + LANES <= length; index += LANES) {
            FloatVector products = load(index);
            VectorMask<Float> found =
                    products.compare(VectorOperators.GE, lowest).and(products.compare(VectorOperators.LE, highest));
            if (found.anyTrue()) {
                return index + found.firstTrue();
            }
        }
        for (; index < length; index++) {
            if (get(index) >= lowest && get(index) <= highest) {
                return index;
            }
        }
        return length;
    }

    /** Returns how many products are above {@code bound}. */
    int countAbove(float bound) {
        int count = 0;
        int index = 0;
        for (; index + LANES <= length; index += LANES) {
            count += load(index).compare(VectorOperators.GT, bound).trueCount();
        }
        for (; index < length; index++) {
            if (get(index) > bound) {
                count++;
            }
        }
        return count;
    }

    private FloatVector load(int index) {
        return FloatVector.fromMemorySegment(SPECIES, values, (start + index) * Float.BYTES, ORDER);
    }
}
