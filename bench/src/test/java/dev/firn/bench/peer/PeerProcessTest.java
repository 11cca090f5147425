package dev.firn.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PeerProcessTest {
    @TempDir
    private Path folder;

    @Test
    void aProcessTellsTimeMemoryAndWhatItFound() throws IOException {
        try (PeerProcess process = PeerProcess.start(PeerKind.FIRN_SEARCH, new SearchWork(1, 50, 8, 20), folder)) {
            Map<String, Double> filtered = process.run("filter");
            assertThat(filtered.get(PeerProcess.SECONDS)).isPositive();
            assertThat(filtered.get(PeerProcess.PEAK_BYTES)).isGreaterThan(1 << 20);
            assertThat(filtered.get("kept")).isBetween(1.0, 50.0);
            assertThat(process.run("mine").get("mined")).isBetween(0.0, 50.0);
        }
    }

    @Test
    void aProcessThatCannotBeginSaysWhy() {
        SearchWork none = new SearchWork(0, 50, 8, 20);
        assertThatThrownBy(() -> PeerProcess.start(PeerKind.FIRN_SEARCH, none, folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("FIRN_SEARCH failed")
                .hasMessageContaining("threads must be above 0");
    }

    @Test
    void aProcessThatFailsAtItsWorkSaysWhy() throws IOException {
        try (PeerProcess process = PeerProcess.start(PeerKind.FIRN_SEARCH, new SearchWork(1, 50, 8, 20), folder)) {
            assertThatThrownBy(() -> process.run("sing"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("there is no work sing");
        }
    }
}
