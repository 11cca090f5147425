package dev.firn.activities.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderArchiveTest {
    @TempDir
    private Path folder;

    private static byte[] zip(String... names) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(("content of " + name).getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    private Path unpack(byte[] archive) throws IOException {
        Path target = Files.createTempDirectory(folder, "unpacked");
        FolderArchive.unpack(new ByteArrayInputStream(archive), target);
        return target;
    }

    @Test
    void anArchiveThatIsMadeToFillTheDiskIsRefused() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("model.safetensors"));
            for (int megabytes = 0; megabytes < 200; megabytes++) {
                zip.write(new byte[1 << 20]);
            }
        }

        assertThat(out.size()).isLessThan(1 << 20);
        refused(out.toByteArray(), "more than 100 times its size");
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.mapToLong(file -> file.toFile().length()).max().orElseThrow())
                    .isLessThan(100L << 20);
        }
    }

    private void refused(byte[] archive, String message) {
        assertThatThrownBy(() -> unpack(archive))
                .isInstanceOf(ImportRefusedException.class)
                .hasMessageContaining(message);
    }

    @Test
    void keepsWhatAModelConsistsOfAndNothingElse() throws IOException {
        Path target = unpack(zip(
                "config.json",
                "1_Pooling/config.json",
                "model-00001-of-00002.safetensors",
                "pytorch_model.bin",
                "run.sh"));

        try (Stream<Path> files = Files.walk(target)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(target::relativize)
                            .map(Path::toString))
                    .containsExactlyInAnyOrder(
                            "config.json", "1_Pooling/config.json", "model-00001-of-00002.safetensors");
        }
        assertThat(target.resolve("1_Pooling/config.json")).hasContent("content of 1_Pooling/config.json");
    }

    @Test
    void refusesNamesThatLeadOutOfTheFolder() throws IOException {
        for (String name : List.of("../config.json", "a/../../config.json", "/etc/config.json", "..\\config.json")) {
            refused(zip("README.md", name), "outside of its folder");
        }
        refused(zip("config.json", "./config.json"), "./config.json twice");
    }

    @Test
    void refusesAnArchiveThatIsCutOffAnywhere() throws IOException {
        byte[] whole = zip("config.json", "tokenizer.json", "1_Pooling/config.json");
        for (int length = 0; length < whole.length - 22; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> unpack(part)).as("%s bytes", length).isInstanceOf(ImportRefusedException.class);
        }
    }

    @Test
    void refusesWhatIsDamagedOrNoArchive() throws IOException {
        byte[] damaged = zip("config.json", "tokenizer.json");
        damaged[60] ^= 0x55;
        refused(damaged, "broken");
        refused("just text".getBytes(StandardCharsets.UTF_8), "no zip");
        refused(new byte[0], "no zip");
    }
}
