package dev.firn.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRunner;
import dev.firn.cli.CommandRunner.Result;
import dev.firn.cli.RecordedServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportTest {
    private static final String VERSION = """
            {"name":"e5","version":2,"dimension":384,"metrics":{"imported":{"layers":12,"pooling":"mean",
             "maximumTokens":512,"queryPrefix":"query: ","documentPrefix":"passage: "}},"files":[]}""";

    private final RecordedServer server = new RecordedServer();

    @TempDir
    private Path folder;

    @AfterEach
    void stopServer() {
        server.close();
    }

    private void writeModel() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.createDirectories(folder.resolve("1_Pooling"));
        Files.writeString(folder.resolve("1_Pooling/config.json"), "{\"pooling_mode_mean_tokens\":true}");
        byte[] weights = new byte[300_000];
        new Random(1).nextBytes(weights);
        Path blobs = Files.createDirectories(folder.resolve("blobs/deep/er"));
        Files.write(blobs.resolve("abc"), weights);
        Files.createSymbolicLink(folder.resolve("model.safetensors"), blobs.resolve("abc"));
        Files.writeString(folder.resolve("pytorch_model.bin"), "not sent");
    }

    @Test
    void theFilesOfAModelAreSentAsAZipThatIsMadeOnTheWay() throws IOException {
        writeModel();
        byte[] sent;
        try (ZippedFolder zipped = ZippedFolder.of(folder)) {
            assertThat(zipped.count()).isEqualTo(3);
            assertThat(zipped.bytes()).isEqualTo(300_000 + 2 + 33);
            sent = zipped.readAllBytes();
        }
        Map<String, byte[]> files = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(sent))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        assertThat(files).containsOnlyKeys("1_Pooling/config.json", "config.json", "model.safetensors");
        assertThat(Arrays.equals(
                        files.get("model.safetensors"), Files.readAllBytes(folder.resolve("model.safetensors"))))
                .isTrue();
        assertThat(new String(files.get("config.json"), UTF_8)).isEqualTo("{}");
    }

    @Test
    void whatIsSaidGoesWithIt() throws IOException {
        writeModel();
        server.answer(
                "POST /api/models/e5/import?documentPrefix=passage%3A%20&maximumTokens=512&pooling=mean&queryPrefix=query%3A%20",
                201, "application/json", VERSION.getBytes(UTF_8));
        Result result = CommandRunner.run(
                server.address(),
                "import",
                "e5",
                folder.toString(),
                "--pooling",
                "mean",
                "--query-prefix",
                "query: ",
                "--document-prefix",
                "passage: ",
                "--max-tokens",
                "512");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("e5 version 2: 12 layers, vectors of 384 numbers, mean pooling, up to 512 tokens");
        assertThat(result.err()).contains("Sending 3 files");
        assertThat(server.received().getFirst().headers()).containsEntry("Content-type", "application/zip");
        assertThat(CommandRunner.run(server.address(), "import", "e5", folder.toString(), "--json")
                        .exitCode())
                .isEqualTo(ExitCode.WRONG_INPUT);
    }

    @Test
    void whatTheServerRefusesIsWrongInput() throws IOException {
        writeModel();
        server.problem(
                "POST /api/models/e5/import",
                422,
                "{\"title\":\"The model is refused\",\"status\":422,\"detail\":\"tokenizer.json is missing\"}");
        Result result = CommandRunner.run(server.address(), "import", "e5", folder.toString());

        assertThat(result.exitCode()).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(result.err()).contains("tokenizer.json is missing");
    }

    @Test
    void aFolderThatHoldsNoModelIsNotEvenSent() throws IOException {
        assertThat(CommandRunner.run(
                                server.address(),
                                "import",
                                "e5",
                                folder.resolve("no").toString())
                        .err())
                .contains("there is no folder");
        assertThat(CommandRunner.run(server.address(), "import", "e5", folder.toString())
                        .err())
                .contains("holds no model: there is no config.json");
        Path configuration = Files.writeString(folder.resolve("config.json"), "{}");
        assertThat(CommandRunner.run(server.address(), "import", "e5", configuration.toString())
                        .err())
                .contains("config.json is a file; a model is a folder");
        assertThat(CommandRunner.run(server.address(), "import", "e5", folder.toString())
                        .err())
                .contains("holds no weights: there is no model.safetensors")
                .doesNotContain("pytorch_model.bin");
        Files.writeString(folder.resolve("pytorch_model.bin"), "weights");
        assertThat(CommandRunner.run(server.address(), "import", "e5", folder.toString())
                        .err())
                .contains("pytorch_model.bin is not read, save the model as safetensors first");
        assertThat(CommandRunner.run(server.address(), "import", "E5/x", folder.toString())
                        .err())
                .contains("a model's name must match");
        assertThat(CommandRunner.run(server.address(), "import", "e5", folder.toString(), "--pooling", "max")
                        .exitCode())
                .isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(server.received()).isEmpty();
    }
}
