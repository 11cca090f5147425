package dev.firn.registry.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class AuditStoreTest {
    private final TestRegistry registry;
    private final AtomicReference<Optional<AuditDraft>> change = new AtomicReference<>(Optional.empty());
    private final RegistryDatabase database;
    private final AuditStore audit;

    AuditStoreTest(TestRegistry registry) {
        this.registry = registry;
        database = new RegistryDatabase(registry.dataSource(), change::get);
        audit = new AuditStore(database);
    }

    private AuditDraft draft(String path) {
        AuditDraft draft = new AuditDraft(Optional.of("ada"), "10.0.0.1", "POST", path);
        change.set(Optional.of(draft));
        return draft;
    }

    private List<AuditEntry> entries(String path) {
        return audit.list(new AuditFilter(Optional.empty(), Optional.of(path)), PageRequest.first(100))
                .items();
    }

    @Test
    void aChangeIsCommittedWithItsEntryAndTheAnswerCompletesIt() {
        String path = "/" + TestRegistry.name("audit");
        AuditDraft draft = draft(path);
        draft.before(TestRegistry.document("state", "old"));

        new RunStore(database).create(TestRegistry.request(TestRegistry.name("run"), "prepare"));

        assertThat(entries(path)).singleElement().satisfies(entry -> {
            assertThat(entry.caller()).contains("ada");
            assertThat(entry.address()).isEqualTo("10.0.0.1");
            assertThat(entry.method()).isEqualTo("POST");
            assertThat(entry.status()).isEmpty();
            assertThat(entry.before()).contains(TestRegistry.document("state", "old"));
        });

        audit.complete(draft, 201, Optional.of(TestRegistry.document("state", "new")));

        assertThat(entries(path)).singleElement().satisfies(entry -> {
            assertThat(entry.status()).isEqualTo(OptionalInt.of(201));
            assertThat(entry.after()).contains(TestRegistry.document("state", "new"));
        });
    }

    @Test
    void severalTransactionsOfARequestLeaveOneEntry() {
        String path = "/" + TestRegistry.name("audit");
        draft(path);
        RunStore runs = new RunStore(database);

        runs.create(TestRegistry.request(TestRegistry.name("run"), "prepare"));
        runs.create(TestRegistry.request(TestRegistry.name("run"), "prepare"));

        assertThat(entries(path)).hasSize(1);
    }

    @Test
    void whatOnlyReadsAndWhatIsUndoneLeavesNone() {
        String path = "/" + TestRegistry.name("audit");
        AuditDraft draft = draft(path);

        new DatasetStore(database).list(PageRequest.first(10));
        assertThatThrownBy(() -> new ModelStore(database)
                        .moveAlias("no-such", "champion", 1, OptionalLong.empty(), Optional.empty(), Optional.empty()))
                .isInstanceOf(NotFoundException.class);

        assertThat(draft.entry()).isEmpty();
        assertThat(entries(path)).isEmpty();
    }

    @Test
    void aChangeThatNoTransactionMadeIsWrittenWithItsAnswer() {
        String path = "/" + TestRegistry.name("audit");
        AuditDraft draft = draft(path);

        audit.complete(draft, 202, Optional.empty());

        assertThat(entries(path))
                .singleElement()
                .satisfies(entry -> assertThat(entry.status()).isEqualTo(OptionalInt.of(202)));
    }

    @Test
    void withoutARequestNothingIsWritten() {
        String path = "/" + TestRegistry.name("audit");
        dev.firn.registry.run.Run run = registry.run("prepare");

        new RunStore(database).transition(run.id(), EnumSet.of(RunState.QUEUED), RunState.RUNNING, Optional.empty());

        assertThat(entries(path)).isEmpty();
    }

    @Test
    void pagesGoFromNewToOldAndCanBeOfOneCaller() {
        String path = "/" + TestRegistry.name("audit");
        for (int i = 0; i < 5; i++) {
            audit.complete(
                    new AuditDraft(Optional.of(i % 2 == 0 ? "even" : "odd"), "::1", "PUT", path + "/" + i),
                    200,
                    Optional.empty());
        }

        AuditFilter all = new AuditFilter(Optional.empty(), Optional.of(path));
        Page<AuditEntry> first = audit.list(all, PageRequest.first(2));
        Page<AuditEntry> second =
                audit.list(all, PageRequest.after(2, first.nextCursor().orElseThrow()));

        assertThat(first.items()).extracting(AuditEntry::path).containsExactly(path + "/4", path + "/3");
        assertThat(second.items()).extracting(AuditEntry::path).containsExactly(path + "/2", path + "/1");
        assertThat(audit.list(new AuditFilter(Optional.of("odd"), Optional.of(path)), PageRequest.first(10))
                        .items())
                .extracting(AuditEntry::path)
                .containsExactly(path + "/3", path + "/1");
    }
}
