package dev.firn.api.boot;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.registry.Digest;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must not be told is told neither by the log, nor on standard error, nor in an answer. */
class SecretsIT {
    private static final String TOKEN = "firn_secret-of-the-administrator";
    private static final String WRONG = "firn_secret-of-somebody-else";
    private static final String DATABASE = "secret-of-the-database";
    private static final String STORE = "secret-of-the-object-store";
    private static final String KEY = "key-of-the-object-store";

    @TempDir
    Path folder;

    private static Map<String, String> tokens() {
        String digest = Digest.of(TOKEN.getBytes(StandardCharsets.UTF_8)).hex();
        return Map.of("FIRN_API_TOKENS", "ada:" + digest + "/admin");
    }

    private String logs(Path home) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(home.resolve("logs"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    @Test
    void aServerThatIsUsedTellsNoTokenAndNoPassword() throws Exception {
        Path home = folder.resolve("home");
        String made;
        String errors;
        try (ServerProcess server = ServerProcess.start(home, tokens(), "up", "--role", "api")) {
            String address = server.address().toString();
            for (String token : List.of(TOKEN, WRONG)) {
                given().baseUri(address).auth().oauth2(token).get("/api/runs");
                given().baseUri(address).cookie("firn-token", token).get("/");
                given().baseUri(address).formParam("token", token).post("/login");
                given().baseUri(address).auth().oauth2(token).get("/api/models/" + token);
                given().baseUri(address)
                        .auth()
                        .oauth2(token)
                        .contentType("application/json")
                        .body("{\"name\":")
                        .post("/api/tokens");
            }
            Response answer = given().baseUri(address)
                    .auth()
                    .oauth2(TOKEN)
                    .contentType("application/json")
                    .body("{\"name\":\"bob\",\"role\":\"viewer\"}")
                    .post("/api/tokens");
            answer.then().statusCode(201);
            made = answer.path("token");
            given().baseUri(address).auth().oauth2(made).get("/api/runs").then().statusCode(200);
            String shown = given().baseUri(address)
                            .auth()
                            .oauth2(TOKEN)
                            .get("/api/tokens")
                            .asString()
                    + given().baseUri(address)
                            .auth()
                            .oauth2(TOKEN)
                            .get("/api/audit")
                            .asString()
                    + given().baseUri(address)
                            .auth()
                            .oauth2(TOKEN)
                            .get("/audit")
                            .asString()
                    + given().baseUri(address)
                            .auth()
                            .oauth2(TOKEN)
                            .get("/q/metrics")
                            .asString();
            assertThat(shown).contains("bob").doesNotContain(made, TOKEN, WRONG);
            server.terminate();
            errors = server.errors();
        }
        String generated = Files.readString(home.resolve("services.properties"));
        String log = logs(home);

        assertThat(log).contains("started in");
        assertThat(log + errors).doesNotContain(made, TOKEN, WRONG);
        for (String line : generated.lines().toList()) {
            String[] parts = line.split("=", 2);
            if (parts.length == 2 && parts[0].matches("(?i).*(password|secret).*")) {
                assertThat(parts[1]).hasSizeGreaterThan(8);
                assertThat(log + errors).as(parts[0]).doesNotContain(parts[1]);
            }
        }
    }

    @Test
    void aStartThatFailsTellsNoPasswordAndNoKey() throws Exception {
        Map<String, String> environment = new HashMap<>(tokens());
        environment.put("FIRN_POSTGRES_URL", "jdbc:postgresql://127.0.0.1:1/firn?password=" + DATABASE + "-in-the-url");
        environment.put("FIRN_POSTGRES_USER", "firn");
        environment.put("FIRN_POSTGRES_PASSWORD", DATABASE);
        environment.put("FIRN_S3_ENDPOINT", "http://127.0.0.1:1");
        environment.put("FIRN_S3_ACCESS_KEY", KEY);
        environment.put("FIRN_S3_SECRET_KEY", STORE);
        environment.put("FIRN_S3_BUCKET", "firn");
        Path home = folder.resolve("home");
        for (String command : List.of("up", "backup")) {
            String[] words = command.equals("up")
                    ? new String[] {"up", "--role", "api"}
                    : new String[] {"backup", folder.resolve("backup").toString()};
            try (ServerProcess server = ServerProcess.start(home, environment, words)) {
                assertThat(server.exitCode()).as(command).isEqualTo(1);
                assertThat(server.errors()).as(command).isNotBlank().doesNotContain(DATABASE, STORE, KEY, TOKEN);
            }
        }
        if (Files.exists(home.resolve("logs"))) {
            assertThat(logs(home)).doesNotContain(DATABASE, STORE, KEY, TOKEN);
        }
    }
}
