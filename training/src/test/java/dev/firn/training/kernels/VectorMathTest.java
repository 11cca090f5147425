package dev.firn.training.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

final class VectorMathTest {
    private static float first(FloatVector vector) {
        return vector.lane(0);
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(VectorMath.SPECIES, value);
    }

    @Test
    void expIsWithinTwoUnitsInTheLastPlace() {
        for (float x = -87.2f; x < 20f; x += 0.0137f) {
            double exact = StrictMath.exp(x);
            assertThat((double) first(VectorMath.exp(all(x))))
                    .as("exp(%s)", x)
                    .isEqualTo(exact, within(2 * (double) Math.ulp((float) exact)));
        }
    }

    @Test
    void expOfWhatIsLeftOutIsZeroAndOfNaNIsNaN() {
        assertThat(first(VectorMath.exp(all(Float.NEGATIVE_INFINITY)))).isZero();
        assertThat(first(VectorMath.exp(all(-1000f)))).isZero();
        assertThat(first(VectorMath.exp(all(0f)))).isEqualTo(1f);
        assertThat(first(VectorMath.exp(all(Float.NaN)))).isNaN();
    }

    @Test
    void expOfOneNumberIsThatOfALane() {
        for (float x = -95f; x < 88f; x += 0.0137f) {
            assertThat(VectorMath.exp(x)).as("exp(%s)", x).isEqualTo(first(VectorMath.exp(all(x))));
        }
        assertThat(VectorMath.exp(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(VectorMath.exp(Float.NaN)).isNaN();
    }

    @Test
    void erfIsWithinFiveTenMillionths() {
        for (float x = -6f; x <= 6f; x += 0.0031f) {
            assertThat((double) first(VectorMath.erf(all(x)))).as("erf(%s)", x).isEqualTo(erf(x), within(5e-7));
        }
        assertThat(first(VectorMath.erf(all(Float.NaN)))).isNaN();
    }

    /** The series of Abramowitz and Stegun 7.1.6, summed until nothing changes. */
    private static double erf(double x) {
        if (Math.abs(x) > 5) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-18; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}
