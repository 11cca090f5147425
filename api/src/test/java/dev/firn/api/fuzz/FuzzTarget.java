package dev.firn.api.fuzz;

import java.io.IOException;
import java.util.Arrays;

/** What Jazzer calls, in a process of its own. */
public final class FuzzTarget {
    /** Instead of a reader's name: each input says by its first byte whose it is. */
    static final String ALL = "ALL";

    private static Reader[] readers;

    private FuzzTarget() {}

    /**
     * Chooses the reader.
     *
     * @param arguments its name, or {@link #ALL}
     */
    public static void fuzzerInitialize(String[] arguments) {
        readers = arguments[0].equals(ALL) ? Reader.values() : new Reader[] {Reader.valueOf(arguments[0])};
    }

    /** Reads an input; whatever it throws is a finding. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (readers.length == 1) {
            readers[0].read(input);
        } else if (input.length > 0) {
            readers[(input[0] & 0xff) % readers.length].read(Arrays.copyOfRange(input, 1, input.length));
        }
    }
}
