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
    // From the highest power down
    private static final float EXP_7 = 1.9875691500e-4f;
    private static final float EXP_6 = 1.3981999507e-3f;
    private static final float EXP_5 = 8.3334519073e-3f;
    private static final float EXP_4 = 4.1665795894e-2f;
    private static final float EXP_3 = 1.6666665459e-1f;
    private static final float EXP_2 = 5.0000001201e-1f;

    // Constants of exp: made where they are used, they take so much of what the compiler allows a method that few can
    // use exp
    private static final FloatVector ALL_LOG2_E = all(LOG2_E);
    private static final FloatVector ALL_ROUNDER = all(ROUNDER);
    private static final FloatVector ALL_MINUS_LN2_HIGH = all(-LN2_HIGH);
    private static final FloatVector ALL_MINUS_LN2_LOW = all(-LN2_LOW);
    private static final FloatVector ALL_SMALLEST_EXPONENT = all(SMALLEST_EXPONENT);
    private static final FloatVector ALL_EXP_7 = all(EXP_7);
    private static final FloatVector ALL_EXP_6 = all(EXP_6);
    private static final FloatVector ALL_EXP_5 = all(EXP_5);
    private static final FloatVector ALL_EXP_4 = all(EXP_4);
    private static final FloatVector ALL_EXP_3 = all(EXP_3);
    private static final FloatVector ALL_EXP_2 = all(EXP_2);
    private static final FloatVector ALL_1 = all(1f);
    private static final FloatVector ALL_0 = all(0f);

    private VectorMath() {}

    /** exp(x) for x up to 88; 0 below -87.3. Cephes' expf: error below 2 units in the last place. */
    static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(ALL_LOG2_E, ALL_ROUNDER);
        FloatVector whole = shifted.sub(ALL_ROUNDER);
        FloatVector rest = whole.fma(ALL_MINUS_LN2_HIGH, x);
        rest = whole.fma(ALL_MINUS_LN2_LOW, rest);
        FloatVector power = rest.fma(ALL_EXP_7, ALL_EXP_6);
        power = power.fma(rest, ALL_EXP_5);
        power = power.fma(rest, ALL_EXP_4);
        power = power.fma(rest, ALL_EXP_3);
        power = power.fma(rest, ALL_EXP_2);
        power = power.fma(rest.mul(rest), rest).add(ALL_1);
        // Times 2 to the power of the whole number, which is added to the exponent: the result is not subnormal
        FloatVector result = shifted.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(power.reinterpretAsInts())
                .reinterpretAsFloats();
        return result.blend(ALL_0, x.compare(VectorOperators.LT, ALL_SMALLEST_EXPONENT));
    }

    /** {@link #exp(FloatVector)} of one number: the bits of a lane. */
    static float exp(float x) {
        float shifted = Math.fma(x, LOG2_E, ROUNDER);
        float whole = shifted - ROUNDER;
        float rest = Math.fma(whole, -LN2_HIGH, x);
        rest = Math.fma(whole, -LN2_LOW, rest);
        float power = Math.fma(rest, EXP_7, EXP_6);
        power = Math.fma(power, rest, EXP_5);
        power = Math.fma(power, rest, EXP_4);
        power = Math.fma(power, rest, EXP_3);
        power = Math.fma(power, rest, EXP_2);
        power = Math.fma(power, rest * rest, rest) + 1f;
        int bits = (Float.floatToRawIntBits(shifted) << 23) + Float.floatToRawIntBits(power);
        return x < SMALLEST_EXPONENT ? 0f : Float.intBitsToFloat(bits);
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

    // By lanes, as an exchange of lanes takes so much of what the compiler allows a method that those which add up rows
    // exceed it

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

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }

    private static FloatVector fma(FloatVector a, float b, float c) {
        return a.fma(b, c);
    }

    private static FloatVector fma(FloatVector a, FloatVector b, float c) {
        return a.fma(b, FloatVector.broadcast(SPECIES, c));
    }
}
