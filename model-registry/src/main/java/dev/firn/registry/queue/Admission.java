package dev.firn.registry.queue;

import static java.util.Objects.requireNonNull;

/** Whether a run may compute now. */
public sealed interface Admission {
    /**
     * It may.
     *
     * @param computeClass the class of workers that computes it
     */
    record Granted(String computeClass) implements Admission {
        public Granted {
            requireNonNull(computeClass, "computeClass is null");
        }
    }

    /**
     * Every slot that fits it is taken, or goes to a run before it.
     *
     * @param ahead number of waiting runs that come before it
     * @param reason for people
     */
    record Waiting(int ahead, String reason) implements Admission {
        public Waiting {
            requireNonNull(reason, "reason is null");
        }
    }

    /**
     * No worker that is there can compute it.
     *
     * @param reason for people: why, and what to do
     */
    record Unservable(String reason) implements Admission {
        public Unservable {
            requireNonNull(reason, "reason is null");
        }
    }
}
