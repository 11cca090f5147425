package dev.firn.training.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Many short strings by number, as bytes in one array: up to 2 GiB in all. */
final class IdList {
    private byte[] bytes = new byte[1024];
    private int[] ends = new int[64];
    private int size;

    int size() {
        return size;
    }

    void add(String id) {
        byte[] encoded = id.getBytes(StandardCharsets.UTF_8);
        int start = start(size);
        int end = Math.addExact(start, encoded.length);
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(end, bytes.length * 2L)));
        }
        if (size == ends.length) {
            ends = Arrays.copyOf(ends, size * 2);
        }
        System.arraycopy(encoded, 0, bytes, start, encoded.length);
        ends[size++] = end;
    }

    String get(int number) {
        int start = start(number);
        return new String(bytes, start, ends[number] - start, StandardCharsets.UTF_8);
    }

    private int start(int number) {
        return number == 0 ? 0 : ends[number - 1];
    }
}
