package dev.firn.bench.drill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class RunLogTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aStageThatSaidThatItWaitsAndThatItGoesOnOwesNoWord() {
        RunLog log = new RunLog(List.of(storage(11, true), storage(12, false)));
        assertThat(log.silence(strike(Fault.DISK_FULL), Instant.MAX)).isEmpty();
    }

    @Test
    void aStageThatNeverSaidThatItWaitsOwesTheWord() {
        assertThat(new RunLog(List.of(storage(9, true), storage(9, false)))
                        .silence(strike(Fault.DISK_FULL), Instant.MAX))
                .hasValue("the word that pretrain waits for room");
        assertThat(new RunLog(List.of(storage(31, true), storage(32, false)))
                        .silence(strike(Fault.DISK_FULL), START.plusSeconds(30)))
                .hasValue("the word that pretrain waits for room");
    }

    @Test
    void aStageThatNeverSaidThatItGoesOnOwesTheWord() {
        assertThat(new RunLog(List.of(storage(11, true))).silence(strike(Fault.DISK_FULL), Instant.MAX))
                .hasValue("the word that pretrain goes on since there is room");
    }

    @Test
    void aSpoiledCheckpointMustBeFoundDamaged() {
        ObjectNode damage = event(12).put("type", "damage");
        assertThat(new RunLog(List.of(damage)).silence(strike(Fault.CORRUPT_BLOB), Instant.MAX))
                .isEmpty();
        assertThat(new RunLog(List.of()).silence(strike(Fault.CORRUPT_BLOB), Instant.MAX))
                .hasValue("the word that the checkpoint of pretrain at step 50 is damaged");
    }

    @Test
    void aKilledServerOwesNoWord() {
        assertThat(new RunLog(List.of()).silence(strike(Fault.SERVER), Instant.MAX))
                .isEmpty();
    }

    private static Strike strike(Fault fault) {
        return new Strike(fault, START.plusSeconds(10), "pretrain", OptionalLong.of(57), OptionalLong.of(50));
    }

    private static ObjectNode storage(int second, boolean waiting) {
        ObjectNode event = event(second).put("type", "storage");
        event.putObject("data").put("waiting", waiting);
        return event;
    }

    private static ObjectNode event(int second) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", second)
                .put("at", START.plusSeconds(second).toString())
                .put("stage", "pretrain");
    }
}
