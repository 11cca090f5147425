package dev.firn.training.tensorflow;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** Writes a bundle of variables as TensorFlow lays it out, in one data file; can be told to lie. Shares no code with the reader. */
public final class BundleWriter {
    private static final int ENTRIES_PER_BLOCK = 5;
    private static final int ENTRIES_PER_RESTART = 2;

    /** What the index says of a variable. */
    record Said(long type, List<Long> shape, long shard, long offset, long bytes, int checksum, boolean sliced) {
        byte[] message() {
            ByteArrayOutputStream dimensions = new ByteArrayOutputStream();
            for (long size : shape) {
                field(dimensions, 2, size == 0 ? new byte[0] : number(1, size));
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(number(1, type));
            field(out, 2, dimensions.toByteArray());
            // A value of 0 is left out
            if (shard != 0) {
                out.writeBytes(number(3, shard));
            }
            if (offset != 0) {
                out.writeBytes(number(4, offset));
            }
            out.writeBytes(number(5, bytes));
            out.write((6 << 3) | 5);
            out.writeBytes(little(checksum));
            if (sliced) {
                field(out, 7, new byte[0]);
            }
            return out.toByteArray();
        }

        Said withShape(Long... other) {
            return new Said(type, List.of(other), shard, offset, bytes, checksum, sliced);
        }

        Said withPlace(long otherShard, long otherOffset, long otherBytes) {
            return new Said(type, shape, otherShard, otherOffset, otherBytes, checksum, sliced);
        }

        Said withType(long other) {
            return new Said(other, shape, shard, offset, bytes, checksum, sliced);
        }

        Said inSlices() {
            return new Said(type, shape, shard, offset, bytes, checksum, true);
        }
    }

    private final TreeMap<String, Said> entries = new TreeMap<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private byte[] header = concat(number(1, 1), concat(new byte[] {(3 << 3) | 2, 2}, number(1, 1)));
    private int compression;

    /** Adds a variable of single precision. */
    public BundleWriter add(String name, long[] shape, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        entries.put(
                name,
                new Said(
                        1,
                        Arrays.stream(shape).boxed().toList(),
                        0,
                        data.size(),
                        bytes.capacity(),
                        checksum(bytes.array()),
                        false));
        data.writeBytes(bytes.array());
        return this;
    }

    Said said(String name) {
        return entries.get(name);
    }

    BundleWriter say(String name, Said said) {
        entries.put(name, said);
        return this;
    }

    BundleWriter header(byte[] other) {
        header = other;
        return this;
    }

    BundleWriter compression(int other) {
        compression = other;
        return this;
    }

    /** Writes index and data into a folder. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("variables.data-00000-of-00001"), data.toByteArray());
        Files.write(folder.resolve("variables.index"), index());
    }

    private byte[] index() {
        TreeMap<String, byte[]> all = new TreeMap<>();
        if (header != null) {
            all.put("", header);
        }
        entries.forEach((name, said) -> all.put(name, said.message()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TreeMap<String, byte[]> handles = new TreeMap<>();
        List<Map.Entry<String, byte[]>> list = new ArrayList<>(all.entrySet());
        for (int from = 0; from < list.size(); from += ENTRIES_PER_BLOCK) {
            List<Map.Entry<String, byte[]>> some = list.subList(from, Math.min(list.size(), from + ENTRIES_PER_BLOCK));
            handles.put(some.getLast().getKey(), block(out, some));
        }
        byte[] meta = block(out, List.of());
        byte[] index = block(out, List.copyOf(handles.entrySet()));
        byte[] footer = new byte[48];
        byte[] both = concat(meta, index);
        System.arraycopy(both, 0, footer, 0, both.length);
        ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN).putLong(40, 0xdb4775248b80fb57L);
        out.writeBytes(footer);
        return out.toByteArray();
    }

    /** Appends a block and gives its handle. */
    private byte[] block(ByteArrayOutputStream out, List<Map.Entry<String, byte[]>> entriesOfBlock) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        List<Integer> restarts = new ArrayList<>(List.of(0));
        byte[] before = new byte[0];
        for (int i = 0; i < entriesOfBlock.size(); i++) {
            byte[] key = entriesOfBlock.get(i).getKey().getBytes(StandardCharsets.UTF_8);
            int shared = 0;
            if (i % ENTRIES_PER_RESTART != 0) {
                while (shared < Math.min(key.length, before.length) && key[shared] == before[shared]) {
                    shared++;
                }
            } else if (i > 0) {
                restarts.add(block.size());
            }
            byte[] value = entriesOfBlock.get(i).getValue();
            block.writeBytes(varint(shared));
            block.writeBytes(varint(key.length - shared));
            block.writeBytes(varint(value.length));
            block.write(key, shared, key.length - shared);
            block.writeBytes(value);
            before = key;
        }
        restarts.forEach(restart -> block.writeBytes(little(restart)));
        block.writeBytes(little(restarts.size()));
        byte[] handle = concat(varint(out.size()), varint(block.size()));
        block.write(compression);
        out.writeBytes(block.toByteArray());
        out.writeBytes(little(checksum(block.toByteArray())));
        return handle;
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        long value = crc.getValue();
        return (int) ((((value >> 15) | (value << 17)) & 0xffffffffL) + 0xa282ead8L);
    }

    private static void field(ByteArrayOutputStream out, int number, byte[] content) {
        out.write((number << 3) | 2);
        out.writeBytes(varint(content.length));
        out.writeBytes(content);
    }

    static byte[] number(int field, long value) {
        return concat(new byte[] {(byte) (field << 3)}, varint(value));
    }

    private static byte[] varint(long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long rest = value;
        while (Long.compareUnsigned(rest, 128) >= 0) {
            out.write((int) ((rest & 127) | 128));
            rest >>>= 7;
        }
        out.write((int) rest);
        return out.toByteArray();
    }

    private static byte[] little(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
