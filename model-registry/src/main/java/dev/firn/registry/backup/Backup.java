package dev.firn.registry.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.RegistrySchema;
import dev.firn.registry.blob.BlobStore;
import dev.firn.registry.blob.CorruptBlobException;
import dev.firn.registry.garbage.GarbageCollector;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/** Takes backups, while runs go on. */
public final class Backup {
    private static final int FETCHED_ROWS = 1000;
    private static final long BLOBS_BETWEEN_REPORTS = 100;

    private final DataSource dataSource;
    private final BlobStore blobs;

    public Backup(DataSource dataSource, BlobStore blobs) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        this.blobs = requireNonNull(blobs, "blobs is null");
    }

    /**
     * Copies the registry as it is at one moment, and every blob that it names then.
     *
     * @param folder made when it is missing; may hold an earlier backup, whose blobs are not copied again
     * @param progress told what is being done, for people
     * @throws BackupException when the folder holds something else, or a collection is under way
     */
    public BackupSummary write(Path folder, Consumer<String> progress) {
        AtomicReference<BackupSummary> summary = new AtomicReference<>();
        boolean alone = new RegistryDatabase(dataSource).tryExclusively(GarbageCollector.LOCK, () -> {
            try {
                summary.set(writeAlone(folder, progress));
            } catch (IOException e) {
                throw new UncheckedIOException("the backup could not be written to " + folder, e);
            } catch (SQLException e) {
                throw new BackupException("the rows could not be read: " + e.getMessage(), e);
            }
        });
        if (!alone) {
            throw new BackupException("a collection or another backup is under way; try again when it has ended");
        }
        return summary.get();
    }

    private BackupSummary writeAlone(Path folder, Consumer<String> progress) throws IOException, SQLException {
        requireOwnFolder(folder);
        Files.createDirectories(folder);
        Path rows = Files.createTempDirectory(folder, "rows-");
        progress.accept("Copying the rows");
        BackupManifest snapshot = rows(rows);
        List<String> damaged = new ArrayList<>();
        long copied = 0;
        long count = 0;
        long bytes = 0;
        try (BufferedReader list = Files.newBufferedReader(rows.resolve(BackupManifest.BLOB_LIST))) {
            for (String line = list.readLine(); line != null; line = list.readLine()) {
                Digest digest = new Digest(line.substring(0, line.indexOf(' ')));
                long size = Long.parseLong(line.substring(line.indexOf(' ') + 1));
                try {
                    if (copy(digest, size, BackupManifest.blobFile(folder, digest))) {
                        copied++;
                        if (copied % BLOBS_BETWEEN_REPORTS == 0) {
                            progress.accept(copied + " files copied");
                        }
                    }
                    count++;
                    bytes += size;
                } catch (CorruptBlobException | NotFoundException e) {
                    progress.accept(e.getMessage());
                    damaged.add(digest.hex());
                }
            }
        }
        new BackupManifest(
                        snapshot.format(),
                        snapshot.schemaVersion(),
                        snapshot.createdAt(),
                        snapshot.folder(),
                        snapshot.tables(),
                        snapshot.blobsSha256(),
                        damaged)
                .write(folder);
        removeOtherRows(folder, rows);
        return new BackupSummary(
                snapshot.tables().stream().mapToLong(BackupManifest.Table::rows).sum(),
                count,
                bytes,
                copied,
                damaged.size());
    }

    private static void requireOwnFolder(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).toList();
            boolean own = names.stream()
                    .allMatch(name ->
                            name.startsWith("rows-") || name.equals("blobs") || name.startsWith(BackupManifest.FILE));
            if (!own) {
                throw new BackupException("the folder " + folder
                        + " holds other things than a backup; name an empty folder, or one with an earlier backup");
            }
        } catch (NoSuchFileException e) {
            // it is made
        }
    }

    /** All rows, and the list of the blobs that are to be there, in one snapshot. */
    private BackupManifest rows(Path folder) throws IOException, SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(FETCHED_ROWS);
                String createdAt = RegistryTables.single(statement, "select cast(now() as text)");
                List<BackupManifest.Table> tables = new ArrayList<>();
                for (String table : RegistryTables.names(statement)) {
                    tables.add(copyOut(connection, statement, table, folder));
                }
                String list = blobList(statement, folder.resolve(BackupManifest.BLOB_LIST));
                return new BackupManifest(
                        BackupManifest.FORMAT,
                        RegistrySchema.version(statement),
                        createdAt,
                        folder.getFileName().toString(),
                        tables,
                        list,
                        List.of());
            } finally {
                connection.rollback();
                connection.setReadOnly(false);
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
                connection.setAutoCommit(true);
            }
        }
    }

    private static BackupManifest.Table copyOut(Connection connection, Statement statement, String table, Path folder)
            throws IOException, SQLException {
        List<String> columns = RegistryTables.columns(statement, table);
        MessageDigest digest = Digest.newMessageDigest();
        BackupManifest.Table described = new BackupManifest.Table(table, columns, 0, "");
        long rows;
        try (OutputStream out =
                new DigestOutputStream(Files.newOutputStream(folder.resolve(described.fileName())), digest)) {
            rows = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut(
                            "copy " + RegistryTables.quoted(table) + " (" + RegistryTables.quoted(columns)
                                    + ") to stdout (encoding 'utf8')",
                            out);
        }
        return new BackupManifest.Table(
                table, columns, rows, Digest.fromBytes(digest.digest()).hex());
    }

    private static String blobList(Statement statement, Path file) throws IOException, SQLException {
        MessageDigest digest = Digest.newMessageDigest();
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), digest);
                BufferedWriter writer = new BufferedWriter(new java.io.OutputStreamWriter(out, UTF_8));
                ResultSet rows = statement.executeQuery(
                        "select encode(digest, 'hex'), bytes from blob where state = 'STORED' order by digest")) {
            while (rows.next()) {
                writer.write(rows.getString(1) + " " + rows.getLong(2) + "\n");
            }
        }
        return Digest.fromBytes(digest.digest()).hex();
    }

    /** Copies a blob unless it is there; it enters by a rename, so what is there is whole. */
    private boolean copy(Digest digest, long bytes, Path file) throws IOException {
        if (Files.exists(file) && Files.size(file) == bytes) {
            return false;
        }
        Files.createDirectories(requireNonNull(file.getParent(), "a blob has a folder"));
        blobs.fetch(digest, file);
        return true;
    }

    private static void removeOtherRows(Path folder, Path present) throws IOException {
        List<Path> others;
        try (Stream<Path> files = Files.list(folder)) {
            others = files.filter(file -> file.getFileName().toString().startsWith("rows-") && !file.equals(present))
                    .toList();
        }
        for (Path other : others) {
            try (Stream<Path> files = Files.walk(other)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
