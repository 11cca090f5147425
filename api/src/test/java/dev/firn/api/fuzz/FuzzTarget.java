package dev.firn.api.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

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

    /**
     * Writes the inputs to begin with, after reading each, and the words that mean something.
     *
     * @param arguments the reader's name or {@link #ALL}, a folder that is there, and the file for the words
     */
    public static void main(String[] arguments) throws IOException {
        fuzzerInitialize(arguments);
        Set<String> words = new LinkedHashSet<>();
        int number = 0;
        for (int i = 0; i < readers.length; i++) {
            for (byte[] seed : readers[i].seeds()) {
                readers[i].read(seed);
                ByteArrayOutputStream input = new ByteArrayOutputStream();
                if (readers.length > 1) {
                    input.write(i);
                }
                input.writeBytes(seed);
                Files.write(Path.of(arguments[1], "seed-" + number++), input.toByteArray());
            }
            readers[i].words().forEach(word -> words.add('"' + word + '"'));
        }
        Files.write(Path.of(arguments[2]), words);
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
