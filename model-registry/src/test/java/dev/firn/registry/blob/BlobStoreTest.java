package dev.firn.registry.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.Digest;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.TestRegistry;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TestRegistry.Extension.class)
class BlobStoreTest {
    @TempDir
    Path folder;

    @Test
    void givesBackWhatWasPut(TestRegistry registry) {
        byte[] content = "some content".getBytes(UTF_8);

        Blob blob = registry.blobs().put(new ByteArrayInputStream(content));

        assertThat(blob).isEqualTo(new Blob(Digest.of(content), content.length));
        assertThat(registry.blobs().exists(blob.digest())).isTrue();
        assertThat(registry.blobs().read(blob.digest(), 100)).isEqualTo(content);
        registry.blobs().fetch(blob.digest(), folder.resolve("fetched"));
        assertThat(folder.resolve("fetched")).hasBinaryContent(content);
        assertThat(registry.blobs().readPart(blob.digest(), 5, 7, Digest.of("content".getBytes(UTF_8))))
                .asString(UTF_8)
                .isEqualTo("content");
        assertThatThrownBy(() -> registry.blobs().read(blob.digest(), 3)).isInstanceOf(IllegalArgumentException.class);
        assertThat(registry.blobs().read(registry.blobs().put(new byte[0]).digest(), 0))
                .isEmpty();
        assertThat(registry.count("select count(*) from blob_write_intent")).isZero();
    }

    @Test
    void writesTheSameContentOnce(TestRegistry registry) throws Exception {
        Blob blob = registry.blobs().put("written once".getBytes(UTF_8));
        FileTime longAgo = FileTime.from(Instant.parse("2001-01-01T00:00:00Z"));
        Files.setLastModifiedTime(registry.objectFile(blob.digest()), longAgo);

        registry.blobs().put("written once".getBytes(UTF_8));

        assertThat(Files.getLastModifiedTime(registry.objectFile(blob.digest())))
                .isEqualTo(longAgo);
    }

    @Test
    void findsAFlippedBitOnReadAndTakesTheContentAgain(TestRegistry registry) throws Exception {
        byte[] content = "a bit of this flips".getBytes(UTF_8);
        Blob blob = registry.blobs().put(content);
        registry.flipBit(blob.digest(), 7);
        Path target = folder.resolve("target");

        assertThatThrownBy(() -> registry.blobs().fetch(blob.digest(), target))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining(blob.digest().hex());

        assertThat(folder).isEmptyDirectory();
        assertThat(registry.blobs().exists(blob.digest())).isFalse();
        assertThatThrownBy(() -> registry.blobs().read(blob.digest(), 100)).isInstanceOf(CorruptBlobException.class);
        assertThat(registry.blobs().put(content)).isEqualTo(blob);
        assertThat(registry.blobs().read(blob.digest(), 100)).isEqualTo(content);
    }

