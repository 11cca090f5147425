package dev.firn.workflows.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.workflows.RecordedHistories;
import dev.firn.workflows.run.TaskQueues;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The workflow's logic, on Temporal's test server with its clock that skips waiting. */
class StudyWorkflowTest {
    private static final String STUDY = "0199-study";
    private static final int RUNS = 3;
    private static final int LOOKS_IN_VAIN = 40;

    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger submitted = new AtomicInteger();
    private volatile boolean gone;
    private TestWorkflowEnvironment environment;
    private StudyWorkflow workflow;

    @BeforeEach
    void start() {
        environment = TestWorkflowEnvironment.newInstance();
        Worker worker = environment.newWorker(TaskQueues.ORCHESTRATION);
        worker.registerWorkflowImplementationTypes(StudyWorkflowImpl.class);
        StudyActivities activities = this::advance;
        worker.registerActivitiesImplementations(activities);
        environment.start();
        workflow = environment
                .getWorkflowClient()
                .newWorkflowStub(
                        StudyWorkflow.class,
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(TaskQueues.ORCHESTRATION)
                                .setWorkflowId(StudyWorkflow.workflowId(STUDY))
                                .build());
    }

    @AfterEach
    void stop() {
        environment.close();
    }

    /** Each run is submitted after many looks at the one before it. */
    private StudyStep advance(String study) {
        assertThat(study).isEqualTo(STUDY);
        if (gone) {
            throw ApplicationFailure.newFailure("the study was deleted", StudyActivities.GONE);
        }
        if (looks.incrementAndGet() % (LOOKS_IN_VAIN + 1) != 0) {
            throw ApplicationFailure.newBuilder()
                    .setMessage("waits for a run")
                    .setType(StudyActivities.WAITING)
                    .setNextRetryDelay(Duration.ofSeconds(2))
                    .setCategory(ApplicationErrorCategory.BENIGN)
                    .build();
        }
        return submitted.get() == RUNS ? new StudyStep(RUNS, true) : new StudyStep(submitted.incrementAndGet(), false);
    }

    @Test
    void goesOnUntilNothingIsLeftAndItsHistoryHasTheStepsAloneNotTheLooks() {
        workflow.execute(STUDY);

        assertThat(submitted).hasValue(RUNS);
        assertThat(looks).hasValue((RUNS + 1) * (LOOKS_IN_VAIN + 1));
        assertThat(environment
                        .getWorkflowClient()
                        .fetchHistory(StudyWorkflow.workflowId(STUDY))
                        .getEvents())
                .hasSizeLessThan(40);
        RecordedHistories.record(environment, StudyWorkflow.workflowId(STUDY), "study-v1-finished");
    }

    @Test
    void aStudyThatIsNoMoreEndsItsWorkflow() {
        gone = true;

        assertThatThrownBy(() -> workflow.execute(STUDY))
                .isInstanceOf(WorkflowFailedException.class)
                .hasRootCauseMessage(
                        "message='the study was deleted', type='" + StudyActivities.GONE + "', nonRetryable=false");
        RecordedHistories.record(environment, StudyWorkflow.workflowId(STUDY), "study-v1-gone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"study-v1-finished", "study-v1-gone"})
    void replaysHistoriesRecordedByEarlierCode(String name) throws Exception {
        WorkflowReplayer.replayWorkflowExecution(RecordedHistories.of(name), StudyWorkflowImpl.class);
    }
}
