package dev.firn.training.tensorflow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A table of sorted keys in LevelDB's format, small enough to be held whole: blocks whose entries share the beginning of the key with
 * the entry before, an index block that says where they lie, and a footer that says where that lies. Throws
 * {@link IllegalArgumentException} where it is not one.
 */
final class SortedTable {
    private static final long MAGIC = 0xdb4775248b80fb57L;
    private static final int FOOTER_BYTES = 48;
    // After a block: its compression, and its checksum
    private static final int TRAILER_BYTES = 5;
    // Keys share their beginnings, so few bytes could speak of many long ones
    private static final int LONGEST_KEY = 4096;

    private SortedTable() {}

    /** All entries in the order of their keys. */
    static Map<String, ByteBuffer> read(ByteBuffer file) {
        if (file.remaining() < FOOTER_BYTES) {
            throw new IllegalArgumentException("has " + file.remaining() + " bytes, too few for a table");
        }
        ByteBuffer footer =
                file.slice(file.limit() - FOOTER_BYTES, FOOTER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        if (footer.getLong(FOOTER_BYTES - Long.BYTES) != MAGIC) {
            throw new IllegalArgumentException("does not end as a table does");
        }
        // The block of what else is known of the table, which says nothing of use here; but damage is damage
        block(file, footer);
        Map<String, ByteBuffer> entries = new LinkedHashMap<>();
        byte[][] last = {null};
        readBlock(
                block(file, footer),
                new byte[1][],
                (indexKey, place) -> readBlock(block(file, place), last, (key, value) -> {
                    String name = new String(key, StandardCharsets.UTF_8);
                    entries.put(name, value);
                }));
        return entries;
    }

    @FunctionalInterface
    private interface EntryConsumer {
        void accept(byte[] key, ByteBuffer value);
    }

    private static ByteBuffer block(ByteBuffer file, ByteBuffer handle) {
        long offset = Wire.number(handle);
        long size = Wire.number(handle);
        long end = file.limit() - (long) FOOTER_BYTES - TRAILER_BYTES;
        if (offset < 0 || size < 0 || offset > end || size > end - offset) {
            throw new IllegalArgumentException("has a block at " + Long.toUnsignedString(offset) + " of "
                    + Long.toUnsignedString(size) + " bytes, outside of the file's " + file.limit());
        }
        ByteBuffer whole = file.slice((int) offset, (int) size + TRAILER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        if (whole.get((int) size) != 0) {
            throw new IllegalArgumentException("has a block that is compressed, which is not supported");
        }
        if (Checksum.of(whole.slice(0, (int) size + 1)) != whole.getInt((int) size + 1)) {
            throw new IllegalArgumentException("has a block at " + offset + " that is damaged: its checksum differs");
        }
        return whole.slice(0, (int) size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Entries, then the places of entries whose key is whole, then how many of those there are. */
    private static void readBlock(ByteBuffer block, byte[][] last, EntryConsumer consumer) {
        int restarts = block.limit() < Integer.BYTES ? -1 : block.getInt(block.limit() - Integer.BYTES);
        if (restarts < 0 || restarts > block.limit() / Integer.BYTES - 1) {
            throw new IllegalArgumentException("has a block with " + Integer.toUnsignedString(restarts) + " restarts");
        }
        ByteBuffer entries = block.slice(0, block.limit() - Integer.BYTES * (restarts + 1));
        byte[] key = new byte[0];
        while (entries.hasRemaining()) {
            long shared = Wire.number(entries);
            long added = Wire.number(entries);
            int valueLength = Wire.length(entries);
            if (shared < 0 || shared > key.length || added < 0 || added > entries.remaining() - (long) valueLength) {
                throw new IllegalArgumentException("has an entry that is longer than its block");
            }
            if (shared + added > LONGEST_KEY) {
                throw new IllegalArgumentException("has a key of more than " + LONGEST_KEY + " bytes");
            }
            byte[] next = Arrays.copyOf(key, (int) (shared + added));
            entries.get(next, (int) shared, (int) added);
            key = next;
            if (last[0] != null && Arrays.compareUnsigned(last[0], key) >= 0) {
                throw new IllegalArgumentException(
                        "is not sorted, or names twice: " + new String(key, StandardCharsets.UTF_8));
            }
            last[0] = key;
            consumer.accept(key, Wire.take(entries, valueLength));
        }
    }
}
