package dev.firn.registry.queue;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.Columns;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.run.RunState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The runs that wait for a compute slot, and those that have one. */
public final class QueueStore {
    /** The class of runs that were let in before there were classes, and of workers that name none. */
    public static final String USUAL_CLASS = "cpu";

    /** Runs further behind have far more before them than there are slots. */
    private static final int LONGEST_LINE = 10_000;

    private final RegistryDatabase database;

    public QueueStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /** Keeps what a run takes at its widest stage, before it is let in. */
    public void setNeed(UUID runId, long memoryBytes) {
        database.useTransaction(handle -> handle.createUpdate("update run set memory_bytes = :bytes where id = :id")
                .bind("id", runId)
                .bind("bytes", memoryBytes)
                .execute());
    }

    /**
     * Lets a waiting run in if it is its turn: it is {@code RUNNING} then, with a slot of the class. A run that does not
     * wait, because it was let in before or has ended, gets the class it had. Why it waits goes into its events when
     * the reason becomes another.
     *
     * @throws NotFoundException when there is no such run
     */
    public Admission admit(UUID runId) {
        return database.inTransaction(handle -> {
            // Two runs must not see the same free slot
            handle.createQuery("select pg_advisory_xact_lock(hashtextextended('firn:admission', 0))")
                    .map((row, context) -> true)
                    .one();
            Present present = present(handle, runId);
            if (present.state() != RunState.QUEUED) {
                return new Admission.Granted(present.computeClass().orElse(USUAL_CLASS));
            }
            Admission admission = decisions(handle)
                    .getOrDefault(
                            runId,
                            new Admission.Waiting(
                                    LONGEST_LINE,
                                    "a free compute slot; more than " + LONGEST_LINE + " runs are before it"));
            if (admission instanceof Admission.Granted(String computeClass)) {
                handle.createUpdate("""
                                update run set compute_class = :class, told_waiting = null, state = 'RUNNING',
                                               started_at = coalesce(started_at, now())
                                where id = :id""")
                        .bind("id", runId)
                        .bind("class", computeClass)
                        .execute();
                event(
                        handle,
                        runId,
                        "running",
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("state", RunState.RUNNING.name())
                                .put("computeClass", computeClass));
            } else {
                tell(handle, present, admission);
            }
            return admission;
        });
    }

    /** Writes into the events of each waiting run why it waits, where that was not told yet. */
    public void tellWaiting() {
        database.useTransaction(handle -> decisions(handle).forEach((runId, admission) -> {
            if (!(admission instanceof Admission.Granted)) {
                tell(handle, present(handle, runId), admission);
            }
        }));
    }

    /**
     * What each of these runs waits for, of those that wait: a slot, a worker, or one with enough memory. A run that was
     * let in waits when every worker of its class has gone.
     */
    public Map<UUID, String> waitingFor(Collection<UUID> runIds) {
        return database.inTransaction(handle -> {
            Map<UUID, String> reasons = new HashMap<>();
            Map<UUID, Present> states = new LinkedHashMap<>();
            handle.createQuery("""
                            select id, state, compute_class, told_waiting from run
                            where id = any(:ids) and state in ('QUEUED', 'RUNNING')""")
                    .bindArray("ids", UUID.class, List.copyOf(runIds))
                    .map((row, context) -> states.put(
                            Columns.id(row, "id"),
                            new Present(
                                    Columns.id(row, "id"),
                                    RunState.valueOf(row.getString("state")),
                                    Columns.optionalText(row, "compute_class"),
                                    Columns.optionalText(row, "told_waiting"))))
                    .list();
            if (states.isEmpty()) {
                return reasons;
            }
            List<String> served = WorkerStore.present(handle).stream()
                    .map(Worker::computeClass)
                    .distinct()
                    .toList();
            Map<UUID, Admission> decisions = states.values().stream().anyMatch(each -> each.state() == RunState.QUEUED)
                    ? decisions(handle)
                    : Map.of();
            states.forEach((id, present) -> {
                String computeClass = present.computeClass().orElse(USUAL_CLASS);
                if (present.state() == RunState.RUNNING && !served.contains(computeClass)) {
                    reasons.put(id, WaitingLine.noWorker(computeClass));
                } else if (present.state() == RunState.QUEUED) {
                    reason(decisions.get(id)).ifPresent(reason -> reasons.put(id, reason));
                }
            });
            return reasons;
        });
    }

    private static Optional<String> reason(Admission admission) {
        return switch (admission) {
            case Admission.Waiting waiting -> Optional.of(waiting.reason());
            case Admission.Unservable unservable -> Optional.of(unservable.reason());
            case Admission.Granted _ -> Optional.empty();
            case null -> Optional.empty();
        };
    }

    private record Present(UUID id, RunState state, Optional<String> computeClass, Optional<String> told) {}

    private static Present present(Handle handle, UUID runId) {
        return handle.createQuery(
                        "select id, state, compute_class, told_waiting from run where id = :id for no key update")
                .bind("id", runId)
                .map((row, context) -> new Present(
                        runId,
                        RunState.valueOf(row.getString("state")),
                        Columns.optionalText(row, "compute_class"),
                        Columns.optionalText(row, "told_waiting")))
                .findOne()
                .orElseThrow(() -> new NotFoundException("there is no run " + runId));
    }

    private static void tell(Handle handle, Present run, Admission admission) {
        String kind = admission.getClass().getSimpleName();
        if (run.state() != RunState.QUEUED || run.told().equals(Optional.of(kind))) {
            return;
        }
        handle.createUpdate("update run set told_waiting = :kind where id = :id")
                .bind("id", run.id())
                .bind("kind", kind)
                .execute();
        String reason = reason(admission).orElseThrow();
        event(
                handle,
                run.id(),
                "waits for " + reason,
                JsonNodeFactory.instance.objectNode().put("waitingFor", reason));
    }

    private static void event(Handle handle, UUID runId, String message, ObjectNode data) {
        EventStore.append(handle, runId, Optional.empty(), "run", message, data);
    }

    private static Map<UUID, Admission> decisions(Handle handle) {
        Map<String, Integer> taken = new HashMap<>();
        handle.createQuery("""
                        select coalesce(compute_class, :usual) as name, count(*) as runs from run
                        where state in ('RUNNING', 'STOPPING') group by 1""")
                .bind("usual", USUAL_CLASS)
                .map((row, context) -> taken.put(row.getString("name"), row.getInt("runs")))
                .list();
        Map<String, List<Worker>> byClass = new LinkedHashMap<>();
        WorkerStore.present(handle)
                .forEach(worker -> byClass.computeIfAbsent(worker.computeClass(), name -> new ArrayList<>())
                        .add(worker));
        List<ComputeClass> classes = byClass.entrySet().stream()
                .map(entry -> new ComputeClass(
                        entry.getKey(),
                        entry.getValue().size(),
                        taken.getOrDefault(entry.getKey(), 0),
                        entry.getValue().stream()
                                .mapToLong(Worker::memoryBytes)
                                .min()
                                .orElseThrow()))
                .toList();
        List<WaitingLine.Waiter> line = handle.createQuery(
                        "select id, memory_bytes from run where state = 'QUEUED' order by priority desc, id limit :limit")
                .bind("limit", LONGEST_LINE)
                .map((row, context) -> new WaitingLine.Waiter(Columns.id(row, "id"), row.getLong("memory_bytes")))
                .list();
        return WaitingLine.decide(line, classes);
    }
}
