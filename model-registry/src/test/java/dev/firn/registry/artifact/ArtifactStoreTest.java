package dev.firn.registry.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.Digest;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.blob.CorruptBlobException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TestRegistry.Extension.class)
class ArtifactStoreTest {
    @TempDir
    Path folder;

    @Test
    void givesBackTheFolderThatWasPublished(TestRegistry registry) throws IOException {
        Path published = modelFolder("published");

        ArtifactReference reference = registry.artifacts().publish(published, "model");
        registry.artifacts().fetch(reference, folder.resolve("fetched"));
        elsewhere(registry).fetch(reference, folder.resolve("fetched elsewhere"));

        assertThat(reference.kind()).isEqualTo("model");
        assertThat(reference.bytes()).isEqualTo(2 + 5 + 0);
        for (String fetched : List.of("fetched", "fetched elsewhere")) {
            assertThat(folder.resolve(fetched + "/config.json")).hasContent("{}");
            assertThat(folder.resolve(fetched + "/1_Pooling/weights")).hasContent("12345");
            assertThat(folder.resolve(fetched + "/1_Pooling/empty")).isEmptyFile();
        }
        assertThat(registry.artifacts().listFiles(reference.digest()))
                .extracting(ArtifactFile::name)
                .containsExactly("1_Pooling/empty", "1_Pooling/weights", "config.json");
        assertThat(registry.artifacts().find(reference.digest())).contains(reference);
        assertThat(registry.artifacts().exists(reference.digest())).isTrue();
    }

    @Test
    void hasADigestThatDependsOnNamesAndContentAndKindOnly(TestRegistry registry) throws IOException {
        Path first = modelFolder("first");
        Path second = modelFolder("second");
        Path third = modelFolder("third");
        Files.writeString(third.resolve("config.json"), "[]");

        ArtifactReference reference = registry.artifacts().publish(first, "model");

        // the manifest is a promise to every later version: computed here by hand from its documented layout
        String file = "{\"name\":\"%s\",\"sha256\":\"%s\",\"bytes\":%d,\"chunkSha256\":[%s]}";
        String weights = Digest.of("12345".getBytes(UTF_8)).hex();
        String config = Digest.of("{}".getBytes(UTF_8)).hex();
        String manifest = "{\"kind\":\"model\",\"files\":["
                + String.join(
                        ",",
                        file.formatted("1_Pooling/empty", Digest.of(new byte[0]).hex(), 0, ""),
                        file.formatted("1_Pooling/weights", weights, 5, "\"" + weights + "\""),
                        file.formatted("config.json", config, 2, "\"" + config + "\""))
                + "]}";
        assertThat(reference.digest()).isEqualTo(Digest.of(manifest.getBytes(UTF_8)));
        assertThat(registry.artifacts().publish(second, "model")).isEqualTo(reference);
        assertThat(registry.artifacts().publish(third, "model").digest()).isNotEqualTo(reference.digest());
        assertThat(registry.artifacts().publish(second, "weights").digest()).isNotEqualTo(reference.digest());
    }

    @Test
    void readsPartsOfAFileAcrossChunksVerifyingEach(TestRegistry registry) throws IOException {
        int chunk = Manifest.CHUNK_BYTES;
        byte[] content = new byte[2 * chunk + 1000];
        new Random(3).nextBytes(content);
        Path published = Files.createDirectories(folder.resolve("published"));
        Files.write(published.resolve("large"), content);
        ArtifactReference reference = registry.artifacts().publish(published, "weights");
        ArtifactStore artifacts = registry.artifacts();
        int[][] parts = {{0, 10}, {chunk - 3, 7}, {chunk, chunk}, {2 * chunk + 990, 100}, {content.length, 5}};

        for (int[] part : parts) {
            try (InputStream in = artifacts.openFile(reference.digest(), "large", part[0], part[1])) {
                assertThat(in.readAllBytes())
                        .isEqualTo(Arrays.copyOfRange(content, part[0], Math.min(content.length, part[0] + part[1])));
            }
        }
        try (InputStream in = artifacts.openFile(reference.digest(), "large")) {
            assertThat(Digest.of(in.readAllBytes())).isEqualTo(Digest.of(content));
        }

        registry.flipBit(artifacts.listFiles(reference.digest()).getFirst().digest(), chunk + 5);
        try (InputStream in = artifacts.openFile(reference.digest(), "large", chunk - 2, 100)) {
            assertThat(in.readNBytes(2)).hasSize(2);
            assertThatThrownBy(in::read).isInstanceOf(CorruptBlobException.class);
        }
        assertThat(artifacts.exists(reference.digest())).isFalse();
        assertThatThrownBy(() -> artifacts.openFile(reference.digest(), "small"))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> artifacts.openFile(reference.digest(), "large", content.length + 1L, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isPublishedByManyAtTheSameTime(TestRegistry registry) throws Exception {
        Path published = modelFolder(TestRegistry.name("raced"));
        Files.writeString(published.resolve("unique"), published.toString());
        try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
            List<Callable<ArtifactReference>> work =
                    java.util.Collections.nCopies(6, () -> registry.artifacts().publish(published, "model"));
            ArtifactReference first = registry.artifacts().publish(published, "model");
            for (Future<ArtifactReference> future : executor.invokeAll(work)) {
                assertThat(future.get()).isEqualTo(first);
            }
            assertThat(registry.artifacts().listFiles(first.digest())).hasSize(4);
        }
    }

    @Test
    void doesNotTrustItsCache(TestRegistry registry) throws IOException {
        ArtifactReference reference = registry.artifacts().publish(modelFolder("published"), "model");
        ArtifactStore artifacts = elsewhere(registry);
        artifacts.fetch(reference, folder.resolve("first"));
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.writeString(file, "rot");
            }
        }

