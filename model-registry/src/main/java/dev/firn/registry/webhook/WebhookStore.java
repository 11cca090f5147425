package dev.firn.registry.webhook;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.Columns;
import dev.firn.registry.Cursor;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryDatabase;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;

/** The receivers and their messages. */
public final class WebhookStore {
    private static final String COLUMNS = "id, url, events, created_by, created_at";

    private final RegistryDatabase database;

    public WebhookStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /** Adds a receiver, which is told of what happens from now on. */
    public Webhook add(URI url, Collection<String> events, String secret, Optional<String> createdBy) {
        return database.inTransaction(
                handle -> handle.createQuery("insert into webhook (id, url, events, secret, created_by)"
                                + " values (:id, :url, :events, :secret, :createdBy) returning " + COLUMNS)
                        .bind("id", Identifiers.next())
                        .bind("url", url.toString())
                        .bindArray("events", String.class, List.copyOf(events))
                        .bind("secret", secret)
                        .bind("createdBy", createdBy.orElse(null))
                        .map(WebhookStore::webhook)
                        .one());
    }

    /** The receivers, newest first. */
    public Page<Webhook> list(PageRequest page) {
        return database.inTransaction(handle -> {
            Optional<UUID> before = Cursor.id(page);
            List<Webhook> rows = handle.createQuery("select " + COLUMNS + """
                                     from webhook where cast(:before as uuid) is null or id < :before
                                    order by id desc limit :limit""")
                    .bindByType("before", before.orElse(null), UUID.class)
                    .bind("limit", page.limit() + 1)
                    .map(WebhookStore::webhook)
                    .list();
            return Page.of(rows, page.limit(), webhook -> Cursor.of(webhook.id()));
        });
    }

    /**
     * The receiver.
     *
     * @throws NotFoundException when there is none with this id
     */
    public Webhook get(UUID id) {
        return database.inTransaction(handle -> handle.createQuery("select " + COLUMNS + " from webhook where id = :id")
                .bind("id", id)
                .map(WebhookStore::webhook)
                .findOne()
                .orElseThrow(() -> missing(id)));
    }

    /**
     * Removes a receiver with its messages, those not yet sent among them.
     *
     * @throws NotFoundException when there is none with this id
     */
    public void remove(UUID id) {
        database.useTransaction(handle -> {
            if (handle.createUpdate("delete from webhook where id = :id")
                            .bind("id", id)
                            .execute()
                    == 0) {
                throw missing(id);
            }
        });
    }

    /** The messages to a receiver, newest first. */
    public Page<Delivery> deliveries(UUID webhookId, PageRequest page) {
        return database.inTransaction(handle -> {
            Optional<UUID> before = Cursor.id(page);
            List<Delivery> rows = handle.createQuery("""
                            select id, event, body, state, attempts, next_attempt_at, last_status, last_error, created_at,
                                   finished_at
                            from webhook_delivery
                            where webhook_id = :webhook and (cast(:before as uuid) is null or id < :before)
                            order by id desc limit :limit""")
                    .bind("webhook", webhookId)
                    .bindByType("before", before.orElse(null), UUID.class)
                    .bind("limit", page.limit() + 1)
                    .map(WebhookStore::delivery)
                    .list();
            return Page.of(rows, page.limit(), delivery -> Cursor.of(delivery.id()));
        });
    }

    /**
     * Writes a message for each receiver of the event, in the caller's transaction.
     *
     * @param data what happened; asked for only where somebody is to be told
     */
    public static void tell(Handle transaction, String event, Supplier<ObjectNode> data) {
        List<UUID> receivers = transaction
                .createQuery("select id from webhook where :event = any(events)")
                .bind("event", event)
                .mapTo(UUID.class)
                .list();
        if (receivers.isEmpty()) {
            return;
        }
        String told = text(data.get());
        PreparedBatch batch = transaction.prepareBatch("""
                insert into webhook_delivery (id, webhook_id, event, body)
                select :id, w.id, :event,
                       jsonb_build_object('type', :event, 'timestamp', to_jsonb(now()), 'data', cast(:data as jsonb))
                from webhook w where w.id = :webhook""");
        for (UUID receiver : receivers) {
            batch.bind("id", Identifiers.next())
                    .bind("webhook", receiver)
                    .bind("event", event)
                    .bind("data", told)
                    .add();
        }
        batch.execute();
    }

