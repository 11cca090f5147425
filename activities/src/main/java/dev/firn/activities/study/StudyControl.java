package dev.firn.activities.study;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.Stores;
import dev.firn.registry.study.Study;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/** What users do to studies. */
public final class StudyControl {
    private static final Duration CLOSING = Duration.ofSeconds(3);
    private static final Duration BETWEEN_STARTS = Duration.ofMillis(100);

    private final Stores stores;
    private final StudyStarter starter;

    public StudyControl(Stores stores, StudyStarter starter) {
        this.stores = requireNonNull(stores, "stores is null");
        this.starter = requireNonNull(starter, "starter is null");
    }

    /**
     * Asks a study to stop: its unfinished runs are cancelled, the finished ones stay.
     *
     * @throws dev.firn.registry.ConflictException when it has ended
     * @throws dev.firn.registry.NotFoundException when there is no such study
     */
    public Study stop(UUID id) {
        Study study = stores.studies().stop(id);
        // Its workflow sees that it is to stop; one that Temporal has forgotten is needed for that too
        starter.start(id);
        return study;
    }

    /**
     * Lets a study that has ended go on where it was.
     *
     * @throws dev.firn.registry.ConflictException when it has not ended, or has nothing left to do
     * @throws dev.firn.registry.NotFoundException when there is no such study
     */
    public Study resume(UUID id) {
        Study study = stores.studies().resume(id);
        // The workflow that ended the study may take a moment to close; reconciliation starts what is not started here
        long deadline = System.nanoTime() + CLOSING.toNanos();
        while (!starter.start(id) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(BETWEEN_STARTS.toNanos());
        }
        return study;
    }
}
