package dev.firn.training.tensorflow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Numbers and fields as protocol buffers spell them. Throws {@link IllegalArgumentException} where bytes end early or are no such
 * thing.
 */
final class Wire {
    private static final int LONGEST_NUMBER = 64;

    private Wire() {}

    /** What takes the fields of a message: {@code number} where the field is one, {@code bytes} where it has a length. */
    @FunctionalInterface
    interface FieldConsumer {
        void accept(int field, long number, ByteBuffer bytes);
    }

    /** A number of seven bits a byte, the lowest first. */
    static long number(ByteBuffer bytes) {
        long value = 0;
        for (int shift = 0; shift < LONGEST_NUMBER; shift += 7) {
            if (!bytes.hasRemaining()) {
                throw new IllegalArgumentException("ends within a number");
            }
            byte next = bytes.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("has a number that does not end");
    }

    /** A length of something within the same bytes. */
    static int length(ByteBuffer bytes) {
        long length = number(bytes);
        if (length < 0 || length > bytes.remaining()) {
            throw new IllegalArgumentException(
                    "speaks of " + Long.toUnsignedString(length) + " bytes where " + bytes.remaining() + " are left");
        }
        return (int) length;
    }

    /** Takes the next bytes. */
    static ByteBuffer take(ByteBuffer bytes, int length) {
        ByteBuffer taken = bytes.slice(bytes.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(bytes.position() + length);
        return taken;
    }

    /** Hands out each field of a message. */
    static void fields(ByteBuffer message, FieldConsumer consumer) {
        ByteBuffer rest = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer none = ByteBuffer.allocate(0);
        while (rest.hasRemaining()) {
            long tag = number(rest);
            int field = (int) (tag >>> 3);
            switch ((int) (tag & 7)) {
                case 0 -> consumer.accept(field, number(rest), none);
                case 1 -> consumer.accept(field, fixed(rest, Long.BYTES).getLong(), none);
                case 2 -> consumer.accept(field, 0, take(rest, length(rest)));
                case 5 -> consumer.accept(field, fixed(rest, Integer.BYTES).getInt(), none);
                default -> throw new IllegalArgumentException("has a field of an unknown kind");
            }
        }
    }

    private static ByteBuffer fixed(ByteBuffer bytes, int length) {
        if (bytes.remaining() < length) {
            throw new IllegalArgumentException("ends within a number");
        }
        return take(bytes, length);
    }
}