    /** What a message says of an alias. */
    public static ObjectNode ofAlias(
            String model, String alias, OptionalInt version, OptionalInt previous, long revision) {
        ObjectNode data =
                JsonNodeFactory.instance.objectNode().put("model", model).put("alias", alias);
        version.ifPresentOrElse(number -> data.put("version", number), () -> data.putNull("version"));
        previous.ifPresentOrElse(number -> data.put("previousVersion", number), () -> data.putNull("previousVersion"));
        return data.put("revision", revision);
    }

    /**
     * Takes messages that are due, oldest first. Nobody else gets them until the lease has gone by.
     *
     * @param limit how many at most
     */
    public List<DueDelivery> claim(int limit, Duration lease) {
        return database.inTransaction(handle -> handle.createQuery("""
                        with due as (
                            select id from webhook_delivery
                            where state = 'PENDING' and next_attempt_at <= now()
                            order by next_attempt_at limit :limit for update skip locked)
                        update webhook_delivery d
                        set attempts = attempts + 1,
                            next_attempt_at = now() + make_interval(secs => :lease)
                        from due, webhook w
                        where d.id = due.id and w.id = d.webhook_id
                        returning d.id, w.url, w.secret, d.event, d.body, d.attempts, d.created_at""")
                .bind("limit", limit)
                .bind("lease", lease.toMillis() / 1e3)
                .map((row, context) -> new DueDelivery(
                        Columns.id(row, "id"),
                        URI.create(row.getString("url")),
                        row.getString("secret"),
                        row.getString("event"),
                        Columns.document(row, "body"),
                        row.getInt("attempts"),
                        Columns.instant(row, "created_at")))
                .list());
    }

    /** A message has arrived. */
    public void delivered(UUID id, int status) {
        database.useTransaction(handle ->
                handle.createUpdate("""
                        update webhook_delivery
                        set state = 'DELIVERED', last_status = :status, last_error = null, finished_at = now()
                        where id = :id and state = 'PENDING'""").bind("id", id).bind("status", status).execute());
    }

    /**
     * A message has not arrived: it is sent again after a while, or given up when it is too old by then.
     *
     * @param status what the receiver answered with, if it did
     * @param error why, for people
     * @param pause how long to wait
     * @param patience how old a message may become
     * @return whether it was given up
     */
    public boolean failed(UUID id, OptionalInt status, String error, Duration pause, Duration patience) {
        return database.inTransaction(handle -> handle.createQuery("""
                        update webhook_delivery set
                            last_status = :status, last_error = :error,
                            next_attempt_at = now() + make_interval(secs => :pause),
                            state = case when now() + make_interval(secs => :pause)
                                              > created_at + make_interval(secs => :patience)
                                         then 'GIVEN_UP' else 'PENDING' end,
                            finished_at = case when now() + make_interval(secs => :pause)
                                                    > created_at + make_interval(secs => :patience)
                                               then now() end
                        where id = :id and state = 'PENDING'
                        returning state = 'GIVEN_UP'""")
                .bind("id", id)
                .bindByType("status", status.isPresent() ? status.getAsInt() : null, Integer.class)
                .bind("error", error)
                .bind("pause", pause.toMillis() / 1e3)
                .bind("patience", patience.toMillis() / 1e3)
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false));
    }

    /**
     * Removes messages that arrived or were given up so long ago.
     *
     * @return how many
     */
    public int forget(Duration age) {
        return database.inTransaction(handle ->
                handle.createUpdate("""
                        delete from webhook_delivery
                        where state <> 'PENDING' and finished_at < now() - make_interval(secs => :age)""").bind("age", age.toMillis() / 1e3).execute());
    }

    private static NotFoundException missing(UUID id) {
        return new NotFoundException("there is no webhook " + id);
    }

    private static Webhook webhook(ResultSet row, StatementContext context) throws SQLException {
        return new Webhook(
                Columns.id(row, "id"),
                URI.create(row.getString("url")),
                List.of((String[]) row.getArray("events").getArray()),
                Columns.optionalText(row, "created_by"),
                Columns.instant(row, "created_at"));
    }

    private static Delivery delivery(ResultSet row, StatementContext context) throws SQLException {
        OptionalLong status = Columns.optionalLong(row, "last_status");
        JsonNode body = Columns.document(row, "body");
        return new Delivery(
                Columns.id(row, "id"),
                row.getString("event"),
                body,
                Delivery.State.valueOf(row.getString("state")),
                row.getInt("attempts"),
                Columns.instant(row, "next_attempt_at"),
                status.isPresent() ? OptionalInt.of((int) status.getAsLong()) : OptionalInt.empty(),
                Columns.optionalText(row, "last_error"),
                Columns.instant(row, "created_at"),
                Columns.optionalInstant(row, "finished_at"));
    }
}
