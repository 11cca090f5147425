package dev.firn.api.fuzz;

import java.io.IOException;

/** What Jazzer calls, in a process of its own for each reader. */
public final class FuzzTarget {
    private static Reader reader;

    private FuzzTarget() {}

    /**
     * Chooses the reader.
     *
     * @param arguments its name
     */
    public static void fuzzerInitialize(String[] arguments) {
        reader = Reader.valueOf(arguments[0]);
    }

    /** Reads an input; whatever it throws is a finding. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        reader.read(input);
    }
}
