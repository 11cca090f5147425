package dev.firn.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.RetryOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EmbeddedTemporalTest {
    private static final String QUEUE = "test";

    @Test
    void runsAWorkflowWithARetriedActivityAnUpdateAndASignalOverItsPort() {
        try (EmbeddedTemporal temporal = EmbeddedTemporal.start(0)) {
            WorkflowServiceStubs stubs = connect(temporal);
            WorkflowClient client = WorkflowClient.newInstance(stubs);
            WorkerFactory workers = WorkerFactory.newInstance(client);
            Worker worker = workers.newWorker(QUEUE);
            worker.registerWorkflowImplementationTypes(GreetingsImplementation.class);
            worker.registerActivitiesImplementations(new GreeterImplementation());
            workers.start();
            try {
                Greetings greetings = client.newWorkflowStub(
                        Greetings.class,
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(QUEUE)
                                .setWorkflowId("greetings")
                                .build());
                WorkflowClient.start(greetings::greet);

                assertThat(greetings.add("Ada")).isEqualTo(1);
                assertThat(greetings.add("Grace")).isEqualTo(2);
                greetings.end();

                assertThat(io.temporal.client.WorkflowStub.fromTyped(greetings).getResult(String.class))
                        .isEqualTo("Hello Ada at attempt 2, Hello Grace at attempt 2");
                assertThatThrownBy(
                                () -> client.newUntypedWorkflowStub("never was").signal("end"))
                        .isInstanceOf(WorkflowNotFoundException.class);
            } finally {
                workers.shutdownNow();
                stubs.shutdownNow();
            }
        }
    }

    @Test
    void aWorkflowGoesOnWithAnotherWorkerWhenItsOwnIsGone() {
        try (EmbeddedTemporal temporal = EmbeddedTemporal.start(0)) {
            WorkflowServiceStubs stubs = connect(temporal);
            WorkflowClient client = WorkflowClient.newInstance(stubs);
            Greetings greetings = client.newWorkflowStub(
                    Greetings.class,
                    WorkflowOptions.newBuilder()
                            .setTaskQueue(QUEUE)
                            .setWorkflowId("handed over")
                            .build());
            WorkerProcess first = new WorkerProcess(temporal);
            WorkflowClient.start(greetings::greet);
            assertThat(greetings.add("Ada")).isEqualTo(1);
            first.die();

            WorkerProcess second = new WorkerProcess(temporal);
            try {
                assertThat(greetings.add("Grace")).isEqualTo(2);
                greetings.end();

                assertThat(io.temporal.client.WorkflowStub.fromTyped(greetings).getResult(String.class))
                        .isEqualTo("Hello Ada at attempt 2, Hello Grace at attempt 2");
            } finally {
                second.die();
                stubs.shutdownNow();
            }
        }
    }

    @Test
    void takesAnotherPortWhenThePreferredOneIsTaken() {
        try (EmbeddedTemporal first = EmbeddedTemporal.start(0)) {
            int port = Integer.parseInt(first.address().target().replace("127.0.0.1:", ""));
            try (EmbeddedTemporal second = EmbeddedTemporal.start(port)) {
                assertThat(second.address()).isNotEqualTo(first.address());
            }
        }
    }

    private static WorkflowServiceStubs connect(EmbeddedTemporal temporal) {
        return WorkflowServiceStubs.newConnectedServiceStubs(
                WorkflowServiceStubsOptions.newBuilder()
                        .setTarget(temporal.address().target())
                        .build(),
                Duration.ofSeconds(10));
    }

    /** A worker with a connection of its own, which it loses without a word. */
    private static final class WorkerProcess {
        private final WorkflowServiceStubs stubs;
        private final WorkerFactory workers;

        WorkerProcess(EmbeddedTemporal temporal) {
            stubs = connect(temporal);
            workers = WorkerFactory.newInstance(WorkflowClient.newInstance(stubs));
            Worker worker = workers.newWorker(QUEUE);
            worker.registerWorkflowImplementationTypes(GreetingsImplementation.class);
            worker.registerActivitiesImplementations(new GreeterImplementation());
            workers.start();
        }

        void die() {
            stubs.shutdownNow();
            workers.shutdownNow();
        }
    }

    /** Collects names. */
    @WorkflowInterface
    public interface Greetings {
        @WorkflowMethod
        String greet();

        @UpdateMethod
        int add(String name);

        @SignalMethod
        void end();
    }

    /** Says hello. */
    @ActivityInterface
    public interface Greeter {
        String hello(String name);
    }

    /** Greets whom it is told to until it is told to end. */
    public static final class GreetingsImplementation implements Greetings {
        private final List<String> names = new ArrayList<>();
        private boolean ended;

        @Override
        public String greet() {
            Workflow.await(() -> ended);
            Greeter greeter = Workflow.newActivityStub(
                    Greeter.class,
                    ActivityOptions.newBuilder()
                            .setStartToCloseTimeout(Duration.ofSeconds(10))
                            .setRetryOptions(RetryOptions.newBuilder()
                                    .setInitialInterval(Duration.ofMillis(10))
                                    .build())
                            .build());
            List<String> greetings = new ArrayList<>();
            for (String name : names) {
                greetings.add(greeter.hello(name));
            }
            return String.join(", ", greetings);
        }

        @Override
        public int add(String name) {
            names.add(name);
            return names.size();
        }

        @Override
        public void end() {
            ended = true;
        }
    }

    /** Fails at the first attempt. */
    public static final class GreeterImplementation implements Greeter {
        @Override
        public String hello(String name) {
            int attempt = Activity.getExecutionContext().getInfo().getAttempt();
            if (attempt == 1) {
                throw new IllegalStateException("not yet");
            }
            return "Hello " + name + " at attempt " + attempt;
        }
    }
}
