package dev.firn.training.random;

/**
 * Random numbers as a function of (seed, purpose, place): Philox4x32-10. Immutable.
 *
 * <p>A place is three numbers, for instance (epoch, step, position).
 */
public final class CounterRandom {
    private static final int MULTIPLIER_0 = 0xD2511F53;
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;

    private final int key0;
    private final int key1;

    /**
     * @param seed of the run
     * @param purpose what the numbers are for: streams of different purposes share nothing
     */
    public CounterRandom(long seed, Purpose purpose) {
        long key = mix(seed * 31 + purpose.number());
        this.key0 = (int) key;
        this.key1 = (int) (key >>> 32);
    }

    /** 64 random bits of a place. */
    public long bits(long major, int minor, int position) {
        return philox((int) major, (int) (major >>> 32), minor, position, key0, key1);
    }

    /** A number from 0 to below 1, of 53 random bits. */
    public double uniform(long major, int minor, int position) {
        return (bits(major, minor, position) >>> 11) * 0x1.0p-53;
    }

    /** A whole number from 0 to below {@code bound}; the bias is below {@code bound / 2^64}. */
    public int below(int bound, long major, int minor, int position) {
        return (int) Math.unsignedMultiplyHigh(bits(major, minor, position), bound);
    }

    /** A number of the standard normal distribution (Box and Muller 1958), the same on every machine. */
    public double normal(long major, int minor, int position) {
        long bits = bits(major, minor, position);
        double first = ((bits >>> 32) + 0.5) * 0x1.0p-32;
        double second = (bits & 0xffffffffL) * 0x1.0p-32;
        return Math.sqrt(-2 * StrictMath.log(first)) * StrictMath.cos(2 * Math.PI * second);
    }

    /** The first two words of a Philox4x32-10 block, the first in the low half. */
    static long philox(int counter0, int counter1, int counter2, int counter3, int key0, int key1) {
        int c0 = counter0;
        int c1 = counter1;
        int c2 = counter2;
        int c3 = counter3;
        int k0 = key0;
        int k1 = key1;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = (MULTIPLIER_0 & 0xffffffffL) * (c0 & 0xffffffffL);
            long product1 = (MULTIPLIER_1 & 0xffffffffL) * (c2 & 0xffffffffL);
            c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c3 = (int) product0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        return (c0 & 0xffffffffL) | (long) c1 << 32;
    }

    // SplitMix64's finalizer: seeds that differ little give keys that differ in half their bits
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
