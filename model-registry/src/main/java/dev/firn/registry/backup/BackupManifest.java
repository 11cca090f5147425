package dev.firn.registry.backup;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.registry.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * What makes a backup whole.
 *
 * @param format how the folder is laid out
 * @param schemaVersion the registry's schema
 * @param createdAt the database's time
 * @param folder of the rows, inside the backup's
 * @param blobsSha256 the digest of the list of blobs
 * @param damaged digests of blobs that the store could not give
 */
record BackupManifest(
        int format,
        String schemaVersion,
        String createdAt,
        String folder,
        List<Table> tables,
        String blobsSha256,
        List<String> damaged) {
    static final int FORMAT = 1;
    static final String FILE = "backup.json";
    static final String BLOB_LIST = "blobs.list";

    BackupManifest {
        requireNonNull(folder, "folder is null");
        tables = List.copyOf(tables);
        damaged = List.copyOf(damaged);
    }

    /** The rows of a table. */
    record Table(String name, List<String> columns, long rows, String sha256) {
        Table {
            columns = List.copyOf(columns);
        }

        String fileName() {
            return name + ".copy";
        }
    }

    /** Makes the backup whole. */
    void write(Path backup) throws IOException {
        Path temporary = backup.resolve(FILE + ".part");
        Files.write(
                temporary, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
        Files.move(
                temporary, backup.resolve(FILE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Reads the manifest of a backup.
     *
     * @throws BackupException when there is none, or it is of a newer Firn
     */
    static BackupManifest read(Path backup) throws IOException {
        BackupManifest manifest;
        try {
            manifest = new ObjectMapper().readValue(Files.readAllBytes(backup.resolve(FILE)), BackupManifest.class);
        } catch (NoSuchFileException e) {
            throw new BackupException(
                    "there is no finished backup in " + backup + ": it has no " + FILE + ", which is written last", e);
        }
        if (manifest.format() > FORMAT) {
            throw new BackupException("the backup in " + backup + " is of format " + manifest.format()
                    + "; this Firn reads up to " + FORMAT + ". Restore it with the Firn that wrote it, or a newer one");
        }
        return manifest;
    }

    /** Where a blob lies in a backup. */
    static Path blobFile(Path backup, Digest digest) {
        return backup.resolve("blobs").resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    }
}
