package dev.firn.api.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.registry.Digest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the image starts, in a folder that is laid out as the image is. */
class ImageEntryPointIT {
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    Path folder;

    @Test
    void becomesTheServerAndTheHealthCheckSeesIt() throws Exception {
        Path root = layout();
        int port = freePort();
        String tokens =
                "ada:" + Digest.of("token".getBytes(StandardCharsets.UTF_8)).hex() + "/viewer";
        Process server = start(
                root.resolve("bin/firn"),
                Map.of(
                        "FIRN_HTTP_HOST",
                        "0.0.0.0",
                        "FIRN_HTTP_PORT",
                        Integer.toString(port),
                        "FIRN_API_TOKENS",
                        tokens,
                        "FIRN_JAVA_OPTIONS",
                        "-Xmx512m -XX:+UseSerialGC"),
                "up",
                "--role",
                "api");
        try {
            await(server, "Firn is ready");
            assertThat(exitCode(start(root.resolve("bin/healthcheck"), Map.of(), Integer.toString(port))))
                    .isZero();
            assertThat(server.info().command().orElseThrow()).endsWith("/bin/java");
        } finally {
            server.destroy();
        }
        assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        // JUnit warns of a link out of a temporary folder that it deletes
        Files.delete(root.resolve("server"));
        assertThat(exitCode(start(root.resolve("bin/healthcheck"), Map.of(), Integer.toString(port))))
                .isNotZero();
    }

    private Path layout() throws IOException {
        Path root = Files.createDirectories(folder.resolve("opt/firn"));
        Files.createDirectories(root.resolve("bin"));
        for (String program : List.of("firn", "healthcheck")) {
            Files.copy(
                    YamlFiles.DEPLOY.resolve("image").resolve(program),
                    root.resolve("bin").resolve(program),
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
        Path server = Path.of("target", "quarkus-app").toAbsolutePath();
        if (!Files.exists(server)) {
            throw new IllegalStateException(server + " is missing: this test runs after packaging, in mvn verify");
        }
        Files.createSymbolicLink(root.resolve("server"), server);
        return root;
    }

    private Process start(Path program, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("FIRN_HOME", folder.resolve("home").toString());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static void await(Process process, String text) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        List<String> seen = new ArrayList<>();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            seen.add(line);
            if (line.contains(text)) {
                return;
            }
        }
        throw new AssertionError("ended without '" + text + "': " + seen);
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
