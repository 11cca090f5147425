package dev.firn.activities.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.enums.v1.TimeoutType;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityNotExistsException;
import io.temporal.client.ActivityWorkerShutdownException;
import io.temporal.failure.TimeoutFailure;
import org.junit.jupiter.api.Test;

final class StageStoppedExceptionTest {
    @Test
    void aCancellationThatTheSdkMadeOfItsOwnMissedHeartbeatsIsNone() {
        ActivityCanceledException missed = new ActivityCanceledException(
                null, new TimeoutFailure("no heartbeat", null, TimeoutType.TIMEOUT_TYPE_HEARTBEAT));

        assertThat(StageStoppedException.of(missed).reason()).isEqualTo(StageStoppedException.Reason.UNHEARD);
        assertThat(StageStoppedException.of(new ActivityCanceledException()).reason())
                .isEqualTo(StageStoppedException.Reason.CANCELLED);
    }

    @Test
    void anAttemptThatTheServerDoesNotKnowIsReplacedAndAWorkerThatEndsIsShuttingDown() {
        assertThat(StageStoppedException.of(new ActivityNotExistsException(new IllegalStateException("gone")))
                        .reason())
                .isEqualTo(StageStoppedException.Reason.REPLACED);
        assertThat(StageStoppedException.of(new ActivityWorkerShutdownException())
                        .reason())
                .isEqualTo(StageStoppedException.Reason.SHUTTING_DOWN);
    }
}
