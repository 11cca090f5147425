package dev.firn.api.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.api.run.StageView;
import java.time.Instant;
import java.util.List;
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

    @Test
    void tellsHowManyShardsOfADividedStageAreDoneAndByHowManyWorkers() {
        assertThat(Format.progressText(filtering(new StageView.ShardsView(12, 5, 2, 80))))
                .isEqualTo("embedding texts, step 300 of 900, 5 of 12 shards by 2 workers");
        assertThat(Format.progressText(filtering(new StageView.ShardsView(12, 0, 1, 0))))
                .endsWith("0 of 12 shards by 1 worker");
        assertThat(Format.progressText(filtering(null))).isEqualTo("embedding texts, step 300 of 900");
    }

    private static StageView filtering(StageView.ShardsView shards) {
        return new StageView(
                "filter",
                "RUNNING",
                null,
                false,
                null,
                null,
                null,
                null,
                1.0,
                1,
                null,
                shards,
                new StageView.ProgressView(300L, 900L, null, null, null, "embedding texts"),
                List.of());
    }
}
