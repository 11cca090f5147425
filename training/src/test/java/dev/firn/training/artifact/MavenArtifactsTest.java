package dev.firn.training.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MavenArtifactsTest {
    @TempDir
    private Path folder;

    @Test
    void takesTheLocalRepositoryAndBeforeItTheCache() throws IOException {
        Path cache = folder.resolve("cache");
        Path repository = folder.resolve("repository");
        MavenArtifacts artifacts = new MavenArtifacts(cache, repository, List.of());
        Path local = write(repository.resolve("org/example/words/1.0/words-1.0.jar"));
        assertThat(artifacts.resolve("org.example:words:1.0")).isEqualTo(local);
        Path cached = write(cache.resolve("org/example/words/1.0/words-1.0.jar"));
        assertThat(artifacts.resolve("org.example:words:1.0")).isEqualTo(cached);
        Path classified = write(repository.resolve("org/example/words/1.0/words-1.0-all.zip"));
        assertThat(artifacts.resolve("org.example:words:1.0:zip:all")).isEqualTo(classified);
    }

    @Test
    void saysWhatToDoWhenThereIsNone() {
        Path cache = folder.resolve("cache");
        MavenArtifacts artifacts = new MavenArtifacts(cache, folder.resolve("repository"), List.of());
        assertThatThrownBy(() -> artifacts.resolve("org.example:words:1.0"))
                .isInstanceOf(ArtifactNotFoundException.class)
                .hasMessageContaining("mvn dependency:get -Dartifact=org.example:words:1.0:jar")
                .hasMessageContaining(
                        cache.resolve("org/example/words/1.0/words-1.0.jar").toString());
    }

    @Test
    void takesWhatMavenCopiesAndLeavesNothingElse() throws IOException {
        Path maven = script("for argument in \"$@\"; do case $argument in -DoutputDirectory=*) "
                + "echo downloaded > \"${argument#*=}/words-1.0.jar\";; esac; done");
        Path cache = folder.resolve("cache");
        MavenArtifacts artifacts =
                new MavenArtifacts(cache, folder.resolve("repository"), List.of("/bin/sh", maven.toString()));
        Path file = artifacts.resolve("org.example:words:1.0");
        assertThat(file).hasContent("downloaded\n");
        assertThat(file.getParent().toFile().list()).containsExactly("words-1.0.jar");
    }

    @Test
    void tellsMavensErrorAndLeavesNothing() throws IOException {
        Path maven = script("echo '[ERROR] Could not find artifact org.example:words:jar:1.0'; exit 1");
        Path cache = folder.resolve("cache");
        MavenArtifacts artifacts =
                new MavenArtifacts(cache, folder.resolve("repository"), List.of("/bin/sh", maven.toString()));
        assertThatThrownBy(() -> artifacts.resolve("org.example:words:1.0"))
                .isInstanceOf(ArtifactNotFoundException.class)
                .hasMessageContaining("Could not find artifact org.example:words:jar:1.0");
        assertThat(cache.resolve("org/example/words/1.0")).isEmptyDirectory();
    }

    @Test
    void saysSoWhenMavenIsMissing() {
        MavenArtifacts artifacts =
                new MavenArtifacts(folder.resolve("cache"), folder.resolve("repository"), List.of("/nowhere/maven"));
        assertThatThrownBy(() -> artifacts.resolve("org.example:words:1.0"))
                .isInstanceOf(ArtifactNotFoundException.class)
                .hasMessageContaining("/nowhere/maven");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a", "a:b", "a:b:", "a:b:..", "../a:b:1", "a:b:1/2", "a:b:1:jar:x:y", "a b:c:1", "a:b:-x/../y"})
    void refusesCoordinatesThatAreNone(String coordinates) {
        MavenArtifacts artifacts = new MavenArtifacts(folder.resolve("cache"), folder.resolve("repository"), List.of());
        assertThatThrownBy(() -> artifacts.resolve(coordinates)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsEntriesWithinTheirLimit() throws IOException {
        try (ArtifactArchive archive = new ArtifactArchive(jar("a/b.txt", "twelve bytes"))) {
            assertThat(archive.entries()).containsExactly("a/b.txt");
            assertThat(archive.read("a/b.txt", 12))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("twelve bytes");
            assertThatThrownBy(() -> archive.read("a/b.txt", 11))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("larger than 11 bytes");
            assertThatThrownBy(() -> archive.read("c.txt", 11)).isInstanceOf(FileNotFoundException.class);
            assertThat(archive.extract("a/b.txt", folder.resolve("out"), 12)).hasContent("twelve bytes");
            assertThatThrownBy(() -> archive.extract("a/b.txt", folder.resolve("small"), 11))
                    .isInstanceOf(IOException.class);
            assertThat(folder.resolve("small/a")).isEmptyDirectory();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil.txt", "a/../../evil.txt", "/tmp/evil.txt"})
    void writesNothingOutsideOfItsFolder(String entry) throws IOException {
        try (ArtifactArchive archive = new ArtifactArchive(jar(entry, "evil"))) {
            assertThatThrownBy(() -> archive.extract(entry, folder.resolve("out"), 100))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("outside");
        }
    }

    private Path jar(String entry, String content) throws IOException {
        Path jar = folder.resolve("test.jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(content.getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        }
        return jar;
    }

    private Path script(String command) throws IOException {
        return Files.writeString(folder.resolve("maven.sh"), command + "\n");
    }

    private static Path write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "content");
    }
}
