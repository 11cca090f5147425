package dev.firn.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.embedded.EmbeddedObjectStore;
import dev.firn.embedded.EmbeddedPostgres;
import dev.firn.embedded.EmbeddedServices;
import dev.firn.embedded.ServiceAddresses;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.blob.BlobStore;
import dev.firn.registry.blob.ObjectStoreSettings;
import dev.firn.registry.run.NewRun;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.StageStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A registry over real services, started once for all tests of the process. Tests share it and keep to names of their
 * own.
 */
public final class TestRegistry implements AutoCloseable {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final Path home;
    private final EmbeddedPostgres postgres;
    private final EmbeddedObjectStore objectStore;
    private final RegistryDatabase database;
    private final BlobStore blobs;
    private final ArtifactStore artifacts;

    private TestRegistry() throws IOException {
        home = Files.createTempDirectory("firn-registry");
        postgres = EmbeddedPostgres.start(home.resolve("postgres"), EmbeddedServices.defaultCache(), 0, "secret");
        objectStore = EmbeddedObjectStore.start(home.resolve("s3"), 0, "key", "secret", "firn");
        RegistrySchema.migrate(dataSource());
        database = new RegistryDatabase(dataSource());
        blobs = BlobStore.open(database, objectStoreSettings(), home.resolve("spool"));
        artifacts = new ArtifactStore(database, blobs, home.resolve("cache"), Long.MAX_VALUE);
    }

    /** A registry for one test alone, which closes it. */
    public static TestRegistry own() throws IOException {
        return new TestRegistry();
    }

    /** Forgets everything; what lies in the object store stays there. */
    public void empty() {
        database.useTransaction(handle -> handle.execute("drop schema public cascade; create schema public"));
        RegistrySchema.migrate(dataSource());
    }

    public PGSimpleDataSource dataSource() {
        ServiceAddresses.Database address = postgres.address();
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(address.url());
        dataSource.setUser(address.user());
        dataSource.setPassword(address.password());
        return dataSource;
    }

    public ObjectStoreSettings objectStoreSettings() {
        ServiceAddresses.ObjectStore address = objectStore.address();
        return new ObjectStoreSettings(
                address.endpoint(), address.accessKey(), address.secretKey(), address.bucket(), address.region());
    }

    public RegistryDatabase database() {
        return database;
    }

    public BlobStore blobs() {
        return blobs;
    }

    public ArtifactStore artifacts() {
        return artifacts;
    }

    /** The file behind the object store that holds a blob. */
    public Path objectFile(Digest digest) {
        return home.resolve("s3/firn/blobs/sha256")
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex());
    }

    /** Flips the lowest bit of the byte at an offset. */
    public void flipBit(Digest digest, int offset) throws IOException {
        Path file = objectFile(digest);
        byte[] content = Files.readAllBytes(file);
        content[offset] ^= 1;
        Files.write(file, content);
    }

    /** A name that no other test has. */
    public static String name(String prefix) {
        return prefix + "-" + NAMES.incrementAndGet();
    }

    public static JsonNode document(String name, String value) {
        return JsonNodeFactory.instance.objectNode().put(name, value);
    }

    /** A run with these stages. */
    public Run run(String... stages) {
        return new RunStore(database).create(request(name("run"), stages)).run();
    }

    public static NewRun request(String name, String... stages) {
        return new NewRun(
                name,
                document("specVersion", "1"),
                0,
                Stream.of(stages)
                        .map(stage -> new NewRun.NewStage(stage, Optional.empty()))
                        .toList(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** A new run with this stage, begun. */
    public StageToken begun(String stage) {
        return begin(run(stage).id(), stage);
    }

    public StageToken begin(UUID runId, String stage) {
        return new StageStore(database).begin(runId, stage, "key of " + stage, "test", Optional.empty());
    }

    /** A published folder with one file of this content. */
    public ArtifactReference artifact(String content) {
        try {
            Path folder = Files.createTempDirectory(home, "artifact");
            Files.writeString(folder.resolve("file"), content);
            return artifacts.publish(folder, "weights");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many rows the query counts. */
    public long count(String sql) {
        return database.inTransaction(
                handle -> handle.createQuery(sql).mapTo(Long.class).one());
    }

    @Override
    public void close() throws IOException {
        blobs.close();
        objectStore.close();
        postgres.close();
        try (Stream<Path> files = Files.walk(home)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        }
    }

    /** Gives tests the registry as a parameter. */
    public static final class Extension implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == TestRegistry.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.GLOBAL)
                    .computeIfAbsent(
                            TestRegistry.class,
                            type -> {
                                try {
                                    return new TestRegistry();
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            },
                            TestRegistry.class);
        }
    }
}