    @Test
    void findsAMissingObjectOnRead(TestRegistry registry) throws Exception {
        Blob blob = registry.blobs().put("to be lost".getBytes(UTF_8));
        Files.delete(registry.objectFile(blob.digest()));

        assertThatThrownBy(() -> registry.blobs().read(blob.digest(), 100))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("does not have it");
        assertThat(registry.blobs().exists(blob.digest())).isFalse();
        assertThatThrownBy(() -> registry.blobs().read(Digest.of(new byte[] {9, 9}), 100))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void takesOverWhatAWriterLeftThatDiedBeforeItsRow(TestRegistry registry) throws Exception {
        byte[] whole = "left whole".getBytes(UTF_8);
        byte[] damaged = "left damaged".getBytes(UTF_8);
        leave(registry, Digest.of(whole), whole);
        leave(registry, Digest.of(damaged), "left d".getBytes(UTF_8));

        registry.blobs().put(whole);
        registry.blobs().put(damaged);

        assertThat(registry.blobs().read(Digest.of(whole), 100)).isEqualTo(whole);
        assertThat(registry.blobs().read(Digest.of(damaged), 100)).isEqualTo(damaged);
    }

    @Test
    void isPutByManyAtTheSameTime(TestRegistry registry) throws Exception {
        byte[] content = TestRegistry.name("raced content").getBytes(UTF_8);
        try (ExecutorService executor = Executors.newFixedThreadPool(6)) {
            List<Blob> blobs = new ArrayList<>();
            List<Callable<Blob>> puts =
                    java.util.Collections.nCopies(12, () -> registry.blobs().put(content));
            for (Future<Blob> future : executor.invokeAll(puts)) {
                blobs.add(future.get());
            }
            assertThat(blobs).containsOnly(new Blob(Digest.of(content), content.length));
        }
        assertThat(registry.blobs().read(Digest.of(content), 100)).isEqualTo(content);
    }

    @Test
    void putsWhatIsLargerThanAPartAndFindsABitOfItByItsChunk(TestRegistry registry) throws Exception {
        int chunk = 8 << 20;
        byte[] content = new byte[(int) ObjectStore.PART_BYTES + chunk + 12345];
        new Random(7).nextBytes(content);
        Path file = Files.write(folder.resolve("large"), content);

        Blob blob = registry.blobs().put(file);
        registry.blobs().fetch(blob.digest(), folder.resolve("fetched"));

        assertThat(Files.mismatch(file, folder.resolve("fetched"))).isEqualTo(-1);
        Digest second = Digest.of(Arrays.copyOfRange(content, chunk, 2 * chunk));
        assertThat(registry.blobs().readPart(blob.digest(), chunk, chunk, second))
                .hasSize(chunk);
        registry.flipBit(blob.digest(), chunk + 1);
        assertThatThrownBy(() -> registry.blobs().readPart(blob.digest(), chunk, chunk, second))
                .isInstanceOf(CorruptBlobException.class);
        assertThat(registry.blobs().put(file)).isEqualTo(blob);
        assertThat(registry.blobs().readPart(blob.digest(), chunk, chunk, second))
                .hasSize(chunk);
    }

    @Test
    void refusesAFileThatIsNotWhatTheCallerSays(TestRegistry registry) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "longer than before");

        assertThatThrownBy(() -> registry.blobs().put(file, new Blob(Digest.of("before".getBytes(UTF_8)), 6)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("changed");
        assertThat(registry.blobs().exists(Digest.of("before".getBytes(UTF_8)))).isFalse();
    }

    @Test
    void refusesWhatGoesBeyondTheQuotaAndTakesItWhenThereIsRoom(TestRegistry registry, @TempDir Path folder) {
        long held = registry.count("select coalesce(sum(bytes), 0) from blob");
        byte[] content = "more than there is room for".getBytes(UTF_8);
        try (BlobStore full = open(registry, folder, held + content.length - 1);
                BlobStore roomy = open(registry, folder, held + content.length)) {
            assertThatThrownBy(() -> full.put(content))
                    .isInstanceOf(StorageFullException.class)
                    .hasMessageContaining("FIRN_STORAGE_QUOTA")
                    .hasMessageContaining("firn gc");
            assertThat(registry.count("select count(*) from blob_write_intent")).isZero();

            Digest digest = roomy.put(content).digest();
            assertThat(full.put(content).digest()).isEqualTo(digest);
        }
    }

    private static BlobStore open(TestRegistry registry, Path folder, long quota) {
        return BlobStore.open(
                registry.database(), registry.objectStoreSettings(), folder.resolve("spool"), OptionalLong.of(quota));
    }

    @Test
    void makesItsBucketAndSaysWhatToDoAboutWrongKeysAndAWrongAddress(TestRegistry registry) {
        ObjectStoreSettings right = registry.objectStoreSettings();
        BlobStore.open(
                        registry.database(),
                        new ObjectStoreSettings(
                                right.endpoint(),
                                right.accessKey(),
                                right.secretKey(),
                                "another-bucket",
                                right.region()),
                        folder)
                .close();

        assertThatThrownBy(() -> BlobStore.open(
                        registry.database(),
                        new ObjectStoreSettings(
                                right.endpoint(), right.accessKey(), "wrong", "third-bucket", right.region()),
                        folder))
                .isInstanceOf(ObjectStoreException.class)
                .hasMessageContaining("FIRN_S3_SECRET_KEY");
        assertThatThrownBy(() -> BlobStore.open(
                        registry.database(),
                        new ObjectStoreSettings(
                                URI.create("http://127.0.0.1:1"), "key", "secret", "firn", right.region()),
                        folder))
                .isInstanceOfSatisfying(
                        ObjectStoreException.class, e -> assertThat(e.passing()).isTrue())
                .hasMessageContaining("FIRN_S3_ENDPOINT");
        assertThat(right.toString()).doesNotContain("secret");
    }

    private static void leave(TestRegistry registry, Digest digest, byte[] content) throws Exception {
        Path file = registry.objectFile(digest);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }
}
