package dev.firn.registry.audit;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.Columns;
import dev.firn.registry.Cursor;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;

/** The audit trail. */
public final class AuditStore {
    /** The caller in entries of what was asked by nobody. */
    public static final String SERVER = "server";

    private static final String INSERT = """
            insert into audit_entry (caller, address, method, path, status, before, after)
            select :caller, :address, :method, :path, :status, cast(:before as jsonb), cast(:after as jsonb)
            """;

    private final RegistryDatabase database;

    public AuditStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Writes the entry of a draft in the caller's transaction, if that transaction has written anything so far.
     *
     * @return the entry's id; nothing when nothing was written
     */
    public static Optional<Long> appendIfWritten(Handle transaction, AuditDraft draft) {
        // A transaction gets its id with its first write
        return transaction
                .createQuery(INSERT + " where pg_current_xact_id_if_assigned() is not null returning id")
                .bind("caller", draft.caller().orElse(null))
                .bind("address", draft.address())
                .bind("method", draft.method())
                .bind("path", draft.path())
                .bindByType("status", null, Integer.class)
                .bind("before", text(draft.before()))
                .bindByType("after", null, String.class)
                .mapTo(Long.class)
                .findOne();
    }

    /**
     * Writes the entry of a removal that nobody asked for, in the transaction of the removal.
     *
     * @param path where what is gone was
     * @param before what it was
     */
    public static void appendOwnRemoval(Handle transaction, String path, JsonNode before) {
        transaction
                .createUpdate(INSERT)
                .bind("caller", SERVER)
                .bind("address", "")
                .bind("method", "DELETE")
                .bind("path", path)
                .bindByType("status", null, Integer.class)
                .bind("before", text(before))
                .bindByType("after", null, String.class)
                .execute();
    }

    /**
     * Completes the entry of a request that was answered; writes it now when none of the request's transactions did, as when the
     * change was made elsewhere.
     *
     * @param after what was changed, as it is now
     */
    public void complete(AuditDraft draft, int status, Optional<JsonNode> after) {
        draft.answered();
        database.useTransaction(handle -> {
            if (draft.entry().isPresent()) {
                handle.createUpdate("""
                                update audit_entry
                                set status = :status, before = cast(:before as jsonb), after = cast(:after as jsonb)
                                where id = :id""")
                        .bind("id", draft.entry().getAsLong())
                        .bind("status", status)
                        .bind("before", text(draft.before()))
                        .bind("after", text(after))
                        .execute();
                return;
            }
            handle.createUpdate(INSERT)
                    .bind("caller", draft.caller().orElse(null))
                    .bind("address", draft.address())
                    .bind("method", draft.method())
                    .bind("path", draft.path())
                    .bind("status", status)
                    .bind("before", text(draft.before()))
                    .bind("after", text(after))
                    .execute();
        });
    }

    /** The entries, newest first. */
    public Page<AuditEntry> list(AuditFilter filter, PageRequest page) {
        return database.inTransaction(handle -> {
            Optional<Long> before = Cursor.number(page);
            List<AuditEntry> rows = handle.createQuery("""
                            select id, at, caller, address, method, path, status, before, after from audit_entry
                            where true"""
                            + (filter.caller().isPresent() ? " and caller = :caller" : "")
                            + (filter.path().isPresent() ? " and starts_with(path, :path)" : "")
                            + (before.isPresent() ? " and id < :before" : "")
                            + " order by id desc limit :limit")
                    .configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true))
                    .bind("caller", filter.caller().orElse(null))
                    .bind("path", filter.path().orElse(null))
                    .bindByType("before", before.orElse(null), Long.class)
                    .bind("limit", page.limit() + 1)
                    .map(AuditStore::entry)
                    .list();
            return Page.of(rows, page.limit(), entry -> Cursor.of(entry.id()));
        });
    }

    private static AuditEntry entry(ResultSet row, StatementContext context) throws SQLException {
        int status = row.getInt("status");
        OptionalInt answered = row.wasNull() ? OptionalInt.empty() : OptionalInt.of(status);
        return new AuditEntry(
                row.getLong("id"),
                Columns.instant(row, "at"),
                Columns.optionalText(row, "caller"),
                row.getString("address"),
                row.getString("method"),
                row.getString("path"),
                answered,
                Columns.optionalDocument(row, "before"),
                Columns.optionalDocument(row, "after"));
    }
}
