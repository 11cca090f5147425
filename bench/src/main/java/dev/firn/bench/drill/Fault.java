package dev.firn.bench.drill;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a drill does to a system. */
enum Fault {
    /** The server's process is killed, and started again. */
    SERVER;

    /** As it is written on the command line. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Fault> ofWord(String word) {
        return Arrays.stream(values())
                .filter(fault -> fault.word().equals(word))
                .findFirst();
    }

    /** All words, as a sentence lists them. */
    static String words() {
        return Arrays.stream(values()).map(Fault::word).collect(Collectors.joining(", ")) + ", all";
    }
}
