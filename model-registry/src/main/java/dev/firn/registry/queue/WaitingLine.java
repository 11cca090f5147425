package dev.firn.registry.queue;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Gives free slots to waiting runs in their order: each gets one of the smallest class that fits it and has one left. */
final class WaitingLine {
    private static final Comparator<ComputeClass> SMALLEST_FIRST =
            Comparator.comparingLong(ComputeClass::memoryBytes).thenComparing(ComputeClass::name);

    private WaitingLine() {}

    /** A run in the line. */
    record Waiter(UUID id, long memoryBytes) {
        Waiter {
            requireNonNull(id, "id is null");
        }
    }

    /**
     * What becomes of each run in the line.
     *
     * @param line the waiting runs in their order
     */
    static Map<UUID, Admission> decide(List<Waiter> line, List<ComputeClass> classes) {
        List<ComputeClass> sorted = classes.stream().sorted(SMALLEST_FIRST).toList();
        Map<String, Integer> free = new HashMap<>();
        sorted.forEach(each -> free.put(each.name(), each.slots() - each.taken()));
        Map<UUID, Admission> decisions = new LinkedHashMap<>();
        int ahead = 0;
        for (Waiter waiter : line) {
            List<ComputeClass> fitting = sorted.stream()
                    .filter(each -> each.memoryBytes() >= waiter.memoryBytes())
                    .toList();
            Optional<ComputeClass> given =
                    fitting.stream().filter(each -> free.get(each.name()) > 0).findFirst();
            if (fitting.isEmpty()) {
                decisions.put(waiter.id(), new Admission.Unservable(nobody(waiter, sorted)));
            } else if (given.isPresent()) {
                free.merge(given.get().name(), -1, Integer::sum);
                decisions.put(waiter.id(), new Admission.Granted(given.get().name()));
                ahead++;
            } else {
                decisions.put(waiter.id(), new Admission.Waiting(ahead, busy(fitting, ahead)));
                ahead++;
            }
        }
        return decisions;
    }

    private static String nobody(Waiter waiter, List<ComputeClass> sorted) {
        if (sorted.isEmpty()) {
            return noWorker();
        }
        return "a worker with " + figure(waiter.memoryBytes()) + " of memory; the largest that is there has "
                + figure(sorted.getLast().memoryBytes())
                + ". Start a worker on a machine with more, under a FIRN_COMPUTE_CLASS of its own, or make the run smaller";
    }

    private static String noWorker() {
        return "a worker; none is there. Start one with ./firn up --role worker";
    }

    /** What a run waits for whose class has lost its workers. */
    static String noWorker(String computeClass) {
        return "a worker of class " + computeClass + "; none is there. Start one with ./firn up --role worker";
    }

    private static String busy(List<ComputeClass> fitting, int ahead) {
        int slots = fitting.stream().mapToInt(ComputeClass::slots).sum();
        return "a free compute slot; " + (slots == 1 ? "the one that fits is" : "the " + slots + " that fit are")
                + " taken"
                + (ahead == 0 ? ", and it is next" : ", and " + ahead + (ahead == 1 ? " run" : " runs") + " before it");
    }

    private static String figure(long bytes) {
        return String.format(Locale.ROOT, "%,.1f GB", bytes / 1e9);
    }
}
