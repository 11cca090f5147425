package dev.firn.registry;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;

/** Brings a database to the registry's newest schema, from {@code db/migration} on the class path. */
public final class RegistrySchema {
    private RegistrySchema() {}

    /**
     * Applies the migrations that are missing. Several processes may do so at once: Flyway lets one work.
     *
     * @throws org.flywaydb.core.api.FlywayException when a migration fails, or an applied one was changed since
     */
    public static void migrate(DataSource dataSource) {
        migrate(dataSource, MigrationVersion.LATEST);
    }

    /**
     * Applies the migrations up to a version, as it was when a backup was taken.
     *
     * @throws org.flywaydb.core.api.FlywayException when a migration fails, or an applied one was changed since
     */
    public static void migrate(DataSource dataSource, String version) {
        migrate(dataSource, MigrationVersion.fromVersion(version));
    }

    /** The newest migration that was applied to a database. */
    public static String version(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery("""
                select version from flyway_schema_history where success and version is not null
                order by cast(version as integer) desc limit 1""")) {
            return rows.next() ? rows.getString(1) : "0";
        }
    }

    private static void migrate(DataSource dataSource, MigrationVersion version) {
        Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/migration")
                .validateMigrationNaming(true)
                .cleanDisabled(true)
                .target(version)
                .load()
                .migrate();
    }
}
