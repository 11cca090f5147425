package dev.firn.registry.token;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Columns;
import dev.firn.registry.Cursor;
import dev.firn.registry.Digest;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;

/** The tokens that administrators made. The database's clock decides when one expires. */
public final class TokenStore {
    private static final String COLUMNS = "id, name, role, created_at, created_by, expires_at, last_used_at";

    private final RegistryDatabase database;

    public TokenStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Keeps a token.
     *
     * @param digest the SHA-256 of the token
     * @param role viewer, operator or admin
     * @param lifetime from now, in whole seconds
     * @param createdBy who makes it
     */
    public StoredToken add(String name, Digest digest, String role, Duration lifetime, Optional<String> createdBy) {
        return database.inTransaction(handle -> handle.createQuery("""
                        insert into api_token (id, name, digest, role, created_by, expires_at)
                        values (:id, :name, :digest, :role, :creator, now() + make_interval(secs => :seconds))
                        returning %s""".formatted(COLUMNS))
                .bind("id", Identifiers.next())
                .bind("name", name)
                .bind("digest", digest)
                .bind("role", role)
                .bind("creator", createdBy.orElse(null))
                .bind("seconds", lifetime.toSeconds())
                .map(TokenStore::token)
                .one());
    }

    /** The token with this digest, if there is one that has not expired; remembers that it was used. */
    public Optional<StoredToken> use(Digest digest) {
        return database.inTransaction(handle -> {
            Optional<StoredToken> found = handle.createQuery(
                            "select " + COLUMNS + " from api_token where digest = :digest and expires_at > now()")
                    .bind("digest", digest)
                    .map(TokenStore::token)
                    .findOne();
            found.ifPresent(
                    token -> handle.createUpdate("""
                            update api_token set last_used_at = now()
                            where id = :id and (last_used_at is null or last_used_at < now() - interval '1 minute')""").bind("id", token.id()).execute());
            return found;
        });
    }

    /** All tokens, newest first, with those that have expired. */
    public Page<StoredToken> list(PageRequest page) {
        return database.inTransaction(handle -> {
            Optional<UUID> before = Cursor.id(page);
            List<StoredToken> rows = handle.createQuery("select " + COLUMNS + " from api_token"
                            + (before.isPresent() ? " where id < :before" : "") + " order by id desc limit :limit")
                    .configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true))
                    .bindByType("before", before.orElse(null), UUID.class)
                    .bind("limit", page.limit() + 1)
                    .map(TokenStore::token)
                    .list();
            return Page.of(rows, page.limit(), token -> Cursor.of(token.id()));
        });
    }

    /**
     * Forgets a token.
     *
     * @return it, as it was
     * @throws NotFoundException when there is none with this id
     */
    public StoredToken revoke(UUID id) {
        return database.inTransaction(
                handle -> handle.createQuery("delete from api_token where id = :id returning " + COLUMNS)
                        .bind("id", id)
                        .map(TokenStore::token)
                        .findOne()
                        .orElseThrow(() -> new NotFoundException("there is no token " + id)));
    }

    private static StoredToken token(ResultSet row, StatementContext context) throws SQLException {
        return new StoredToken(
                Columns.id(row, "id"),
                row.getString("name"),
                row.getString("role"),
                Columns.instant(row, "created_at"),
                Columns.optionalText(row, "created_by"),
                Columns.instant(row, "expires_at"),
                Columns.optionalInstant(row, "last_used_at"));
    }
}
