package dev.firn.api.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BootSettingsTest {
    @Test
    void servesOnLoopbackFromAFolderBesideWhenNothingIsSaid() {
        BootSettings settings = BootSettings.read(Map.of(), Role.ALL);

        assertThat(settings.host()).isEqualTo("127.0.0.1");
        assertThat(settings.port()).hasValue(8080);
        assertThat(settings.home()).isEqualTo(Path.of(".firn").toAbsolutePath());
        assertThatCode(settings::requireProtection).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void refusesAnAddressThatOtherMachinesCanReach(String host) {
        BootSettings settings = BootSettings.read(Map.of("FIRN_HTTP_HOST", host), Role.API);

        assertThatThrownBy(settings::requireProtection)
                .isInstanceOfSatisfying(
                        BootException.class, e -> assertThat(e.exitCode()).isEqualTo(1))
                .hasMessageContaining("without authentication");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "::1"})
    void acceptsLoopbackAddresses(String host) {
        BootSettings settings = BootSettings.read(Map.of("FIRN_HTTP_HOST", host), Role.ALL);

        assertThatCode(settings::requireProtection).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void acceptsAnyAddressWhenTokensAreAskedFor(String host) {
        String tokens = "ada:" + "0".repeat(64) + "/admin";
        BootSettings settings = BootSettings.read(Map.of("FIRN_HTTP_HOST", host, "FIRN_API_TOKENS", tokens), Role.API);

        assertThatCode(settings::requireProtection).doesNotThrowAnyException();
    }

    @Test
    void acceptsAnyAddressWhenAProvidersUsersMay() {
        Map<String, String> environment = Map.of(
                "FIRN_HTTP_HOST", "0.0.0.0", "FIRN_OIDC_ISSUER", "https://id.example", "FIRN_OIDC_CLIENT_ID", "firn");

        assertThatCode(BootSettings.read(environment, Role.API)::requireProtection)
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> BootSettings.read(Map.of("FIRN_OIDC_ISSUER", "https://id.example"), Role.API))
                .isInstanceOfSatisfying(
                        BootException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
                .hasMessageContaining("FIRN_OIDC_CLIENT_ID");
    }

    @Test
    void refusesHalfAStoreOfDataAndPlacesThatAreNone() {
        assertThatThrownBy(
                        () -> BootSettings.read(Map.of("FIRN_DATA_S3_ENDPOINT", "https://lake.example"), Role.WORKER))
                .isInstanceOfSatisfying(
                        BootException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
                .hasMessageEndingWith("missing are FIRN_DATA_S3_ACCESS_KEY, FIRN_DATA_S3_SECRET_KEY");
        Map<String, String> keys =
                Map.of("FIRN_DATA_S3_ENDPOINT", "lake", "FIRN_DATA_S3_ACCESS_KEY", "a", "FIRN_DATA_S3_SECRET_KEY", "b");
        assertThatThrownBy(() -> BootSettings.read(keys, Role.API))
                .hasMessage("FIRN_DATA_S3_ENDPOINT must be http://host:port or https://host, is 'lake'");
        assertThatThrownBy(() -> BootSettings.read(Map.of("FIRN_DATA_FOLDERS", "s3://lake/b:s3:///c"), Role.API))
                .hasMessageContaining("FIRN_DATA_FOLDERS: 's3:///c'");
    }

    @Test
    void refusesTokensThatCannotBeRead() {
        assertThatThrownBy(() -> BootSettings.read(Map.of("FIRN_API_TOKENS", "ada:secret/admin"), Role.ALL))
                .isInstanceOfSatisfying(
                        BootException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
                .hasMessageContaining("FIRN_API_TOKENS: entry 1 has no SHA-256")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aWorkerListensOnlyWhereItIsToldAndThenByTheSameRules() {
        assertThat(BootSettings.read(Map.of("FIRN_HTTP_PORT", "9090"), Role.WORKER)
                        .listens())
                .isFalse();

        BootSettings settings =
                BootSettings.read(Map.of("FIRN_WORKER_HTTP_PORT", "8081", "FIRN_HTTP_HOST", "0.0.0.0"), Role.WORKER);

        assertThat(settings.port()).hasValue(8081);
        assertThatThrownBy(settings::requireProtection).hasMessageContaining("without authentication");
        assertThatThrownBy(() -> BootSettings.read(Map.of("FIRN_WORKER_HTTP_PORT", "x"), Role.WORKER))
                .hasMessageContaining("FIRN_WORKER_HTTP_PORT must be from 0 to 65535");
    }

    @Test
    void aWorkerServesNothingAndSoNoAddressIsRefused() {
        BootSettings settings = BootSettings.read(Map.of("FIRN_HTTP_HOST", "0.0.0.0"), Role.WORKER);

        assertThatCode(settings::requireProtection).doesNotThrowAnyException();
        assertThatCode(settings::requireFreePort).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "-1", "65536"})
    void refusesWhatIsNoPort(String port) {
        assertThatThrownBy(() -> BootSettings.read(Map.of("FIRN_HTTP_PORT", port), Role.ALL))
                .isInstanceOfSatisfying(
                        BootException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
                .hasMessageContaining("FIRN_HTTP_PORT");
    }

    @Test
    void writesTheLogForPeopleUnlessToldOtherwise() {
        assertThat(BootSettings.read(Map.of(), Role.ALL).logFormat()).isEqualTo(LogFormat.TEXT);
        assertThat(BootSettings.read(Map.of("FIRN_LOG_FORMAT", "json"), Role.ALL)
                        .logFormat())
                .isEqualTo(LogFormat.JSON);
        assertThatThrownBy(() -> BootSettings.read(Map.of("FIRN_LOG_FORMAT", "xml"), Role.ALL))
                .isInstanceOfSatisfying(
                        BootException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
                .hasMessage("FIRN_LOG_FORMAT must be text or json, is 'xml'");
    }

    @Test
    void tracesGoNowhereUnlessACollectorIsNamed() {
        assertThat(BootSettings.read(Map.of(), Role.ALL).otelEndpoint()).isEmpty();
        assertThat(BootSettings.read(Map.of("FIRN_OTEL_ENDPOINT", "http://collector:4318"), Role.ALL)
                        .otelEndpoint())
                .hasValueSatisfying(endpoint -> assertThat(endpoint).hasHost("collector"));
        assertThatThrownBy(() -> BootSettings.read(Map.of("FIRN_OTEL_ENDPOINT", "collector:4318"), Role.ALL))
                .isInstanceOfSatisfying(
                        BootException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
                .hasMessageContaining("FIRN_OTEL_ENDPOINT must be http://host:port");
    }

    @Test
    void saysThatAPortIsInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            BootSettings settings = BootSettings.read(Map.of("FIRN_HTTP_PORT", port), Role.ALL);

            assertThatThrownBy(settings::requireFreePort)
                    .isInstanceOf(BootException.class)
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("FIRN_HTTP_PORT");
        }
    }

    @Test
    void readsRolesByTheirWords() {
        assertThat(Role.parse("worker")).isEqualTo(Role.WORKER);
        assertThatThrownBy(() -> Role.parse("WORKER"))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("all, api, worker");
    }
}
