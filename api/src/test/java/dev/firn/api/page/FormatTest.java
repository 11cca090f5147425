package dev.firn.api.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.0 kB",
        "12345678, 12.3 MB",
        "999949, 1.0 MB",
        "123456789, 123 MB",
        "4300000000, 4.3 GB"
    })
    void writesSizesInPowersOfAThousand(long bytes, String text) {
        assertThat(Format.size(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0:00", "59.6, 1:00", "75, 1:15", "3600, 1:00:00", "3725, 1:02:05"})
    void writesDurations(double seconds, String text) {
        assertThat(Format.duration(seconds)).isEqualTo(text);
    }

    @Test
    void writesHowLongAgoSomethingWas() {
        Instant now = Instant.parse("2025-06-01T12:00:00Z");

        assertThat(Format.ago(now.minusSeconds(5), now)).isEqualTo("just now");
        assertThat(Format.ago(now.plusSeconds(5), now)).isEqualTo("just now");
        assertThat(Format.ago(now.minusSeconds(60), now)).isEqualTo("1 minute ago");
        assertThat(Format.ago(now.minusSeconds(7_200), now)).isEqualTo("2 hours ago");
        assertThat(Format.ago(now.minusSeconds(90_000), now)).isEqualTo("2025-05-31 11:00");
    }
}
