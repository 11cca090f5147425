package dev.firn.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRunner;
import dev.firn.cli.CommandRunner.Result;
import dev.firn.cli.RecordedServer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebhooksTest {
    private static final String ID = "0199a7d2-1111-7000-8000-000000000001";

    private final RecordedServer server = new RecordedServer();

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void addSendsTheEventsAndShowsTheSecretThisOnce() {
        server.answer(
                "POST /api/webhooks",
                201,
                "application/json",
                ("{\"id\":\"" + ID
                                + "\",\"url\":\"https://a.example/x\",\"events\":[\"run.failed\"],\"secret\":\"whsec_abc\"}")
                        .getBytes(StandardCharsets.UTF_8));

        Result result = CommandRunner.run(
                server.address(),
                "webhooks",
                "add",
                "https://a.example/x",
                "--event",
                "run.failed",
                "--event",
                "alias.moved");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains(ID, "whsec_abc");
        assertThat(server.received().getFirst().body())
                .isEqualTo("{\"url\":\"https://a.example/x\",\"events\":[\"run.failed\",\"alias.moved\"]}");
    }

    @Test
    void listsReceiversAndWhatWasSentToOne() {
        server.answer(
                        "GET /api/webhooks?limit=50",
                        "{\"items\":[{\"id\":\"" + ID
                                + "\",\"url\":\"https://a.example/x\",\"events\":[\"run.failed\"],\"createdAt\":\"2026-11-24T10:00:00Z\"}],\"nextCursor\":null}")
                .answer(
                        "GET /api/webhooks/" + ID + "/deliveries?limit=50",
                        "{\"items\":[{\"id\":\"x\",\"event\":\"run.failed\",\"state\":\"PENDING\",\"attempts\":3,"
                                + "\"createdAt\":\"2026-11-24T10:00:00Z\",\"nextAttemptAt\":\"2026-11-24T10:01:00Z\",\"lastStatus\":500,"
                                + "\"lastError\":\"HTTP 500\"}],\"nextCursor\":null}");

        assertThat(CommandRunner.run(server.address(), "webhooks").out())
                .contains(ID, "https://a.example/x", "run.failed");
        assertThat(CommandRunner.run(server.address(), "webhooks", "deliveries", ID)
                        .out())
                .containsPattern("run.failed +PENDING +3 +2026-11-24 10:01:00 +HTTP 500");
    }

    @Test
    void removeSaysSoAndAReceiverThatIsNotThereIsWrongInput() {
        server.answer("DELETE /api/webhooks/" + ID, 204, "application/json", new byte[0])
                .problem(
                        "DELETE /api/webhooks/none",
                        404,
                        "{\"title\":\"Not found\",\"status\":404,\"detail\":\"there is no webhook\"}");

        assertThat(CommandRunner.run(server.address(), "webhooks", "remove", ID, "--json")
                        .out())
                .contains("\"removed\":true");
        assertThat(CommandRunner.run(server.address(), "webhooks", "remove", "none")
                        .exitCode())
                .isEqualTo(2);
    }
}
