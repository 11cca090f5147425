package dev.firn.registry;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.audit.AuditDraft;
import dev.firn.registry.audit.AuditStore;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.postgres.PostgresPlugin;

/**
 * The registry's database. Every store works through it.
 *
 * <p>Transactions run at PostgreSQL's default, read committed: what must not race is held by row locks, unique
 * constraints and guarded updates, which the stores write out.
 */
public final class RegistryDatabase {
    private final Jdbi jdbi;
    private final Supplier<Optional<AuditDraft>> change;

    /**
     * A registry in this database, whose changes nobody in particular makes.
     *
     * @param dataSource should pool connections; the schema must have been brought up to date by
     *     {@link RegistrySchema#migrate}
     */
    public RegistryDatabase(DataSource dataSource) {
        this(dataSource, Optional::empty);
    }

    /**
     * A registry that writes down who makes its changes: the first transaction that writes on behalf of a request writes the
     * request's entry of the audit trail, too.
     *
     * @param dataSource should pool connections; the schema must have been brought up to date by
     *     {@link RegistrySchema#migrate}
     * @param change the request on whose behalf the asking thread works
     */
    public RegistryDatabase(DataSource dataSource, Supplier<Optional<AuditDraft>> change) {
        requireNonNull(dataSource, "dataSource is null");
        this.change = requireNonNull(change, "change is null");
        jdbi = Jdbi.create(dataSource).installPlugin(new PostgresPlugin()).registerArgument(new DigestArgument());
    }

    /**
     * Runs the work in one transaction, which is undone when the work throws.
     *
     * @throws RegistryUnavailableException when the database does not answer
     */
    public <T> T inTransaction(Function<Handle, T> work) {
        Optional<AuditDraft> draft = change.get().filter(AuditDraft::awaited);
        try {
            if (draft.isEmpty()) {
                return jdbi.inTransaction(work::apply);
            }
            AtomicReference<Optional<Long>> entry = new AtomicReference<>(Optional.empty());
            T result = jdbi.inTransaction(handle -> {
                T value = work.apply(handle);
                entry.set(AuditStore.appendIfWritten(handle, draft.get()));
                return value;
            });
            entry.get().ifPresent(draft.get()::committed);
            return result;
        } catch (RuntimeException e) {
            throw translated(e);
        }
    }

    /**
     * Runs the work in one transaction, which is undone when the work throws.
     *
     * @throws RegistryUnavailableException when the database does not answer
     */
    public void useTransaction(Consumer<Handle> work) {
        inTransaction(handle -> {
            work.accept(handle);
            return true;
        });
    }

    /**
     * Runs the work unless another process is doing work of the same name at this moment.
     *
     * @return whether the work was run
     * @throws RegistryUnavailableException when the database does not answer
     */
    public boolean tryExclusively(String name, Runnable work) {
        try {
            return jdbi.withHandle(handle -> {
                boolean locked = handle.createQuery("select pg_try_advisory_lock(hashtextextended(:name, 0))")
                        .bind("name", "firn:" + name)
                        .mapTo(Boolean.class)
                        .one();
                if (!locked) {
                    return false;
                }
                try {
                    work.run();
                } finally {
                    handle.createQuery("select pg_advisory_unlock(hashtextextended(:name, 0))")
                            .bind("name", "firn:" + name)
                            .mapTo(Boolean.class)
                            .one();
                }
                return true;
            });
        } catch (RuntimeException e) {
            throw translated(e);
        }
    }

    /**
     * Asks the database for an answer.
     *
     * @throws RegistryUnavailableException when there is none
     */
    public void check() {
        useTransaction(handle -> handle.execute("select 1"));
    }

    private static RuntimeException translated(RuntimeException exception) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectionException || (cause instanceof SQLException sql && isConnectionLost(sql))) {
                return new RegistryUnavailableException(
                        "the registry's database does not answer (" + cause.getMessage()
                                + "); check that PostgreSQL runs and that FIRN_POSTGRES_URL, _USER and _PASSWORD are right",
                        exception);
            }
        }
        return exception;
    }

    /** Class 08 is a lost connection, 57P a server that is shutting down or starting up, 53 one without resources. */
    private static boolean isConnectionLost(SQLException exception) {
        if (exception instanceof SQLTransientConnectionException
                || exception instanceof SQLNonTransientConnectionException) {
            return true;
        }
        String state = exception.getSQLState();
        return state != null && (state.startsWith("08") || state.startsWith("57P") || state.startsWith("53"));
    }

    private static final class DigestArgument extends AbstractArgumentFactory<Digest> {
        DigestArgument() {
            super(java.sql.Types.BINARY);
        }

        @Override
        protected Argument build(Digest value, ConfigRegistry config) {
            return (position, statement, context) -> statement.setBytes(position, value.toBytes());
        }
    }
}
