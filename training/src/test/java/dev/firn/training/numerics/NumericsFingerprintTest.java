package dev.firn.training.numerics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class NumericsFingerprintTest {
    @Test
    void namesLibraryCoreThreadsAndVectors() {
        NumericsFingerprint fingerprint = NumericsFingerprint.current(2);
        assertThat(fingerprint.blasLibrary()).startsWith("OpenBLAS 0.3.");
        assertThat(fingerprint.blasCore()).isNotBlank();
        assertThat(fingerprint.threads()).isEqualTo(2);
        assertThat(fingerprint.vectorBits()).isEqualTo(256);
        assertThat(NumericsFingerprint.current(2)).isEqualTo(fingerprint);
        assertThat(NumericsFingerprint.current(3)).isNotEqualTo(fingerprint);
    }
}
