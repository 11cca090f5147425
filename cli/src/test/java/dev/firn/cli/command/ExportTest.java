package dev.firn.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRunner;
import dev.firn.cli.CommandRunner.Result;
import dev.firn.cli.RecordedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportTest {
    private static final String VERSION = "GET /api/models/quickstart/versions/1";
    private static final String ARCHIVE = VERSION + "/archive";

    private final RecordedServer server = new RecordedServer();

    @TempDir
    private Path folder;

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void writesEveryFileOfTheVersionThatTheAliasNames() throws Exception {
        Map<String, String> files = Map.of("modules.json", "[]", "1_Pooling/config.json", "{}");
        server.answer(
                "GET /api/models/quickstart",
                "{\"name\":\"quickstart\",\"aliases\":[{\"alias\":\"champion\",\"version\":1,\"revision\":1}]}");
        serve(files, files);
        Path target = folder.resolve("a model");
        Result result =
                CommandRunner.run(server.address(), "export", "quickstart@champion", target.toString(), "--json");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.json().path("files").asInt()).isEqualTo(2);
        assertThat(result.json().path("directory").asText()).isEqualTo(target.toString());
        assertThat(target.resolve("1_Pooling/config.json")).hasContent("{}");
        assertThat(content(target)).containsExactlyInAnyOrder("1_Pooling", "1_Pooling/config.json", "modules.json");
    }

    @Test
    void anUnknownAliasIsWrongInput() {
        server.answer("GET /api/models/quickstart", "{\"name\":\"quickstart\",\"aliases\":[]}");
        Result result = CommandRunner.run(server.address(), "export", "quickstart@best", folder.toString());
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("has no alias best");
    }

    @Test
    void aFileThatDiffersFromItsDigestLeavesNothing() throws Exception {
        serve(Map.of("a", "right", "b", "other"), Map.of("a", "right", "b", "wrong"));
        refused("b is not what the registry's digest says");
    }

    @Test
    void aFileThatIsLongerThanStatedIsNotReadToItsEnd() throws Exception {
        serve(Map.of("a", "short"), Map.of("a", "s".repeat(10_000_000)));
        refused("a is not what the registry's digest says");
    }

    @Test
    void aMissingFileLeavesNothing() throws Exception {
        serve(Map.of("a", "1", "b", "2"), Map.of("a", "1"));
        refused("the archive lacks b");
    }

    @Test
    void aFileThatTheRegistryDoesNotNameLeavesNothing() throws Exception {
        serve(Map.of("a", "1"), Map.of("a", "1", "../../evil", "2"));
        refused("../../evil");
        assertThat(folder.getParent().resolve("evil")).doesNotExist();
    }

    @Test
    void aNameThatLeadsOutOfTheFolderLeavesNothing() throws Exception {
        for (String name : List.of("../evil", "/etc/evil", "a/../../evil", "..", "")) {
            server.close();
            try (RecordedServer evil = new RecordedServer()) {
                serve(evil, Map.of(name, "1"), Map.of(name.isEmpty() ? "x" : name, "1"));
                Path target = folder.resolve("target");
                Result result = CommandRunner.run(evil.address(), "export", "quickstart@1", target.toString());
                assertThat(result.exitCode()).as(name).isEqualTo(1);
                assertThat(result.err()).contains("outside the folder");
                assertThat(content(target)).isEmpty();
            }
        }
    }

    @Test
    void aBrokenArchiveLeavesNothing() throws Exception {
        byte[] whole = zip(Map.of("a", "some text that is long enough to be cut"));
        serve(Map.of("a", "some text that is long enough to be cut"), Arrays.copyOf(whole, 60));
        refused("the archive");
    }

    @Test
    void aMissingArchiveIsTold() {
        server.answer(
                VERSION,
                "{\"name\":\"quickstart\",\"version\":1,\"files\":[{\"name\":\"a\",\"bytes\":1,\"sha256\":\"00\"}]}");
        server.problem(ARCHIVE, 404, "{\"title\":\"No archive\"}");
        Result result = CommandRunner.run(
                server.address(), "export", "quickstart@1", folder.resolve("t").toString());
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("No archive");
    }

    @Test
    void aFolderThatIsNotEmptyNeedsForceAndKeepsItsOtherFiles() throws Exception {
        serve(Map.of("a", "new", "b/c", "new"), Map.of("a", "new", "b/c", "new"));
        Path target = Files.createDirectories(folder.resolve("full"));
        Files.writeString(target.resolve("a"), "old");
        Files.writeString(target.resolve("mine"), "mine");
        Result refused = CommandRunner.run(server.address(), "export", "quickstart@1", target.toString());
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("is not empty", "--force");
        assertThat(target.resolve("a")).hasContent("old");
        Result forced = CommandRunner.run(server.address(), "export", "quickstart@1", target.toString(), "--force");
        assertThat(forced.exitCode()).as(forced.err()).isZero();
        assertThat(target.resolve("a")).hasContent("new");
        assertThat(target.resolve("mine")).hasContent("mine");
        assertThat(CommandRunner.run(
                                server.address(),
                                "export",
                                "quickstart@1",
                                target.resolve("a").toString())
                        .err())
                .contains("is not a folder");
    }

    @Test
    void nothingIsWrittenThroughALinkInTheFolder() throws Exception {
        serve(Map.of("a", "new", "b/c", "new"), Map.of("a", "new", "b/c", "new"));
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Path precious = Files.writeString(outside.resolve("precious"), "precious");
        Path target = Files.createDirectories(folder.resolve("full"));
        Files.createSymbolicLink(target.resolve("a"), precious);
        Files.createSymbolicLink(target.resolve("b"), outside);
        Result result = CommandRunner.run(server.address(), "export", "quickstart@1", target.toString(), "--force");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("nothing is written through it");
        assertThat(content(outside)).containsExactly("precious");
        assertThat(precious).hasContent("precious");
    }

    private void refused(String reason) throws IOException {
        Path target = folder.resolve("target");
        Result result = CommandRunner.run(server.address(), "export", "quickstart@1", target.toString());
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains(reason);
        assertThat(content(target)).isEmpty();
    }

    private static List<String> content(Path target) throws IOException {
        try (Stream<Path> files = Files.walk(target)) {
            return files.filter(file -> !file.equals(target))
                    .map(file -> target.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private void serve(Map<String, String> registered, Map<String, String> archived) throws Exception {
        serve(server, registered, archived);
    }

    private static void serve(RecordedServer server, Map<String, String> registered, Map<String, String> archived)
            throws Exception {
        serve(server, registered, zip(archived));
    }

    private void serve(Map<String, String> registered, byte[] archive) throws Exception {
        serve(server, registered, archive);
    }

    private static void serve(RecordedServer server, Map<String, String> registered, byte[] archive) throws Exception {
        Map<String, String> digests = new LinkedHashMap<>();
        for (Map.Entry<String, String> file : registered.entrySet()) {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(file.getValue().getBytes(UTF_8));
            digests.put(file.getKey(), HexFormat.of().formatHex(digest));
        }
        String files = registered.entrySet().stream()
                .map(file -> "{\"name\":\"" + file.getKey() + "\",\"bytes\":"
                        + file.getValue().getBytes(UTF_8).length + ",\"sha256\":\"" + digests.get(file.getKey())
                        + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
        server.answer(VERSION, "{\"name\":\"quickstart\",\"version\":1,\"files\":" + files + "}");
        server.answer(ARCHIVE, 200, "application/zip", archive);
    }

    private static byte[] zip(Map<String, String> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(UTF_8));
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
