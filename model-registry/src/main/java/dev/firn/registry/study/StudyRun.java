package dev.firn.registry.study;

import dev.firn.registry.run.RunState;
import java.util.Optional;
import java.util.UUID;

/**
 * A run of a study, as planned and as it stands.
 *
 * @param position its place in the study, from 0
 * @param runId the run, once one was submitted
 * @param state the run's state, once one was submitted
 * @param failure why it could not be submitted
 * @param again whether its run, which has ended badly, is to begin again where it ended
 */
public record StudyRun(
        int position,
        NewStudy.PlannedRun planned,
        Optional<UUID> runId,
        Optional<RunState> state,
        Optional<String> failure,
        boolean again) {

    /** Whether it is still to be submitted. */
    public boolean waits() {
        return again || (runId.isEmpty() && failure.isEmpty());
    }

    /** Whether it was submitted and has not ended. */
    public boolean unfinished() {
        return !again && state.isPresent() && !state.get().ended();
    }
}
