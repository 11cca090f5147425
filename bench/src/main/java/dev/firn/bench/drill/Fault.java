package dev.firn.bench.drill;

import dev.firn.bench.installation.Part;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a drill does to a system. */
enum Fault {
    /** The server's process is killed, and started again. */
    SERVER,
    /** Stages run in a worker's process of its own, which is killed and started again. */
    WORKER,
    /** The embedded PostgreSQL's process is killed; the server starts it again. */
    POSTGRES,
    /** The object store runs in a process of its own, which is killed and started again half a minute later. */
    STORAGE,
    /**
     * The server is killed, and started again with a quota that the next checkpoint goes beyond; once the run has said that it
     * waits, garbage is collected, and once it goes on, the quota is lifted.
     */
    DISK_FULL,
    /** The server is killed; a bit of the newest checkpoint's largest file is flipped before it is started again. */
    CORRUPT_BLOB,
    /** A worker is stopped for longer than its heartbeats may be missing; it goes on once another has taken over. */
    ZOMBIE,
    /** Temporal runs in a process of its own, which is killed and started again. */
    TEMPORAL;

    /** As it is written on the command line. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What runs in a process beside the server's. */
    Set<Part> separateParts() {
        return switch (this) {
            case WORKER, ZOMBIE -> Set.of(Part.WORKER);
            case STORAGE -> Set.of(Part.OBJECT_STORE);
            case TEMPORAL -> Set.of(Part.TEMPORAL);
            case SERVER, POSTGRES, DISK_FULL, CORRUPT_BLOB -> Set.of();
        };
    }

    /** Whether the attempt at the stage under way dies of it, so that another begins. */
    boolean endsAttempts() {
        return switch (this) {
            case SERVER, WORKER, DISK_FULL, CORRUPT_BLOB, ZOMBIE -> true;
            case POSTGRES, STORAGE, TEMPORAL -> false;
        };
    }

    /** Whether it leaves no room for the next checkpoint, so that it is done in train stages alone. */
    boolean fillsStore() {
        return this == DISK_FULL;
    }

    /** How many of the newest checkpoints it spoils. */
    int spoiledCheckpoints() {
        return this == CORRUPT_BLOB ? 1 : 0;
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
