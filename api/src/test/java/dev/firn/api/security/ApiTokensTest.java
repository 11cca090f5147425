package dev.firn.api.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiTokensTest {
    private static final String DIGEST = "0".repeat(64);

    @TempDir
    Path folder;

    @Test
    void findsATokenByItsDigest() {
        ApiTokens tokens = ApiTokens.parse(entry("ada", "first", "admin") + " , " + entry("bob", "second", "viewer"));

        assertThat(tokens.required()).isTrue();
        assertThat(tokens.find("second")).hasValueSatisfying(token -> {
            assertThat(token.name()).isEqualTo("bob");
            assertThat(token.role()).isEqualTo(AccessRole.VIEWER);
        });
        assertThat(tokens.find("third")).isEmpty();
        assertThat(tokens.find("")).isEmpty();
        assertThat(tokens.find(
                        Digest.of("first".getBytes(StandardCharsets.UTF_8)).hex()))
                .isEmpty();
    }

    @Test
    void readsAFileWithCommentsAndEmptyLines() throws IOException {
        Path file = folder.resolve("tokens");
        Files.writeString(file, "# people\n\n" + entry("ada", "first", "operator") + "\n");

        assertThat(ApiTokens.parse(file.toString()).find("first"))
                .hasValueSatisfying(token -> assertThat(token.role()).isEqualTo(AccessRole.OPERATOR));
    }

    @Test
    void asksForNoneWhenNoneIsConfigured() {
        assertThat(ApiTokens.parse("  ").required()).isFalse();
    }

    @Test
    void aFileThatIsMissingOrEmptyDoesNotOpenTheServer() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), "# nobody yet\n");

        assertThatThrownBy(() -> ApiTokens.parse(empty.toString())).hasMessageContaining("holds no token");
        assertThatThrownBy(() -> ApiTokens.parse(folder.resolve("missing").toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be read");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "secret|is not NAME:SHA256/ROLE",
                "ada:D/root|none of viewer, operator, admin",
                "a+b:D/viewer|has a name",
                "ada:abc/viewer|no SHA-256",
                "ada:D/viewer,|entry 2 is not",
                "ada:D/viewer,bob:D/viewer|has the name or the token of one before",
            })
    void saysWhichEntryIsWrongWithoutRepeatingIt(String configured, String message) {
        assertThatThrownBy(() -> ApiTokens.parse(configured.replace("D", DIGEST)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("FIRN_API_TOKENS: entry ")
                .hasMessageContaining(message)
                .hasMessageNotContaining("secret")
                .hasMessageNotContaining(DIGEST);
    }

    private static String entry(String name, String token, String role) {
        return name + ":" + Digest.of(token.getBytes(StandardCharsets.UTF_8)).hex() + "/" + role;
    }
}
