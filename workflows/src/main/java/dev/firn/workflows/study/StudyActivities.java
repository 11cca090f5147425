package dev.firn.workflows.study;

import io.temporal.activity.ActivityInterface;

/** What a study's workflow does. */
@ActivityInterface
public interface StudyActivities {
    /** Failure type of an attempt that came while there was nothing to do; the next one is due after a while. */
    String WAITING = "Waiting";

    /** Failure type of a study that is there no more. */
    String GONE = "Gone";

    /**
     * Does the next thing for a study: submits a run, or, when all have ended, ends the study. Waits for it by failing until there is
     * something to do: the attempts leave nothing in the workflow's history. A study that is to stop has its unfinished runs
     * cancelled, and ends when they have.
     */
    StudyStep advance(String studyId);
}
