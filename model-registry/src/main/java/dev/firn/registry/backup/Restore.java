package dev.firn.registry.backup;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.RegistrySchema;
import dev.firn.registry.blob.BlobStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/** Puts a backup into an empty registry. */
public final class Restore {
    private static final long BLOBS_BETWEEN_REPORTS = 100;

    private final DataSource dataSource;

    /**
     * @param dataSource an empty database, or one with an empty registry
     */
    public Restore(DataSource dataSource) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
    }

    /** Opens the object store over the registry once the registry has its tables. */
    @FunctionalInterface
    public interface Objects {
        /** The store, which the caller closes. */
        BlobStore open(RegistryDatabase database);
    }

    /**
     * Verifies the whole backup, stores its blobs, and then writes its rows in one transaction: they are there when this
     * returns, or not at all.
     *
     * @param progress told what is being done, for people
     * @throws BackupException when the backup is damaged, unfinished or of a newer Firn, or the registry is not empty
     */
    public BackupSummary read(Path folder, Objects objects, Consumer<String> progress) {
        try {
            BackupManifest manifest = BackupManifest.read(folder);
            Path rows = folder.resolve(manifest.folder());
            for (BackupManifest.Table table : manifest.tables()) {
                verify(rows.resolve(table.fileName()), table.sha256());
            }
            verify(rows.resolve(BackupManifest.BLOB_LIST), manifest.blobsSha256());
            RegistrySchema.migrate(dataSource, manifest.schemaVersion());
            requireEmpty(manifest);
            try (BlobStore blobs = objects.open(new RegistryDatabase(dataSource))) {
                BackupSummary summary = blobs(folder, manifest, blobs, progress);
                progress.accept("Writing the rows");
                rows(rows, manifest);
                RegistrySchema.migrate(dataSource);
                return summary;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the backup in " + folder + " could not be read", e);
        } catch (SQLException e) {
            throw new BackupException("the rows could not be written: " + e.getMessage(), e);
        }
    }

    private static void verify(Path file, String sha256) throws IOException {
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), Digest.newMessageDigest())) {
            in.transferTo(OutputStream.nullOutputStream());
            if (!Digest.fromBytes(in.getMessageDigest().digest()).hex().equals(sha256)) {
                throw new BackupException(
                        "the backup is damaged: " + file + " has another digest than when it was written");
            }
        } catch (NoSuchFileException e) {
            throw new BackupException("the backup is damaged: " + file + " is missing", e);
        }
    }

    private void requireEmpty(BackupManifest manifest) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            String version = RegistrySchema.version(statement);
            if (!version.equals(manifest.schemaVersion())) {
                throw new BackupException(
                        "the backup has the schema " + manifest.schemaVersion() + ", the database " + version
                                + "; restore into an empty database, with the Firn that took the backup or a newer one");
            }
            for (String table : RegistryTables.names(statement)) {
                boolean filled = !table.equals("registry_identity")
                        && RegistryTables.single(
                                        statement,
                                        "select cast(exists (select 1 from " + RegistryTables.quoted(table)
                                                + ") as text)")
                                .equals("true");
                if (filled) {
                    throw new BackupException("the registry is not empty: there are rows in " + table
                            + "; restore into an empty home (FIRN_HOME), or an empty database");
                }
            }
        }
    }

    private static BackupSummary blobs(Path folder, BackupManifest manifest, BlobStore blobs, Consumer<String> progress)
            throws IOException {
        Set<String> damaged = new HashSet<>(manifest.damaged());
        long count = 0;
        long bytes = 0;
        Path listFile = folder.resolve(manifest.folder()).resolve(BackupManifest.BLOB_LIST);
        try (BufferedReader list = Files.newBufferedReader(listFile)) {
            for (String line = list.readLine(); line != null; line = list.readLine()) {
                Digest digest = new Digest(line.substring(0, line.indexOf(' ')));
                if (damaged.contains(digest.hex())) {
                    continue;
                }
                Path file = BackupManifest.blobFile(folder, digest);
                verify(file, digest.hex());
                blobs.putObject(file, digest);
                bytes += Files.size(file);
                count++;
                if (count % BLOBS_BETWEEN_REPORTS == 0) {
                    progress.accept(count + " files restored");
                }
            }
        }
        long rows =
                manifest.tables().stream().mapToLong(BackupManifest.Table::rows).sum();
        return new BackupSummary(rows, count, bytes, count, damaged.size());
    }

    private void rows(Path folder, BackupManifest manifest) throws IOException, SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                // Without their foreign keys the tables can be filled in any order; making them again verifies them.
                List<RegistryTables.ForeignKey> keys = RegistryTables.foreignKeys(statement);
                for (RegistryTables.ForeignKey key : keys) {
                    statement.execute(key.drop());
                }
                for (BackupManifest.Table table : manifest.tables()) {
                    statement.execute("truncate " + RegistryTables.quoted(table.name()));
                    long rows;
                    try (InputStream in = Files.newInputStream(folder.resolve(table.fileName()))) {
                        rows = connection
                                .unwrap(PGConnection.class)
                                .getCopyAPI()
                                .copyIn(
                                        "copy " + RegistryTables.quoted(table.name()) + " ("
                                                + RegistryTables.quoted(table.columns())
                                                + ") from stdin (encoding 'utf8')",
                                        in);
                    }
                    if (rows != table.rows()) {
                        throw new BackupException("the backup is damaged: " + rows + " rows of " + table.name()
                                + ", not " + table.rows());
                    }
                }
                for (RegistryTables.ForeignKey key : keys) {
                    statement.execute(key.add());
                }
                for (String sequence : RegistryTables.sequences(statement)) {
                    statement.execute(sequence);
                }
                for (String digest : manifest.damaged()) {
                    statement.execute(
                            "update blob set state = 'QUARANTINED', quarantined_at = now(), quarantine_reason = "
                                    + "'it was damaged when the backup was taken' where digest = decode('"
                                    + new Digest(digest).hex() + "', 'hex')");
                }
                connection.commit();
            } catch (SQLException | IOException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }
}
