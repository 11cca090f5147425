package dev.firn.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples are those of RFC 9110, section 14.1.2, for a representation of 10,000 bytes. */
class ByteRangeTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=0-499, 0, 499",
        "bytes=500-999, 500, 999",
        "bytes=-500, 9500, 9999",
        "bytes=9500-, 9500, 9999",
        "bytes=0-0, 0, 0",
        "bytes=-1, 9999, 9999",
        "bytes=9000-20000, 9000, 9999",
        "bytes=-20000, 0, 9999"
    })
    void readsARange(String header, long first, long last) {
        assertThat(ByteRange.parse(header, 10_000)).contains(new ByteRange(first, last));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-1,5-6", "lines=0-1", "bytes=-", "bytes=5-4", "bytes", "bytes=a-b", ""})
    void ignoresWhatIsNotOneRangeOfBytes(String header) {
        assertThat(ByteRange.parse(header, 10_000)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10000-", "bytes=10000-10001", "bytes=-0"})
    void refusesARangeWithoutAByteOfTheFile(String header) {
        assertThatThrownBy(() -> ByteRange.parse(header, 10_000))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().status()).isEqualTo(416));
    }

    @Test
    void knowsItsLengthAndHowToSayIt() {
        ByteRange range = new ByteRange(500, 999);

        assertThat(range.length()).isEqualTo(500);
        assertThat(range.contentRange(10_000)).isEqualTo("bytes 500-999/10000");
        assertThat(ByteRange.parse(null, 10_000)).isEmpty();
    }
}
