package dev.firn.training.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineInputTest {
    @TempDir
    private Path folder;

    @Test
    void givesLinesOfAnyLengthWithTheirNumbers() throws IOException {
        // Around the size of the buffer: a line that ends with it, one that fills it, one beyond it
        List<String> lines = List.of("a".repeat((1 << 16) - 1), "", "b".repeat(1 << 16), "c".repeat(200_000), "d");
        Path file = Files.writeString(folder.resolve("lines"), String.join("\n", lines));
        assertThat(read(file)).isEqualTo(lines);
        Files.writeString(file, String.join("\n", lines) + "\n");
        assertThat(read(file)).isEqualTo(lines);
        Files.writeString(file, "");
        assertThat(read(file)).isEmpty();
    }

    @Test
    void digestsTheBytesOfTheFile() throws IOException {
        Path file = Files.writeString(folder.resolve("lines"), "abc");
        try (LineInput input = new LineInput(file)) {
            assertThat(input.next()).isNotNull();
            assertThat(input.next()).isNull();
            // FIPS 180-2, appendix B.1
            assertThat(TextDigest.hex(input.digest()))
                    .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        }
    }

    private static List<String> read(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        try (LineInput input = new LineInput(file)) {
            for (byte[] line = input.next(); line != null; line = input.next()) {
                lines.add(new String(line, StandardCharsets.UTF_8));
                assertThat(input.number()).isEqualTo(lines.size());
            }
        }
        return lines;
    }
}
