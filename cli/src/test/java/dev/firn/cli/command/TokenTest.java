package dev.firn.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRunner;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenTest {
    private static final Map<String, String> NO_SERVER = Map.of("FIRN_URL", "http://127.0.0.1:1");

    @Test
    void makesATokenAndAnEntryThatHoldsItsDigestOnly() throws Exception {
        CommandRunner.Result first = CommandRunner.run(NO_SERVER, "", "token", "ada", "operator", "--json");
        CommandRunner.Result second = CommandRunner.run(NO_SERVER, "", "token", "ada", "operator", "--json");

        assertThat(first.exitCode()).isZero();
        JsonNode made = first.json();
        String token = made.get("token").asText();
        assertThat(token).matches("firn_[0-9a-f]{64}");
        String digest = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        assertThat(made.get("entry").asText()).isEqualTo("ada:" + digest + "/operator");
        assertThat(second.out()).isNotEqualTo(first.out());
    }

    @Test
    void refusesWhatTheServerWouldRefuse() {
        assertThat(CommandRunner.run(NO_SERVER, "", "token", "ada", "root")).satisfies(result -> {
            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).contains("ROLE must be one of admin, operator, viewer, is 'root'");
        });
        assertThat(CommandRunner.run(NO_SERVER, "", "token", "a:b", "viewer")).satisfies(result -> {
            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).contains("NAME must begin");
        });
    }
}
