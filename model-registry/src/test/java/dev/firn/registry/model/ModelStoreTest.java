package dev.firn.registry.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.ConflictException;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RevisionMismatchException;
import dev.firn.registry.StageToken;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.artifact.ArtifactReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

        assertThatThrownBy(() -> models.removeAlias(
                        name, "champion", false, OptionalLong.of(1), Optional.empty(), Optional.empty()))
                .isInstanceOf(RevisionMismatchException.class);
        models.removeAlias(name, "champion", false, OptionalLong.of(2), Optional.of("ada"), Optional.of("withdrawn"));
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

    @Test
    void movesAProtectedAliasOnlyWhenThatIsConfirmedAndKeepsTheProtectionInItsHistory(TestRegistry registry) {
        ModelStore models = new ModelStore(registry.database());
        String name = TestRegistry.name("model");
        models.register(version(name, registry.artifact("one")));
        models.register(version(name, registry.artifact("two")));
        move(models, name, 1, OptionalLong.of(0));

        ModelAlias guarded = models.moveAlias(change(name, 1, Optional.of(true), false));
        assertThat(guarded.guarded()).isTrue();
        assertThat(guarded.revision()).isEqualTo(2);
        assertThat(models.moveAlias(change(name, 1, Optional.empty(), false))).isEqualTo(guarded);

        assertThatThrownBy(() -> move(models, name, 2, OptionalLong.empty()))
                .isInstanceOf(ProtectedAliasException.class)
                .hasMessageContaining("is protected and points to version 1");
        assertThatThrownBy(() -> models.moveAlias(change(name, 1, Optional.of(false), false)))
                .isInstanceOf(ProtectedAliasException.class);
        assertThatThrownBy(() -> models.removeAlias(
                        name, "champion", false, OptionalLong.empty(), Optional.empty(), Optional.empty()))
                .isInstanceOf(ProtectedAliasException.class);
        assertThat(models.findAlias(name, "champion")).contains(guarded);

        ModelAlias moved = models.moveAlias(change(name, 2, Optional.empty(), true));
        assertThat(moved.version()).isEqualTo(2);
        assertThat(moved.guarded()).isTrue();
        ModelAlias open = models.moveAlias(change(name, 2, Optional.of(false), true));
        assertThat(open.guarded()).isFalse();
        assertThat(move(models, name, 1, OptionalLong.of(open.revision())).version())
                .isEqualTo(1);
        assertThat(models.aliasHistory(name, "champion", PageRequest.first(10)).items())
                .extracting(AliasMove::version, AliasMove::guarded)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(OptionalInt.of(1), false),
                        org.assertj.core.groups.Tuple.tuple(OptionalInt.of(2), false),
                        org.assertj.core.groups.Tuple.tuple(OptionalInt.of(2), true),
                        org.assertj.core.groups.Tuple.tuple(OptionalInt.of(1), true),
                        org.assertj.core.groups.Tuple.tuple(OptionalInt.of(1), false));
    }

    @Test
    void archivesAVersionThatNoAliasPointsToAndLeavesItOutOfLists(TestRegistry registry) {
        ModelStore models = new ModelStore(registry.database());
        String name = TestRegistry.name("model");
        models.register(version(name, registry.artifact("one")));
        models.register(version(name, registry.artifact("two")));
        move(models, name, 1, OptionalLong.of(0));

        assertThatThrownBy(() -> models.archive(name, 1, true, Optional.empty()))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("is pointed to by the alias champion");
        ModelVersion archived = models.archive(name, 2, true, Optional.of("ada"));
        assertThat(archived.archivedAt()).isPresent();
        assertThat(models.archive(name, 2, true, Optional.of("bob"))).isEqualTo(archived);
        assertThatThrownBy(() -> move(models, name, 2, OptionalLong.empty()))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("is archived");

        assertThat(models.versions(name, PageRequest.first(10)).items())
                .extracting(ModelVersion::version)
                .containsExactly(1);
        assertThat(models.versions(name, VersionFilter.ALL, PageRequest.first(10))
                        .items())
                .extracting(ModelVersion::version)
                .containsExactly(2, 1);
        assertThat(models.findModel(name).orElseThrow().archivedVersions()).isEqualTo(1);
        assertThat(models.newest(List.of(name, "no such model"))).containsExactly(Map.entry(name, models.get(name, 1)));
        assertThat(models.get(name, 2)).isEqualTo(archived);

        assertThat(models.archive(name, 2, false, Optional.empty()).archivedAt())
                .isEmpty();
        assertThat(move(models, name, 2, OptionalLong.empty()).version()).isEqualTo(2);
        assertThatThrownBy(() -> models.archive(name, 3, true, Optional.empty()))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void findsVersionsAndModelsByTheirTags(TestRegistry registry) {
        ModelStore models = new ModelStore(registry.database());
        String name = TestRegistry.name("model");
        String tag = TestRegistry.name("tag");
        models.register(version(name, registry.artifact("one")));
        models.register(version(name, registry.artifact("two")));
        models.register(version(name, registry.artifact("three")));

        models.tag(name, 1, tag, "staging", Optional.of("ada"));
        models.tag(name, 1, tag, "production", Optional.of("ada"));
        models.tag(name, 2, tag, "staging", Optional.empty());
        ModelVersion both = models.tag(name, 2, tag + ".checked", "", Optional.empty());
        assertThat(both.tags()).containsExactly(Map.entry(tag, "staging"), Map.entry(tag + ".checked", ""));

        assertThat(tagged(models, name, tag)).containsExactly(2, 1);
        assertThat(tagged(models, name, tag + "=staging")).containsExactly(2);
        assertThat(tagged(models, name, tag + "=production")).containsExactly(1);
        assertThat(tagged(models, name, tag + ".checked=")).containsExactly(2);
        assertThat(tagged(models, name, tag + "=")).isEmpty();
        assertThat(models.list(Optional.of(TagFilter.parse(tag + ".checked")), PageRequest.first(10))
                        .items())
                .extracting(Model::name)
                .containsExactly(name);

        models.archive(name, 2, true, Optional.empty());
        assertThat(tagged(models, name, tag)).containsExactly(1);
        assertThat(models.list(Optional.of(TagFilter.parse(tag + ".checked")), PageRequest.first(10))
                        .items())
                .isEmpty();

        assertThat(models.untag(name, 1, tag).tags()).isEmpty();
        assertThatThrownBy(() -> models.untag(name, 1, tag)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> models.tag(name, 4, tag, "", Optional.empty())).isInstanceOf(NotFoundException.class);
    }

    @Test
    void refusesATagAboveTheMostAVersionMayHave(TestRegistry registry) {
        ModelStore models = new ModelStore(registry.database());
        String name = TestRegistry.name("model");
        models.register(version(name, registry.artifact("tagged")));
        for (int i = 0; i < ModelStore.MOST_TAGS; i++) {
            models.tag(name, 1, "tag" + i, "", Optional.empty());
        }

        assertThatThrownBy(() -> models.tag(name, 1, "another", "", Optional.empty()))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("the most there can be");
        assertThat(models.tag(name, 1, "tag0", "changed", Optional.empty()).tags())
                .containsEntry("tag0", "changed");
    }

    private static List<Integer> tagged(ModelStore models, String name, String tag) {
        VersionFilter filter = new VersionFilter(Optional.of(TagFilter.parse(tag)), false);
        return models.versions(name, filter, PageRequest.first(10)).items().stream()
                .map(ModelVersion::version)
                .toList();
    }

    private static AliasChange change(String name, int version, Optional<Boolean> guarded, boolean confirmed) {
        return new AliasChange(
                name,
                "champion",
                version,
                guarded,
                confirmed,
                OptionalLong.empty(),
                Optional.of("ada"),
                Optional.of("test"));
    }

    private static ModelAlias move(ModelStore models, String name, int version, OptionalLong expected) {
        return models.moveAlias(name, "champion", version, expected, Optional.of("ada"), Optional.of("test"));
    }

    private static NewModelVersion version(String name, ArtifactReference artifact) {
        return new NewModelVersion(name, artifact, 192, TestRegistry.document("ndcg10", "0.5"));
    }
}
