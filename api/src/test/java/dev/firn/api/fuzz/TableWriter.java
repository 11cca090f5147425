package dev.firn.api.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Puts blocks of any content into a table in LevelDB's format, with checksums that are right, so that damage is seen further in. */
final class TableWriter {
    private static final long MAGIC = 0xdb4775248b80fb57L;
    private static final int HANDLES = 40;
    private static final int MASK_DELTA = 0xa282ead8;

    private TableWriter() {}

    /** A table with one block of entries. */
    static byte[] table(byte[] block) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] nothing = {0, 0, 0, 0, 1, 0, 0, 0};
        byte[] place = block(out, block);
        byte[] known = block(out, nothing);
        ByteArrayOutputStream index = new ByteArrayOutputStream();
        index.write(0);
        index.write(1);
        index.write(place.length);
        index.write(0xff);
        index.writeBytes(place);
        index.writeBytes(nothing);
        byte[] indexPlace = block(out, index.toByteArray());
        ByteArrayOutputStream footer = new ByteArrayOutputStream();
        footer.writeBytes(known);
        footer.writeBytes(indexPlace);
        footer.writeBytes(new byte[HANDLES - footer.size()]);
        out.writeBytes(footer.toByteArray());
        out.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(MAGIC)
                .array());
        return out.toByteArray();
    }

    private static byte[] block(ByteArrayOutputStream out, byte[] content) {
        ByteArrayOutputStream handle = new ByteArrayOutputStream();
        varint(handle, out.size());
        varint(handle, content.length);
        out.writeBytes(content);
        out.write(0);
        CRC32C crc = new CRC32C();
        crc.update(content);
        crc.update(0);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(masked(crc))
                .array());
        return handle.toByteArray();
    }

    /** A checksum as such tables store it. */
    static int masked(CRC32C crc) {
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }

    private static void varint(ByteArrayOutputStream out, long number) {
        long rest = number;
        while (rest > 127) {
            out.write((int) (rest & 127) | 128);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
