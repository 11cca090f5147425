package dev.firn.workflows.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.workflows.RecordedHistories;
import dev.firn.workflows.run.TaskQueues;
import dev.firn.workflows.stage.StageActivities;
import io.temporal.client.WorkflowOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The workflow's logic, on Temporal's test server with its clock that skips waiting. */
class EvaluationWorkflowTest {
    private static final EvaluationRequest REQUEST = new EvaluationRequest("0199-job", TaskQueues.COMPUTE_CPU);
    private static final String WORKFLOW = EvaluationRequest.workflowId(REQUEST.jobId());

    private final List<String> done = new CopyOnWriteArrayList<>();
    private volatile int faults;
    private volatile boolean permanent;
    private TestWorkflowEnvironment environment;
    private EvaluationWorkflow workflow;

    @BeforeEach
    void start() {
        environment = TestWorkflowEnvironment.newInstance();
        Worker orchestration = environment.newWorker(TaskQueues.ORCHESTRATION);
        orchestration.registerWorkflowImplementationTypes(EvaluationWorkflowImpl.class);
        EvaluationActivities activities = new Recorder();
        orchestration.registerActivitiesImplementations(activities);
        environment
                .newWorker(TaskQueues.COMPUTE_CPU, TaskQueues.computeWorkerOptions())
                .registerActivitiesImplementations(activities);
        environment.start();
        workflow = environment
                .getWorkflowClient()
                .newWorkflowStub(
                        EvaluationWorkflow.class,
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(TaskQueues.ORCHESTRATION)
                                .setWorkflowId(WORKFLOW)
                                .build());
    }

    @AfterEach
    void stop() {
        environment.close();
    }

    @Test
    void measuresAgainAfterFaultsThatPass() {
        faults = 3;

        workflow.execute(REQUEST);

        assertThat(done).containsExactly("fault", "fault", "fault", "measured 0199-job");
        RecordedHistories.record(environment, WORKFLOW, "evaluation-v1-succeeded");
    }

    @Test
    void closesTheRowWithTheReasonWhenTryingAgainCannotHelp() {
        permanent = true;

        workflow.execute(REQUEST);

        assertThat(done).containsExactly("failed 0199-job: the model was deleted");
        RecordedHistories.record(environment, WORKFLOW, "evaluation-v1-failed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evaluation-v1-succeeded", "evaluation-v1-failed"})
    void replaysHistoriesRecordedByEarlierCode(String name) throws Exception {
        WorkflowReplayer.replayWorkflowExecution(RecordedHistories.of(name), EvaluationWorkflowImpl.class);
    }

    private final class Recorder implements EvaluationActivities {
        @Override
        public void measureModel(String jobId) {
            if (permanent) {
                throw ApplicationFailure.newFailure("the model was deleted", StageActivities.PERMANENT);
            }
            if (done.size() < faults) {
                done.add("fault");
                throw ApplicationFailure.newFailure("the store is away", "Passing");
            }
            done.add("measured " + jobId);
        }

        @Override
        public void failEvaluation(String jobId, String reason) {
            done.add("failed " + jobId + ": " + reason);
        }
    }
}
