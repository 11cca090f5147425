package dev.firn.registry.event;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.Columns;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.StageToken;
import dev.firn.registry.webhook.WebhookEvent;
import dev.firn.registry.webhook.WebhookStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The events of runs. */
public final class EventStore {
    /** The type of events of a run as a whole; those with a state tell that it has entered it. */
    private static final String RUN = "run";

    private static final String STATE = "state";

    private final RegistryDatabase database;

    public EventStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Adds an event on behalf of nobody in particular.
     *
     * @return the event's id
     */
    public long append(UUID runId, Optional<String> stage, String type, String message, JsonNode data) {
        return database.inTransaction(handle -> append(handle, runId, stage, type, message, data));
    }

    /**
     * Adds an event on behalf of who works on a stage.
     *
     * @return the event's id
     * @throws dev.firn.registry.StaleFenceException when the writer was replaced
     */
    public long append(StageToken token, String type, String message, JsonNode data) {
        return database.inTransaction(handle -> {
            token.require(handle);
            return append(handle, token.runId(), Optional.of(token.stage()), type, message, data);
        });
    }

    /**
     * Adds an event in the caller's transaction. Other writers of the run's events wait until it ends, so this comes
     * last in a transaction.
     *
     * @return the event's id
     */
    public static long append(
            Handle transaction, UUID runId, Optional<String> stage, String type, String message, JsonNode data) {
        transaction
                .createQuery("select pg_advisory_xact_lock(hashtextextended('firn:event:' || :run, 0))")
                .bind("run", runId.toString())
                .map((row, context) -> true)
                .one();
        if (type.equals(RUN) && data.path(STATE).isTextual()) {
            String state = data.path(STATE).textValue();
            WebhookStore.tell(transaction, WebhookEvent.ofRunState(state), () -> ofRun(transaction, runId, data));
        }
        return transaction
                .createQuery("""
                        insert into event (run_id, stage, type, message, data)
                        values (:run, :stage, :type, :message, cast(:data as jsonb))
                        returning id""")
                .bind("run", runId)
                .bind("stage", stage.orElse(null))
                .bind("type", type)
                .bind("message", message)
                .bind("data", text(data))
                .mapTo(Long.class)
                .one();
    }

    /** What receivers are told of a run that has entered a state. */
    private static ObjectNode ofRun(Handle transaction, UUID runId, JsonNode data) {
        String name = transaction
                .createQuery("select name from run where id = :id")
                .bind("id", runId)
                .mapTo(String.class)
                .one();
        ObjectNode told = JsonNodeFactory.instance
                .objectNode()
                .put("run", runId.toString())
                .put("name", name);
        data.properties().forEach(field -> told.set(field.getKey(), field.getValue()));
        return told;
    }

    /**
     * The run's events after one, oldest first.
     *
     * @param afterId the last id already seen; 0 for all
     * @param limit how many at most
     */
    public List<Event> after(UUID runId, long afterId, int limit) {
        return database.inTransaction(handle -> handle.createQuery("""
                        select id, run_id, stage, type, message, data, at
                        from event where run_id = :run and id > :after order by id limit :limit""")
                .bind("run", runId)
                .bind("after", afterId)
                .bind("limit", limit)
                .map(EventStore::event)
                .list());
    }

    /**
     * The run's newest events, newest first.
     *
     * @param limit how many at most
     */
    public List<Event> newest(UUID runId, int limit) {
        return database.inTransaction(handle -> handle.createQuery("""
                        select id, run_id, stage, type, message, data, at
                        from event where run_id = :run order by id desc limit :limit""")
                .bind("run", runId)
                .bind("limit", limit)
                .map(EventStore::event)
                .list());
    }

    /** The run's newest event's id. */
    public OptionalLong lastId(UUID runId) {
        return database.inTransaction(
                handle -> handle.createQuery("select id from event where run_id = :run order by id desc limit 1")
                        .bind("run", runId)
                        .mapTo(Long.class)
                        .findOne()
                        .map(OptionalLong::of)
                        .orElseGet(OptionalLong::empty));
    }

    private static Event event(ResultSet row, StatementContext context) throws SQLException {
        return new Event(
                row.getLong("id"),
                Columns.id(row, "run_id"),
                Columns.optionalText(row, "stage"),
                row.getString("type"),
                row.getString("message"),
                Columns.document(row, "data"),
                Columns.instant(row, "at"));
    }
}
