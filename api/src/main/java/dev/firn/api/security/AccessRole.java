package dev.firn.api.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the holder of a token may do; each role may do what those before it may. */
public enum AccessRole {
    /** Reads everything, and embeds texts. */
    VIEWER,
    /** Starts and controls runs, and what else changes something. */
    OPERATOR,
    /** Imports models, moves aliases, deletes, makes tokens, reads the audit trail. */
    ADMIN;

    /** Whether this role may do what the other one may. */
    public boolean includes(AccessRole other) {
        return compareTo(other) >= 0;
    }

    /** The word in the configuration. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role of a word. */
    public static Optional<AccessRole> of(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
    }

    /** All words, for messages. */
    public static String words() {
        return Arrays.stream(values()).map(AccessRole::word).collect(Collectors.joining(", "));
    }
}
