package dev.firn.registry.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.registry.ConflictException;
import dev.firn.registry.Idempotency;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class StudyStoreTest {
    @Test
    void aStudyKeepsWhatItsRunsAreToBe(TestRegistry registry) {
        StudyStore studies = new StudyStore(registry.database());

        CreatedStudy created = studies.create(request(Optional.empty()));

        assertThat(created.created()).isTrue();
        Study study = studies.get(created.study().id());
        assertThat(study).isEqualTo(created.study());
        assertThat(study.state()).isEqualTo(StudyState.RUNNING);
        assertThat(study.requestedBy()).contains("ada");
        List<StudyRun> runs = studies.runs(study.id());
        assertThat(runs)
                .extracting(StudyRun::planned)
                .isEqualTo(request(Optional.empty()).runs());
        assertThat(runs).allMatch(StudyRun::waits).noneMatch(StudyRun::unfinished);
        assertThat(studies.counts(List.of(study.id())).get(study.id()))
                .isEqualTo(new StudyCounts(2, 0, 0, 0, 0))
                .extracting(StudyCounts::waiting)
                .isEqualTo(2);
        assertThatThrownBy(() -> studies.get(Identifiers.next())).isInstanceOf(NotFoundException.class);
    }

    @Test
    void theSameKeyGivesTheFirstStudyAgain(TestRegistry registry) {
        StudyStore studies = new StudyStore(registry.database());
        Optional<Idempotency> key = idempotency("body");

        CreatedStudy first = studies.create(request(key));
        CreatedStudy second = studies.create(request(key));

        assertThat(second.created()).isFalse();
        assertThat(second.study()).isEqualTo(first.study());
        Optional<Idempotency> other =
                Optional.of(Idempotency.of(key.orElseThrow().key(), "other"));
        assertThatThrownBy(() -> studies.create(request(other))).isInstanceOf(ConflictException.class);
    }

    @Test
    void aPageGoesOnWhereTheOneBeforeEnded(TestRegistry registry) {
        StudyStore studies = new StudyStore(registry.database());
        UUID older = studies.create(request(Optional.empty())).study().id();
        UUID newer = studies.create(request(Optional.empty())).study().id();

        Page<Study> first = studies.list(PageRequest.first(1));
        Page<Study> second =
                studies.list(PageRequest.after(1, first.nextCursor().orElseThrow()));

        assertThat(first.items()).extracting(Study::id).containsExactly(newer);
        assertThat(second.items()).extracting(Study::id).containsExactly(older);
        assertThat(studies.unfinished(PageRequest.first(1000)).items())
                .extracting(Study::id)
                .contains(older, newer);
    }

    @Test
    void whatHasEndedBadlyIsToBeginAgainWhenTheStudyGoesOn(TestRegistry registry) {
        StudyStore studies = new StudyStore(registry.database());
        RunStore runs = new RunStore(registry.database());
        UUID study = studies.create(request(Optional.empty())).study().id();
        Run run = registry.run("prepare");
        studies.submitted(study, 0, run.id());
        studies.refused(study, 1, "its file is gone");
        assertThat(studies.runs(study).get(0).unfinished()).isTrue();
        assertThat(studies.runs(study).get(1).failure()).contains("its file is gone");
        assertThat(studies.ofRun(run.id())).contains(study);
        runs.transition(run.id(), EnumSet.of(RunState.QUEUED), RunState.CANCELLED, Optional.empty());
        assertThatThrownBy(() -> studies.resume(study)).isInstanceOf(ConflictException.class);

        assertThat(studies.stop(study).state()).isEqualTo(StudyState.STOPPING);
        studies.stop(study);
        studies.end(study, StudyState.STOPPED);
        assertThat(studies.get(study).finishedAt()).isPresent();
        assertThatThrownBy(() -> studies.stop(study)).isInstanceOf(ConflictException.class);
        studies.resume(study);

        assertThat(studies.get(study).state()).isEqualTo(StudyState.RUNNING);
        assertThat(studies.get(study).finishedAt()).isEmpty();
        assertThat(studies.runs(study)).allMatch(StudyRun::waits);
        assertThat(studies.runs(study).get(0).again()).isTrue();
    }

    @Test
    void aStudyWhoseRunsHaveAllSucceededHasNothingToGoOnWith(TestRegistry registry) {
        StudyStore studies = new StudyStore(registry.database());
        RunStore runs = new RunStore(registry.database());
        UUID study = studies.create(request(Optional.empty())).study().id();
        for (int position = 0; position < 2; position++) {
            Run run = registry.run("prepare");
            studies.submitted(study, position, run.id());
            runs.transition(run.id(), EnumSet.of(RunState.QUEUED), RunState.SUCCEEDED, Optional.empty());
        }
        studies.end(study, StudyState.FINISHED);

        assertThatThrownBy(() -> studies.resume(study))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("nothing left");
        assertThat(studies.get(study).state()).isEqualTo(StudyState.FINISHED);
    }

    private static Optional<Idempotency> idempotency(String body) {
        return Optional.of(Idempotency.of(UUID.randomUUID().toString(), body));
    }

    private static NewStudy request(Optional<Idempotency> idempotency) {
        return new NewStudy(
                "steps",
                "transfer",
                TestRegistry.document("type", "transfer"),
                2,
                List.of(planned(5, Optional.empty()), planned(12, Optional.of(0))),
                idempotency,
                Optional.of("ada"));
    }

    private static NewStudy.PlannedRun planned(int step, Optional<Integer> continues) {
        return new NewStudy.PlannedRun(
                "after " + step,
                JsonNodeFactory.instance.objectNode().put("step", step),
                TestRegistry.document("name", "steps"),
                Map.of("prepare", "key", "pretrain", "other key"),
                Set.of("en", "de"),
                continues);
    }
}
