package dev.firn.registry;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings a database to the registry's newest schema, from {@code db/migration} on the class path. */
public final class RegistrySchema {
    private RegistrySchema() {}

    /**
     * Applies the migrations that are missing. Several processes may do so at once: Flyway lets one work.
     *
     * @throws org.flywaydb.core.api.FlywayException when a migration fails, or an applied one was changed since
     */
    public static void migrate(DataSource dataSource) {
        Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/migration")
                .validateMigrationNaming(true)
                .cleanDisabled(true)
                // Each migration stands for itself: those of work done side by side come in any order
                .outOfOrder(true)
                .load()
                .migrate();
    }
}
