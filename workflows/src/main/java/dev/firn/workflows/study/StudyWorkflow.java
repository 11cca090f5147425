package dev.firn.workflows.study;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Takes a study through its runs. */
@WorkflowInterface
public interface StudyWorkflow {
    /** Has what is left of a study done, and closes its row. */
    @WorkflowMethod(name = "Study")
    void execute(String studyId);

    /** The workflow id of a study. */
    static String workflowId(String studyId) {
        return "study-" + studyId;
    }
}
