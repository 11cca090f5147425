package dev.firn.api.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnFolderTest {
    @TempDir
    Path parent;

    /** Another process with a folder, until it is killed. */
    public static final class Holder {
        private Holder() {}

        /** Argument: the parent. */
        public static void main(String[] arguments) throws IOException {
            OwnFolder folder = OwnFolder.open(Path.of(arguments[0]));
            Files.createDirectories(folder.resolve("stages"));
            Files.writeString(folder.resolve("stages").resolve("weights"), "many bytes");
            System.out.println("ready");
            System.in.read();
        }
    }

    private Process holder() throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        parent.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.inputReader().readLine()).isEqualTo("ready");
        return process;
    }

    private List<Path> folders() throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.toList();
        }
    }

    @Test
    void whatAKilledProcessLeftGoesAndWhatALivingOneHasStays() throws Exception {
        Process killed = holder();
        Path left = folders().getFirst();
        Process alive = holder();
        try {
            assertThat(folders()).hasSize(2).contains(left);
            killed.destroyForcibly().waitFor();

            try (OwnFolder _ = OwnFolder.open(parent)) {
                assertThat(left).doesNotExist();
                assertThat(folders()).hasSize(2);
            }
            assertThat(folders())
                    .singleElement()
                    .satisfies(folder ->
                            assertThat(folder.resolve("stages/weights")).hasContent("many bytes"));
        } finally {
            killed.destroyForcibly().waitFor();
            alive.destroyForcibly().waitFor();
        }
    }

    @Test
    void leftoversOfEarlierVersionsGoWhenTheyAreOld() throws IOException {
        Path old = Files.createDirectory(parent.resolve("filter-123"));
        Files.writeString(old.resolve("vectors.npy"), "x");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        Path fresh = Files.createDirectory(parent.resolve("mine-456"));

        try (OwnFolder _ = OwnFolder.open(parent)) {
            assertThat(old).doesNotExist();
            assertThat(fresh).exists();
        }
    }
}
