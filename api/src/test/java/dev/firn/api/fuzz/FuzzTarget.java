package dev.firn.api.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What Jazzer calls, in a process of its own. */
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

    /**
     * Writes the inputs to begin with, after reading each, and the words that mean something.
     *
     * @param arguments the reader's name, a folder that is there, and the file for the words
     */
    public static void main(String[] arguments) throws IOException {
        fuzzerInitialize(arguments);
        List<byte[]> seeds = reader.seeds();
        for (int number = 0; number < seeds.size(); number++) {
            reader.read(seeds.get(number));
            Files.write(Path.of(arguments[1], "seed-" + number), seeds.get(number));
        }
        Files.write(
                Path.of(arguments[2]),
                reader.words().stream().map(word -> '"' + word + '"').toList());
    }

    /** Reads an input; whatever it throws is a finding. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        reader.read(input);
    }
}
