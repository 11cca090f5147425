package dev.firn.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRunner;
import dev.firn.cli.CommandRunner.Result;
import dev.firn.cli.RecordedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErrorsTest {
    private final RecordedServer server = new RecordedServer();

    @TempDir
    private Path folder;

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void faultsOfASpecificationAreAListAndWrongInput() throws IOException {
        Path specification = Files.writeString(folder.resolve("a.yaml"), "specVersion: 1");
        server.problem("POST /api/runs", 422, """
                {"type":"https://firn.dev/problems/invalid-specification","title":"The specification has 2 faults","status":422,
                 "errors":[{"pointer":"/pretrain/temperature","detail":"must be greater than 0, is 0"},
                           {"pointer":"","detail":"lacks evaluation sets"}],"instance":"ignored"}
                """);
        Result result = CommandRunner.run(server.address(), "submit", specification.toString());
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines())
                .containsExactly(
                        "firn: The specification has 2 faults",
                        "  /pretrain/temperature: must be greater than 0, is 0",
                        "  /: lacks evaluation sets");
    }

    @Test
    void aConflictIsWrongInputAndAServerFaultAFailure() {
        server.problem(
                "POST /api/runs/0199a7d2-0000-7000-8000-000000000001/cancel",
                409,
                "{\"title\":\"Run has ended\",\"detail\":\"it succeeded\"}");
        Result conflict = CommandRunner.run(server.address(), "cancel", "0199a7d2-0000-7000-8000-000000000001");
        assertThat(conflict.exitCode()).isEqualTo(2);
        assertThat(conflict.err()).isEqualTo("firn: Run has ended: it succeeded\n");

        server.problem("GET /api/models?limit=50", 500, "{\"title\":\"Internal error\"}");
        Result fault = CommandRunner.run(server.address(), "models");
        assertThat(fault.exitCode()).isEqualTo(1);
        assertThat(fault.err()).isEqualTo("firn: Internal error\n");
    }

    @Test
    void whereNoServerAnswersTheUserIsToldToStartOne() {
        server.close();
        Result result = CommandRunner.run(server.address(), "runs");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("No server answers at " + server.address(), "./firn up", "FIRN_URL");
        Result byPort = CommandRunner.run(Map.of("FIRN_HTTP_PORT", Integer.toString(server.port())), "", "runs");
        assertThat(byPort.err()).contains("No server answers at " + server.address());
    }

    @Test
    void anAnswerOfAnotherProgramIsRecognised() {
        server.answer("GET /api/runs?limit=50", 200, "text/html", "<html>hello</html>".getBytes(UTF_8));
        Result page = CommandRunner.run(server.address(), "runs");
        assertThat(page.exitCode()).isEqualTo(1);
        assertThat(page.err()).contains("not as a Firn server does", "text/html");

        server.answer("GET /api/models?limit=50", 404, "text/plain", "nothing".getBytes(UTF_8));
        assertThat(CommandRunner.run(server.address(), "models").err()).contains("not as a Firn server does (HTTP 404");
        server.answer("GET /api/datasets?limit=50", "{\"items\":{}}");
        assertThat(CommandRunner.run(server.address(), "datasets").err()).contains("without a list of items");
    }

    @Test
    void anAnswerThatIsNotUnderstoodSaysSo() {
        server.answer("GET /api/runs?limit=50", "{\"items\":[{\"id\":\"a\",\"state\":\"DREAMING\"}]}");
        Result result = CommandRunner.run(server.address(), "runs");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .isEqualTo(
                        "firn: The server's answer is not understood at /state; is the server of another version than this"
                                + " program?\n");
    }

    @Test
    void aMissingSpecificationIsWrongInput() {
        Result missing = CommandRunner.run(
                server.address(), "submit", folder.resolve("none.yaml").toString());
        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.err()).contains("none.yaml does not exist");
        assertThat(CommandRunner.run(server.address(), "submit", folder.toString())
                        .err())
                .contains("is not a file");
        assertThat(server.received()).isEmpty();
    }

    @Test
    void wrongArgumentsAreWrongInput() {
        for (String[] arguments : new String[][] {
            {"submit"},
            {"runs", "--nonsense"},
            {"runs", "--limit", "0"},
            {"promote", "a", "b", "c"},
            {"export", "a", "b"},
            {"embed", "@", "b"},
            {}
        }) {
            Result result = CommandRunner.run(server.address(), arguments);
            assertThat(result.exitCode()).as(String.join(" ", arguments)).isEqualTo(2);
            assertThat(result.out()).isEmpty();
            assertThat(result.err()).startsWith("firn");
        }
    }

    @Test
    void aWrongAddressIsWrongInput() {
        for (String address : new String[] {"localhost:8080", "ftp://a", "http://a b", "http://"}) {
            Result result = CommandRunner.run(Map.of("FIRN_URL", address), "", "runs");
            assertThat(result.exitCode()).as(address).isEqualTo(2);
            assertThat(result.err()).as(address).contains("FIRN_URL");
        }
        assertThat(CommandRunner.run(Map.of("FIRN_HTTP_PORT", "http"), "", "runs")
                        .err())
                .contains("FIRN_HTTP_PORT");
    }

    @Test
    void theTokenIsSentAndItsLackExplained() {
        server.problem("GET /api/runs?limit=50", 401, "{\"title\":\"Not authenticated\"}");
        Result result =
                CommandRunner.run(Map.of("FIRN_URL", server.address() + "/", "FIRN_TOKEN", "secret"), "", "runs");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("Not authenticated", "FIRN_TOKEN").doesNotContain("secret");
        assertThat(server.received().getFirst().headers()).containsEntry("Authorization", "Bearer secret");
    }
}
