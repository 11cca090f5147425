package dev.firn.training.encoder;

import dev.firn.training.kernels.Memory;
import dev.firn.training.kernels.Tensor;

/** Cosines and sines of rotary positions, in strict arithmetic: the same bits on every machine and under every compiler. */
final class RotationTable {
    private RotationTable() {}

    /**
     * Rotations of the positions from 0 on.
     *
     * @param width of a head, even
     * @param take where the memory is taken
     * @return [positions, width]: in each row the cosines of the {@code width / 2} angles, then their sines
     */
    static Tensor create(PositionEncoding.Rotary encoding, int width, int positions, Memory take) {
        int half = width / 2;
        double base = encoding.theta() * encoding.scaling();
        double divisor = StrictMath.pow(encoding.scaling(), 2.0 / width);
        Tensor table = take.tensor(positions, width);
        if (take.isCounting()) {
            return table;
        }
        for (int i = 0; i < half; i++) {
            double frequency = 1 / (StrictMath.pow(base, 2.0 * i / width) * divisor);
            for (int position = 0; position < positions; position++) {
                long row = (long) position * width;
                table.set(row + i, (float) StrictMath.cos(position * frequency));
                table.set(row + half + i, (float) StrictMath.sin(position * frequency));
            }
        }
        return table;
    }
}
