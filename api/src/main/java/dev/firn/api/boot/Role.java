package dev.firn.api.boot;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a process does. */
public enum Role {
    /** Serves HTTP and runs workers: one process is the whole of Firn. */
    ALL,
    /** Serves HTTP; runs wait until a worker takes them. */
    API,
    /** Runs workers against a server's database, store and Temporal; serves nothing. */
    WORKER;

    /** Whether the process listens for HTTP. */
    public boolean servesHttp() {
        return this != WORKER;
    }

    /** Whether the process takes work from Temporal. */
    public boolean runsWorkers() {
        return this != API;
    }

    /**
     * Reads {@code all}, {@code api} or {@code worker}.
     *
     * @throws BootException when it is none of them
     */
    static Role parse(String text) {
        for (Role role : values()) {
            if (role.word().equals(text)) {
                return role;
            }
        }
        String words = Arrays.stream(values()).map(Role::word).collect(Collectors.joining(", "));
        throw BootException.wrongInput("--role must be one of " + words + ", is '" + text + "'");
    }

    /** The word on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
