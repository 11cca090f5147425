package dev.firn.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostGuardTest {
    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.1.2.3:80", "[::1]:8080", "[::1]"})
    void letsLoopbackNamesThrough(String host) {
        assertThat(HostGuard.check(host, null)).isEmpty();
        assertThat(HostGuard.check(host, "http://" + host)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "127.0.0.1:8080@evil.example",
                "localhost:8080.evil.example",
                "[::1",
                "[::1]evil",
                "0.0.0.0",
                "10.0.0.1"
            })
    void refusesForeignHosts(String host) {
        assertThat(HostGuard.check(host, null))
                .hasValueSatisfying(problem -> assertThat(problem.status()).isEqualTo(421));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:8080, http://evil.example",
        "127.0.0.1:8080, http://127.0.0.1:3000",
        "127.0.0.1:8080, http://localhost:8080",
        "127.0.0.1:8080, null",
        "127.0.0.1:8080, file://127.0.0.1:8080",
        "127.0.0.1:8080, http://127.0.0.1:8080@evil.example",
        "127.0.0.1:8080, not an origin"
    })
    void refusesForeignOrigins(String host, String origin) {
        assertThat(HostGuard.check(host, origin))
                .hasValueSatisfying(problem -> assertThat(problem.status()).isEqualTo(403));
    }
}
