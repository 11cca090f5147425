package dev.firn.api.boot;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.console.Figures;
import dev.firn.embedded.EmbeddedServiceException;
import dev.firn.embedded.EmbeddedServices;
import dev.firn.embedded.ExternalServices;
import dev.firn.embedded.HomeLock;
import dev.firn.embedded.ServiceAddresses;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.RegistryException;
import dev.firn.registry.backup.Backup;
import dev.firn.registry.backup.BackupSummary;
import dev.firn.registry.backup.Restore;
import dev.firn.registry.blob.BlobStore;
import dev.firn.registry.blob.ObjectStoreSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * {@code backup DIR} and {@code restore DIR}: work on the database and the object store themselves. A backup joins the
 * services of the server that runs on the home, or starts them when none does.
 */
final class BackupProgram {
    private final Path home;
    private final ExternalServices external;
    private final PrintStream out;
    private final PrintStream err;

    BackupProgram(Path home, ExternalServices external, PrintStream out, PrintStream err) {
        this.home = requireNonNull(home, "home is null");
        this.external = requireNonNull(external, "external is null");
        this.out = requireNonNull(out, "out is null");
        this.err = requireNonNull(err, "err is null");
    }

    /** The words after {@code backup} or {@code restore}. */
    record Options(Path folder, boolean json) {
        /**
         * Reads the words.
         *
         * @throws BootException for what is not understood
         */
        static Options parse(String command, List<String> words) {
            boolean json = words.contains("--json");
            List<String> folders =
                    words.stream().filter(word -> !word.equals("--json")).toList();
            if (folders.size() != 1 || folders.getFirst().startsWith("-")) {
                throw BootException.wrongInput("usage: firn " + command + " DIR [--json]");
            }
            return new Options(Path.of(folders.getFirst()).toAbsolutePath().normalize(), json);
        }
    }

    /**
     * Takes a backup.
     *
     * @return the exit code: 1 when a stored file was damaged and is not part of the backup
     * @throws BootException when there is nothing to back up, or it fails
     */
    int backup(Options options) {
        requireSomething();
        try {
            if (!embedded() || HomeLock.isHeld(home)) {
                return backup(options, EmbeddedServices.join(home, external));
            }
            try (EmbeddedServices services = EmbeddedServices.start(home, external)) {
                return backup(options, services.addresses());
            }
        } catch (EmbeddedServiceException | RegistryException | UncheckedIOException e) {
            throw BootException.failed(e.getMessage(), e);
        }
    }

    private void requireSomething() {
        if (embedded() && !Files.exists(home.resolve("services.properties"))) {
            throw BootException.wrongInput(
                    "there is nothing to back up in " + home + "; FIRN_HOME names the server's home");
        }
    }

    private int backup(Options options, ServiceAddresses addresses) {
        DataSource dataSource = dataSource(addresses.database());
        try (BlobStore blobs = blobs(new RegistryDatabase(dataSource), addresses.objectStore())) {
            BackupSummary summary = new Backup(dataSource, blobs).write(options.folder(), err::println);
            print(options, summary, "Backed up");
            if (summary.damaged() > 0) {
                err.println("firn: " + summary.damaged()
                        + " files were damaged in the store and are not part of the backup; they are named above");
                return 1;
            }
            return 0;
        }
    }

    /**
     * Restores a backup into the home, which must be empty; it is empty again when that fails.
     *
     * @return the exit code
     * @throws BootException when the home is not empty, or the backup cannot be restored
     */
    int restore(Options options) {
        requireEmptyHome();
        try (EmbeddedServices services = EmbeddedServices.start(home, external)) {
            ServiceAddresses addresses = services.addresses();
            BackupSummary summary = new Restore(dataSource(addresses.database()))
                    .read(options.folder(), database -> blobs(database, addresses.objectStore()), err::println);
            print(options, summary, "Restored");
            return 0;
        } catch (EmbeddedServiceException | RegistryException | UncheckedIOException e) {
            emptyHome();
            throw BootException.failed(e.getMessage(), e);
        }
    }

    private boolean embedded() {
        return external.database().isEmpty() || external.objectStore().isEmpty();
    }

    private void requireEmptyHome() {
        if (!embedded()) {
            return;
        }
        try (Stream<Path> files = Files.list(home)) {
            if (files.findAny().isPresent()) {
                throw BootException.wrongInput(
                        "the home " + home
                                + " is not empty; a backup is restored into an empty one (set FIRN_HOME, or move that one away)");
            }
        } catch (NoSuchFileException e) {
            // it is made
        } catch (IOException e) {
            throw BootException.failed("the home " + home + " cannot be read (" + e + ")", e);
        }
    }

    private void emptyHome() {
        if (!embedded()) {
            return;
        }
        List<Path> deepestFirst = new ArrayList<>();
        try (Stream<Path> files = Files.walk(home)) {
            files.filter(file -> !file.equals(home))
                    .sorted(Comparator.reverseOrder())
                    .forEach(deepestFirst::add);
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            err.println("firn: the home " + home + " could not be emptied again (" + e + "); delete what is in it");
        }
    }

    private void print(Options options, BackupSummary summary, String done) {
        if (options.json()) {
            ObjectNode result = JsonNodeFactory.instance.objectNode();
            result.put("folder", options.folder().toString())
                    .put("home", home.toString())
                    .put("rows", summary.rows())
                    .put("files", summary.blobs())
                    .put("bytes", summary.bytes())
                    .put("copied", summary.copied())
                    .put("damaged", summary.damaged());
            out.println(result);
            return;
        }
        out.println(done + " " + summary.rows() + " rows and " + summary.blobs() + " files ("
                + Figures.bytes(summary.bytes()) + "), " + summary.copied()
                + " of them new; every digest was verified.");
    }

    private static DataSource dataSource(ServiceAddresses.Database database) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(database.url());
        dataSource.setUser(database.user());
        dataSource.setPassword(database.password());
        return dataSource;
    }

    private BlobStore blobs(RegistryDatabase database, ServiceAddresses.ObjectStore store) {
        return BlobStore.open(
                database,
                new ObjectStoreSettings(
                        store.endpoint(), store.accessKey(), store.secretKey(), store.bucket(), store.region()),
                home.resolve("spool"));
    }
}
