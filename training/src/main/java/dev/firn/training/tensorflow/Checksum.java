package dev.firn.training.tensorflow;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C, masked as tables and bundles store it: rotated, so that a checksum over data that holds checksums stays good. */
final class Checksum {
    private static final int MASK_DELTA = 0xa282ead8;

    private final CRC32C crc = new CRC32C();

    static int of(ByteBuffer bytes) {
        Checksum checksum = new Checksum();
        checksum.update(bytes.duplicate());
        return checksum.masked();
    }

    void update(ByteBuffer bytes) {
        crc.update(bytes);
    }

    int masked() {
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }
}
