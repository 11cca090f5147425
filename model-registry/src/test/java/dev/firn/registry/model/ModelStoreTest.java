package dev.firn.registry.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.NotFoundException;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RevisionMismatchException;
import dev.firn.registry.StageToken;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.artifact.ArtifactReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class ModelStoreTest {
    @Test
    void numbersVersionsOfAModelAndGivesAnExecutionOneOnly(TestRegistry registry) {
        ModelStore models = new ModelStore(registry.database());
        String name = TestRegistry.name("model");
        ArtifactReference artifact = registry.artifact("a model");
        StageToken token = registry.begun("register");

        ModelVersion first = models.register(token, version(name, artifact));
        ModelVersion again = models.register(token, version(name, artifact));
        ModelVersion second = models.register(version(name, artifact));

        assertThat(first.version()).isEqualTo(1);
        assertThat(first.runId()).contains(token.runId());
        assertThat(again).isEqualTo(first);
        assertThat(second.version()).isEqualTo(2);
        assertThat(second.runId()).isEmpty();
        assertThat(models.findByArtifact(name, artifact.digest())).contains(second);
        assertThat(models.versions(name, PageRequest.first(1)).items()).containsExactly(second);
        assertThat(models.versions(
                                name,
                                PageRequest.after(
                                        1,
                                        models.versions(name, PageRequest.first(1))
                                                .nextCursor()
                                                .orElseThrow()))
                        .items())
                .containsExactly(first);
        assertThat(models.ofRuns(List.of(token.runId())).get(token.runId())).containsExactly(first);
        assertThat(models.findModel(name))
                .get()
                .extracting(Model::latestVersion)
                .isEqualTo(2);
        assertThat(models.findModel("no such model")).isEmpty();
    }

    @Test
    void movesAnAliasGuardedByItsRevisionAndKeepsItsHistory(TestRegistry registry) {
        ModelStore models = new ModelStore(registry.database());
        String name = TestRegistry.name("model");
        models.register(version(name, registry.artifact("one")));
        models.register(version(name, registry.artifact("two")));

        ModelAlias first = move(models, name, 1, OptionalLong.of(0));
        assertThat(first.revision()).isEqualTo(1);
        assertThat(move(models, name, 1, OptionalLong.empty())).isEqualTo(first);
        assertThatThrownBy(() -> move(models, name, 2, OptionalLong.of(0)))
                .isInstanceOf(RevisionMismatchException.class)
                .hasMessageContaining("points to version 1 with revision 1");
        ModelAlias second = move(models, name, 2, OptionalLong.of(1));
        assertThat(second.revision()).isEqualTo(2);
        assertThat(models.findByAlias(name, "champion"))
                .get()
                .extracting(ModelVersion::version, ModelVersion::aliases)
                .containsExactly(2, List.of("champion"));
        assertThat(models.findModel(name).orElseThrow().aliases()).containsExactly(second);

        assertThatThrownBy(() ->
                        models.removeAlias(name, "champion", OptionalLong.of(1), Optional.empty(), Optional.empty()))
                .isInstanceOf(RevisionMismatchException.class);
        models.removeAlias(name, "champion", OptionalLong.of(2), Optional.of("ada"), Optional.of("withdrawn"));
        assertThat(models.findByAlias(name, "champion")).isEmpty();
        assertThat(move(models, name, 1, OptionalLong.of(0)).revision()).isEqualTo(4);
        assertThat(models.aliasHistory(name, "champion", PageRequest.first(10)).items())
                .extracting(AliasMove::revision, AliasMove::previousVersion, AliasMove::version)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(4L, OptionalInt.empty(), OptionalInt.of(1)),
                        org.assertj.core.groups.Tuple.tuple(3L, OptionalInt.of(2), OptionalInt.empty()),
                        org.assertj.core.groups.Tuple.tuple(2L, OptionalInt.of(1), OptionalInt.of(2)),
                        org.assertj.core.groups.Tuple.tuple(1L, OptionalInt.empty(), OptionalInt.of(1)));
        assertThatThrownBy(() -> move(models, name, 3, OptionalLong.empty())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> move(models, "no such model", 1, OptionalLong.empty()))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void letsOneOfManyWinWhoMoveAnAliasFromTheSameRevision(TestRegistry registry) throws Exception {
        ModelStore models = new ModelStore(registry.database());
        String name = TestRegistry.name("model");
        ArtifactReference artifact = registry.artifact("raced");
        try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
            List<Callable<ModelVersion>> registrations =
                    java.util.Collections.nCopies(8, () -> models.register(version(name, artifact)));
            List<Integer> numbers = new ArrayList<>();
            for (Future<ModelVersion> future : executor.invokeAll(registrations)) {
                numbers.add(future.get().version());
            }
            assertThat(numbers).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8);

            List<Callable<ModelAlias>> moves = new ArrayList<>();
            for (int version = 1; version <= 8; version++) {
                int target = version;
                moves.add(() -> move(models, name, target, OptionalLong.of(0)));
            }
            int won = 0;
            for (Future<ModelAlias> future : executor.invokeAll(moves)) {
                try {
                    future.get();
                    won++;
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(RevisionMismatchException.class);
                }
            }
            assertThat(won).isEqualTo(1);
        }
    }

    private static ModelAlias move(ModelStore models, String name, int version, OptionalLong expected) {
        return models.moveAlias(name, "champion", version, expected, Optional.of("ada"), Optional.of("test"));
    }

    private static NewModelVersion version(String name, ArtifactReference artifact) {
        return new NewModelVersion(name, artifact, 192, TestRegistry.document("ndcg10", "0.5"));
    }
}
