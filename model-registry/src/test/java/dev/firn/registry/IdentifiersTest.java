package dev.firn.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IdentifiersTest {
    @Test
    void growStrictlyAlsoWithinAMillisecond() {
        List<String> ids = Stream.generate(Identifiers::next)
                .limit(20_000)
                .map(UUID::toString)
                .toList();

        assertThat(ids).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void areNeverGivenTwiceToSeveralThreads() {
        List<UUID> ids = IntStream.range(0, 20_000)
                .parallel()
                .mapToObj(i -> Identifiers.next())
                .toList();

        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void areVersionSevenOfTheStandardVariantWithTheTimeInFront() {
        UUID id = Identifiers.next();

        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(Duration.between(Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16), Instant.now())
                        .abs())
                .isLessThan(Duration.ofMinutes(1));
    }

    @Test
    void digestsAreLowerCaseHexadecimalOnly() {
        // the SHA-256 of nothing, FIPS 180-4 examples
        assertThat(Digest.of(new byte[0]).hex())
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assertThat(Digest.fromBytes(Digest.of(new byte[0]).toBytes())).isEqualTo(Digest.of(new byte[0]));
        for (String wrong :
                List.of("", "E3B0", "../x", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85G")) {
            assertThatThrownBy(() -> new Digest(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
