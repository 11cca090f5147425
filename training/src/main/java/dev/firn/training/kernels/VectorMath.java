package dev.firn.training.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Elementary functions of vectors as polynomials of fused multiply-adds, and sums over lanes in a written order: the same bits
 * whether interpreted or compiled, which the Vector API's own functions and reductions do not give.
 */
// The coefficients stand as they were published, with more digits than a float holds
@SuppressWarnings("FloatingPointLiteralPrecision")
final class VectorMath {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;

    private static final float LOG2_E = 1.44269504f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    // Adding 1.5·2^23 rounds a float of small magnitude to a whole number, which then lies in the low bits
    private static final float ROUNDER = 12582912f;
    private static final float SMALLEST_EXPONENT = -87.3f;
    private static final float ROOT_HALF = 0.70710678f;
    private static final float INVERSE_ROOT_TWO_PI = 0.39894228f;

    private VectorMath() {}

    /** exp(x) for x up to 88; 0 below -87.3. Cephes' expf: error below 2 units in the last place. */
    static FloatVector exp(FloatVector x) {
        FloatVector shifted = fma(x, LOG2_E, ROUNDER);
        FloatVector whole = shifted.sub(ROUNDER);
        FloatVector rest = fma(whole, -LN2_HIGH, x);
        rest = fma(whole, -LN2_LOW, rest);
        FloatVector power = fma(rest, 1.9875691500e-4f, 1.3981999507e-3f);
        power = fma(power, rest, 8.3334519073e-3f);
        power = fma(power, rest, 4.1665795894e-2f);
        power = fma(power, rest, 1.6666665459e-1f);
        power = fma(power, rest, 5.0000001201e-1f);
        power = power.fma(rest.mul(rest), rest).add(1f);
        FloatVector scale = shifted.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(0x3f800000)
                .reinterpretAsFloats();
        return power.mul(scale).blend(0f, x.compare(VectorOperators.LT, SMALLEST_EXPONENT));
    }

    /** {@link #exp(FloatVector)} of one number: the bits of a lane. */
    static float exp(float x) {
        float shifted = Math.fma(x, LOG2_E, ROUNDER);
        float whole = shifted - ROUNDER;
        float rest = Math.fma(whole, -LN2_HIGH, x);
        rest = Math.fma(whole, -LN2_LOW, rest);
        float power = Math.fma(rest, 1.9875691500e-4f, 1.3981999507e-3f);
        power = Math.fma(power, rest, 8.3334519073e-3f);
        power = Math.fma(power, rest, 4.1665795894e-2f);
        power = Math.fma(power, rest, 1.6666665459e-1f);
        power = Math.fma(power, rest, 5.0000001201e-1f);
        power = Math.fma(power, rest * rest, rest) + 1f;
        float scale = Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + 0x3f800000);
        return x < SMALLEST_EXPONENT ? 0f : power * scale;
    }

    /** erf(x), a rational function on [-4, 4] (the coefficients of Eigen and XLA); absolute error below 5e-7. */
    static FloatVector erf(FloatVector x) {
        FloatVector bounded = x.blend(4f, x.compare(VectorOperators.GT, 4f));
        bounded = bounded.blend(-4f, bounded.compare(VectorOperators.LT, -4f));
        FloatVector square = bounded.mul(bounded);
        FloatVector numerator = fma(square, -2.72614225801306e-10f, 2.77068142495902e-08f);
        numerator = fma(numerator, square, -2.10102402082508e-06f);
        numerator = fma(numerator, square, -5.69250639462346e-05f);
        numerator = fma(numerator, square, -7.34990630326855e-04f);
        numerator = fma(numerator, square, -2.95459980854025e-03f);
        numerator = fma(numerator, square, -1.60960333262415e-02f);
        FloatVector denominator = fma(square, -1.45660718464996e-05f, -2.13374055278905e-04f);
        denominator = fma(denominator, square, -1.68282697438203e-03f);
        denominator = fma(denominator, square, -7.37332916720468e-03f);
        denominator = fma(denominator, square, -1.42647390514189e-02f);
        return bounded.mul(numerator).div(denominator);
    }

    /** The normal distribution function, (1 + erf(x/√2))/2. */
    static FloatVector normalDistribution(FloatVector x) {
        return fma(erf(x.mul(ROOT_HALF)), 0.5f, 0.5f);
    }

    /** The normal density, exp(-x²/2)/√(2π). */
    static FloatVector normalDensity(FloatVector x) {
        return exp(x.mul(x).mul(-0.5f)).mul(INVERSE_ROOT_TWO_PI);
    }

    /** The larger of each lane, the first where one is NaN. */
    static FloatVector larger(FloatVector first, FloatVector second) {
        VectorMask<Float> greater = second.compare(VectorOperators.GT, first);
        return first.blend(second, greater);
    }

    /** Sum of the eight lanes in one written order. */
    static float sum(FloatVector v) {
        return ((v.lane(0) + v.lane(4)) + (v.lane(2) + v.lane(6)))
                + ((v.lane(1) + v.lane(5)) + (v.lane(3) + v.lane(7)));
    }

    /** The largest of the eight lanes. */
    static float largest(FloatVector v) {
        return Math.max(
                Math.max(Math.max(v.lane(0), v.lane(4)), Math.max(v.lane(2), v.lane(6))),
                Math.max(Math.max(v.lane(1), v.lane(5)), Math.max(v.lane(3), v.lane(7))));
    }

    private static FloatVector fma(FloatVector a, float b, float c) {
        return a.fma(b, c);
    }

    private static FloatVector fma(FloatVector a, FloatVector b, float c) {
        return a.fma(b, FloatVector.broadcast(SPECIES, c));
    }

    private static FloatVector fma(FloatVector a, float b, FloatVector c) {
        return a.fma(FloatVector.broadcast(SPECIES, b), c);
    }
}
