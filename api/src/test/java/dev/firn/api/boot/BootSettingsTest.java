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
        assertThat(settings.port()).isEqualTo(8080);
        assertThat(settings.home()).isEqualTo(Path.of(".firn").toAbsolutePath());
        assertThatCode(settings::requireLoopback).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void refusesAnAddressThatOtherMachinesCanReach(String host) {
        BootSettings settings = BootSettings.read(Map.of("FIRN_HTTP_HOST", host), Role.API);

        assertThatThrownBy(settings::requireLoopback)
                .isInstanceOfSatisfying(
                        BootException.class, e -> assertThat(e.exitCode()).isEqualTo(1))
                .hasMessageContaining("without authentication");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "::1"})
    void acceptsLoopbackAddresses(String host) {
        BootSettings settings = BootSettings.read(Map.of("FIRN_HTTP_HOST", host), Role.ALL);

        assertThatCode(settings::requireLoopback).doesNotThrowAnyException();
    }

    @Test
    void aWorkerServesNothingAndSoNoAddressIsRefused() {
        BootSettings settings = BootSettings.read(Map.of("FIRN_HTTP_HOST", "0.0.0.0"), Role.WORKER);

        assertThatCode(settings::requireLoopback).doesNotThrowAnyException();
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
