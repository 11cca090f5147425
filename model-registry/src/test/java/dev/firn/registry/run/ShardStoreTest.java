package dev.firn.registry.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.StageToken;
import dev.firn.registry.StaleFenceException;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.garbage.GarbageCollector;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class ShardStoreTest {
    private static final JsonNode NUMERICS = TestRegistry.document("blasCore", "Zen");

    @Test
    void aShardIsBegunCountedAndDone(TestRegistry registry) {
        ShardStore shards = new ShardStore(registry.database());
        StageToken token = registry.begun("filter");
        shards.divide(token, "a", List.of(List.of(2048L, 100L), List.of(1L)));

        shards.begin(token, 0, 1, "host");
        assertThat(shards.progress(token, 0, 1, 60)).isEqualTo(new StageShard.Progress(60, 2148));
        ArtifactReference result = registry.artifact(TestRegistry.name("result"));
        shards.finish(token, 0, 1, result, NUMERICS);

        assertThat(shards.list(token.executionId())).hasSize(3);
        StageShard done = shards.get(token.executionId(), 0, 1);
        assertThat(done.done()).isEqualTo(100);
        assertThat(done.worker()).hasValue("host");
        assertThat(done.result()).hasValue(result);
        assertThat(done.startedAt()).isPresent();
        assertThat(done.finishedAt()).isPresent();
        assertThat(shards.fingerprints(token.executionId())).containsExactly(NUMERICS);
        StageExecution.Shards summary = new StageStore(registry.database())
                .get(token.runId(), "filter")
                .shards()
                .orElseThrow();
        assertThat(summary.total()).isEqualTo(3);
        assertThat(summary.done()).isEqualTo(1);
        assertThat(summary.workers()).isEqualTo(1);
        assertThat(summary.seconds()).isPositive();
        assertThatThrownBy(() -> shards.get(token.executionId(), 1, 1)).isInstanceOf(NotFoundException.class);
    }

    @Test
    void dividingAgainKeepsWhatIsDoneAndAnotherDivisionDoesNot(TestRegistry registry) {
        ShardStore shards = new ShardStore(registry.database());
        StageToken token = registry.begun("filter");
        shards.divide(token, "a", List.of(List.of(5L, 5L)));
        shards.finish(token, 0, 0, registry.artifact(TestRegistry.name("result")), NUMERICS);

        StageToken next = registry.begin(token.runId(), "filter");
        shards.divide(next, "a", List.of(List.of(5L, 5L)));
        assertThat(shards.get(token.executionId(), 0, 0).result()).isPresent();

        shards.divide(next, "b", List.of(List.of(4L, 4L, 2L)));
        assertThat(shards.list(token.executionId()))
                .hasSize(3)
                .allMatch(shard -> shard.result().isEmpty() && shard.done() == 0);
    }

    @Test
    void theFirstResultStaysAndOneThatIsLostIsComputedAgain(TestRegistry registry) {
        ShardStore shards = new ShardStore(registry.database());
        StageToken token = registry.begun("filter");
        shards.divide(token, "a", List.of(List.of(5L)));
        ArtifactReference first = registry.artifact(TestRegistry.name("first"));
        ArtifactReference second = registry.artifact(TestRegistry.name("second"));

        shards.finish(token, 0, 0, first, NUMERICS);
        shards.finish(token, 0, 0, second, NUMERICS);
        assertThat(shards.get(token.executionId(), 0, 0).result()).hasValue(first);

        shards.lose(token, 0, 0);
        assertThat(shards.get(token.executionId(), 0, 0).result()).isEmpty();
        shards.finish(token, 0, 0, second, NUMERICS);
        assertThat(shards.get(token.executionId(), 0, 0).result()).hasValue(second);
    }

    @Test
    void whoWasReplacedCanWriteNothing(TestRegistry registry) {
        ShardStore shards = new ShardStore(registry.database());
        StageToken zombie = registry.begun("filter");
        shards.divide(zombie, "a", List.of(List.of(5L)));
        ArtifactReference result = registry.artifact(TestRegistry.name("stale"));

        registry.begin(zombie.runId(), "filter");

        List<ThrowingCallable> writes = List.of(
                () -> shards.divide(zombie, "b", List.of(List.of(5L))),
                () -> shards.begin(zombie, 0, 0, "zombie"),
                () -> shards.progress(zombie, 0, 0, 1),
                () -> shards.lose(zombie, 0, 0),
                () -> shards.finish(zombie, 0, 0, result, NUMERICS));
        assertThat(writes).allSatisfy(write -> assertThatThrownBy(write).isInstanceOf(StaleFenceException.class));
        assertThat(shards.get(zombie.executionId(), 0, 0).worker()).isEqualTo(Optional.empty());
    }

    @Test
    void resultsAreKeptUntilTheStageIsDoneAndCollectedThen(TestRegistry registry) {
        ShardStore shards = new ShardStore(registry.database());
        GarbageCollector collector = new GarbageCollector(registry.database(), registry.blobs());
        StageToken token = registry.begun("filter");
        shards.divide(token, "a", List.of(List.of(5L)));
        ArtifactReference result = registry.artifact(TestRegistry.name("result"));
        shards.finish(token, 0, 0, result, NUMERICS);

        collector.collect(Duration.ZERO, false);
        assertThat(registry.artifacts().exists(result.digest())).isTrue();

        ArtifactReference output = registry.artifact(TestRegistry.name("output"));
        new StageStore(registry.database()).finish(token, List.of(new StageOutput("filtered", output)));
        collector.collect(Duration.ZERO, false);

        assertThat(registry.artifacts().exists(result.digest())).isFalse();
        assertThat(registry.artifacts().exists(output.digest())).isTrue();
        assertThat(shards.get(token.executionId(), 0, 0).finishedAt()).isPresent();
    }
}
