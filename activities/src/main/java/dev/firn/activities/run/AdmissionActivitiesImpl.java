package dev.firn.activities.run;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.queue.Admission;
import dev.firn.registry.queue.QueueStore;
import dev.firn.workflows.run.AdmissionActivities;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.UUID;

/** Lets runs in by their order in the registry. A run that is far behind asks less often. */
public final class AdmissionActivitiesImpl implements AdmissionActivities {
    private static final int AHEAD_PER_SECOND = 10;
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);
    private static final Duration UNSERVABLE_DELAY = Duration.ofSeconds(5);

    private final QueueStore queue;

    public AdmissionActivitiesImpl(QueueStore queue) {
        this.queue = requireNonNull(queue, "queue is null");
    }

    @Override
    public String admit(String runId) {
        return switch (queue.admit(UUID.fromString(runId))) {
            case Admission.Granted(String computeClass) -> computeClass;
            case Admission.Waiting(int ahead, String reason) -> throw notYet(reason, delay(ahead));
            case Admission.Unservable(String reason) -> throw notYet(reason, UNSERVABLE_DELAY);
        };
    }

    private static Duration delay(int ahead) {
        Duration delay = Duration.ofSeconds(1 + ahead / AHEAD_PER_SECOND);
        return delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY;
    }

    private static ApplicationFailure notYet(String reason, Duration delay) {
        return ApplicationFailure.newBuilder()
                .setMessage("waits for " + reason)
                .setType(WAITING)
                .setNextRetryDelay(delay)
                .setCategory(ApplicationErrorCategory.BENIGN)
                .build();
    }
}
