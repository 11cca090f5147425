package dev.firn.bench.drill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.bench.drill.DrilledRun.Outcome;
import dev.firn.bench.drill.Moments.StageLength;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class DrillResultTest {
    private static final Map<String, String> DIGESTS = Map.of("pretrain/weights", "aa", "register/model", "bb");
    private static final Strike INSIDE =
            new Strike(Fault.SERVER, Instant.EPOCH, "pretrain", OptionalLong.of(57), OptionalLong.of(40));
    private static final Strike OUTSIDE =
            new Strike(Fault.SERVER, Instant.EPOCH, "mine", OptionalLong.empty(), OptionalLong.empty());

    @Test
    void equalDigestsWithinTheBoundsPass() {
        DrillResult result = result(outcome(DIGESTS, Set.of(), 17, INSIDE, OUTSIDE));
        assertThat(result.failures()).isEmpty();
        JsonNode json = result.json();
        assertThat(json.path("identical").asBoolean()).isTrue();
        assertThat(json.path("kills").asInt()).isEqualTo(2);
        assertThat(json.path("killedAt").path(0).path("stage").asText()).isEqualTo("pretrain");
        assertThat(json.path("killedAt").path(0).path("step").asInt()).isEqualTo(57);
        assertThat(json.path("killedAt").path(1).path("step").isNull()).isTrue();
        assertThat(json.path("lostSteps").path("max").asDouble()).isEqualTo(17);
        assertThat(json.path("lostAcknowledged").asInt()).isZero();
        assertThat(json.path("checkpointEverySteps").asInt()).isEqualTo(20);
        assertThat(result.table()).contains("identical").doesNotContain("Failed");
    }

    @Test
    void anotherDigestFailsAndIsNamed() {
        DrillResult result =
                result(outcome(Map.of("pretrain/weights", "aa", "register/model", "cc"), Set.of(), 17, INSIDE));
        assertThat(result.identical()).isFalse();
        assertThat(result.failures()).singleElement().asString().contains("register/model", "cc", "bb");
        assertThat(result.table()).contains("DIFFERENT", "Failed");
    }

    @Test
    void aMissingOutputFails() {
        assertThat(result(outcome(Map.of("pretrain/weights", "aa"), Set.of(), 17, INSIDE))
                        .failures())
                .singleElement()
                .asString()
                .contains("register/model is null");
    }

    @Test
    void somethingAcknowledgedThatIsGoneFails() {
        DrillResult result = result(outcome(DIGESTS, Set.of("run 7"), 17, INSIDE));
        assertThat(result.failures()).containsExactly("server: lost run 7");
        assertThat(result.json().path("lostAcknowledged").asInt()).isEqualTo(1);
    }

    @Test
    void startingAgainFromTheBeginningFails() {
        assertThat(result(outcome(DIGESTS, Set.of(), 57, INSIDE)).failures())
                .singleElement()
                .asString()
                .contains("57 steps lost in pretrain");
    }

    @Test
    void aDrillThatMostlyMissedTrainingFails() {
        assertThat(result(outcome(DIGESTS, Set.of(), 17, INSIDE, OUTSIDE, OUTSIDE))
                        .failures())
                .singleElement()
                .asString()
                .contains("only 1 of 3");
    }

    @Test
    void whatWasSkippedIsSaidAndFailsNothing() {
        DrillResult result =
                result(outcome(DIGESTS, Set.of(), 17, INSIDE), Map.of(Fault.TEMPORAL, "there is no such program"));
        assertThat(result.failures()).isEmpty();
        JsonNode faults = result.json().path("faults");
        assertThat(faults.path("server").path("identical").asBoolean()).isTrue();
        assertThat(faults.path("temporal").toString()).isEqualTo("{\"skipped\":\"there is no such program\"}");
        assertThat(result.table()).contains("Skipped: temporal: there is no such program");
    }

    private static DrillResult result(Outcome disturbed) {
        return result(disturbed, Map.of());
    }

    private static DrillResult result(Outcome disturbed, Map<Fault, String> skipped) {
        return new DrillResult(1, 20, outcome(DIGESTS, Set.of(), 0), Map.of(Fault.SERVER, disturbed), skipped, 100);
    }

    private static Outcome outcome(Map<String, String> digests, Set<String> lost, long lostSteps, Strike... strikes) {
        List<Aftermath> aftermaths = List.of(strikes).stream()
                .map(strike -> strike.insideTraining()
                        ? new Aftermath(5, OptionalLong.of(lostSteps), OptionalLong.of(37))
                        : new Aftermath(5, OptionalLong.empty(), OptionalLong.empty()))
                .toList();
        return new Outcome(
                digests, List.of(new StageLength("pretrain", 200, 40)), List.of(strikes), aftermaths, lost, 60);
    }
}
