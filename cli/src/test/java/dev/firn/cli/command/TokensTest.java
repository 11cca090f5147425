package dev.firn.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRunner;
import dev.firn.cli.CommandRunner.Result;
import dev.firn.cli.RecordedServer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TokensTest {
    private static final String ID = "0199a7d2-0000-7000-8000-000000000001";

    private final RecordedServer server = new RecordedServer();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void makesATokenThatIsToldOnce() {
        server.answer(
                "POST /api/tokens", 201, "application/json", """
                        {"id":"%s","name":"ada","role":"operator","expiresAt":"2027-01-01T00:00:00Z","token":"firn_0"}
                        """.formatted(ID).getBytes(StandardCharsets.UTF_8));

        Result made = CommandRunner.run(server.address(), "tokens", "add", "ada", "operator", "--days", "30");

        assertThat(made.exitCode()).isZero();
        assertThat(made.out()).contains("token    firn_0", ID, "2027-01-01");
        assertThat(server.received().getFirst().json().toString())
                .isEqualTo("{\"name\":\"ada\",\"role\":\"operator\",\"days\":30}");
    }

    @Test
    void listsTokensWithTheirUse() {
        server.answer("GET /api/tokens?limit=50", """
                {"items":[
                 {"id":"%s","name":"ada","role":"admin","createdAt":"2026-01-01T00:00:00Z","createdBy":"root",
                  "expiresAt":"2027-01-01T00:00:00Z","lastUsedAt":"2026-05-05T10:00:00Z","expired":false},
                 {"id":"0199a7d2-0000-7000-8000-000000000002","name":"bob","role":"viewer",
                  "createdAt":"2026-01-01T00:00:00Z","createdBy":null,"expiresAt":"2026-02-01T00:00:00Z",
                  "lastUsedAt":null,"expired":true}],"nextCursor":null}
                """.formatted(ID));

        assertThat(CommandRunner.run(server.address(), "tokens").out().lines())
                .hasSize(3)
                .anyMatch(line -> line.contains("ada") && line.contains("root") && line.contains("2026-05-05"))
                .anyMatch(line -> line.contains("bob") && line.contains("expired") && line.contains("never"));
    }

    @Test
    void revokesAToken() {
        server.answer("DELETE /api/tokens/" + ID, 204, "application/json", new byte[0]);

        assertThat(CommandRunner.run(server.address(), "tokens", "revoke", ID).out())
                .contains("Token " + ID + " is revoked.");
        assertThat(CommandRunner.run(server.address(), "tokens", "revoke", "other"))
                .satisfies(result -> assertThat(result.exitCode()).isNotZero());
    }

    @Test
    void tellsWhoChangedWhat() {
        server.answer("GET /api/audit?caller=ada&limit=50&path=%2Fapi%2Fmodels", """
                {"items":[{"id":7,"at":"2026-05-05T10:00:00Z","caller":"ada","address":"10.0.0.1","method":"PUT",
                 "path":"/api/models/m/aliases/champion","status":200,"before":{"version":1},"after":{"version":2}},
                 {"id":6,"at":"2026-05-05T09:00:00Z","caller":null,"address":"127.0.0.1","method":"POST",
                 "path":"/api/models/m/import","status":null,"before":null,"after":null},
                 {"id":5,"at":"2026-05-05T08:00:00Z","caller":"server","address":"","method":"DELETE",
                 "path":"/api/checkpoints/3","status":null,"before":null,"after":null}],"nextCursor":null}
                """);

        assertThat(CommandRunner.run(server.address(), "audit", "--caller", "ada", "--path", "/api/models")
                        .out()
                        .lines())
                .anyMatch(line -> line.contains("ada") && line.contains("PUT /api/models/m/aliases/champion"))
                .anyMatch(line -> line.contains("POST /api/models/m/import") && line.endsWith("unknown"))
                .anyMatch(line -> line.contains("DELETE /api/checkpoints/3") && line.endsWith(" -"));
    }
}