        artifacts.fetch(reference, folder.resolve("second"));

        assertThat(folder.resolve("second/1_Pooling/weights")).hasContent("12345");
    }

    @Test
    void keepsItsCacheWithinItsBound(TestRegistry registry) throws IOException {
        Path published = Files.createDirectories(folder.resolve("published"));
        for (int file = 0; file < 5; file++) {
            Files.write(published.resolve("file" + file), new byte[1000 + file]);
        }
        ArtifactStore artifacts =
                new ArtifactStore(registry.database(), registry.blobs(), folder.resolve("cache"), 3500);

        ArtifactReference reference = artifacts.publish(published, "weights");
        assertThat(cached()).isBetween(2000L, 3500L);
        artifacts.fetch(reference, folder.resolve("fetched"));

        assertThat(cached()).isBetween(2000L, 3500L);
        assertThat(folder.resolve("fetched/file4")).hasBinaryContent(new byte[1004]);
    }

    @Test
    void refusesWhatIsNotAFolderOfFilesAndAnotherKind(TestRegistry registry) throws IOException {
        ArtifactStore artifacts = registry.artifacts();
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertThatThrownBy(() -> artifacts.publish(empty, "model"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no file");
        Path linked = modelFolder("linked");
        Files.createSymbolicLink(linked.resolve("link"), Path.of("/etc/passwd"));
        assertThatThrownBy(() -> artifacts.publish(linked, "model"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("link");
        ArtifactReference reference = artifacts.publish(modelFolder("kind"), "model");
        assertThatThrownBy(() -> artifacts.fetch(
                        new ArtifactReference("weights", reference.digest(), reference.bytes()),
                        folder.resolve("fetched")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of kind model, not weights");
        assertThatThrownBy(() -> artifacts.listFiles(Digest.of(new byte[] {5}))).isInstanceOf(NotFoundException.class);
    }

    @Test
    void takesNoManifestThatNamesAFileOutsideItsFolder() {
        for (String name : List.of("../x", "/etc/x", "a//b", "a/../../b", "", ".", "a\\b")) {
            String manifest = "{\"kind\":\"k\",\"files\":[{\"name\":\"" + name.replace("\\", "\\\\")
                    + "\",\"sha256\":\"" + "0".repeat(64) + "\",\"bytes\":0,\"chunkSha256\":[]}]}";
            assertThatThrownBy(() -> Manifest.decode(manifest.getBytes(UTF_8)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("within a folder");
        }
        for (String broken : List.of("", "{}", "[1]", "{\"kind\":\"k\",\"files\":[{}]}", "nonsense")) {
            assertThatThrownBy(() -> Manifest.decode(broken.getBytes(UTF_8)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not a manifest");
        }
    }

    private ArtifactStore elsewhere(TestRegistry registry) {
        return new ArtifactStore(registry.database(), registry.blobs(), folder.resolve("cache"), Long.MAX_VALUE);
    }

    private long cached() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }

    private Path modelFolder(String name) throws IOException {
        Path model = Files.createDirectories(folder.resolve(name));
        Files.createDirectories(model.resolve("1_Pooling"));
        Files.writeString(model.resolve("config.json"), "{}");
        Files.writeString(model.resolve("1_Pooling/weights"), "12345");
        Files.createFile(model.resolve("1_Pooling/empty"));
        return model;
    }
}
