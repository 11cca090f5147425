package dev.firn.training.lines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

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
            assertThat(HexFormat.of().formatHex(input.digest()))
                    .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        }
    }

    @Test
    void unpacksWhatTheNameSaysAlsoOfSeveralParts() throws IOException {
        for (Compression compression : Compression.values()) {
            Path file = folder.resolve("lines" + compression.suffix());
            try (OutputStream target = Files.newOutputStream(file)) {
                for (String part : List.of("first\nsec", "ond\nthird")) {
                    target.write(packed(compression, part));
                }
            }
            assertThat(Compression.of(file)).isEqualTo(compression);
            assertThat(read(file)).containsExactly("first", "second", "third");
            assertThat(Compression.existing(folder, List.of("absent", "lines"))).isRegularFile();
        }
        assertThat(Compression.existing(folder, List.of("absent"))).isEqualTo(folder.resolve("absent"));
    }

    @Test
    void aFileThatEndsTooEarlyOrIsNotWhatItsNameSaysIsRefused() throws IOException {
        for (Compression compression : List.of(Compression.GZIP, Compression.ZSTANDARD, Compression.XZ)) {
            byte[] whole = packed(compression, "line\n".repeat(100_000));
            Path cut =
                    Files.write(folder.resolve("cut" + compression.suffix()), Arrays.copyOf(whole, whole.length - 7));
            assertThatThrownBy(() -> read(cut)).isInstanceOf(IOException.class);
            Path plain = Files.writeString(folder.resolve("plain" + compression.suffix()), "a plain text");
            assertThatThrownBy(() -> read(plain)).isInstanceOf(IOException.class);
        }
    }

    private static byte[] packed(Compression compression, String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream target = switch (compression) {
            case NONE -> bytes;
            case GZIP -> new GZIPOutputStream(bytes);
            case ZSTANDARD -> new ZstdOutputStream(bytes);
            case XZ -> new XZOutputStream(bytes, new LZMA2Options());
        }) {
            target.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
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
