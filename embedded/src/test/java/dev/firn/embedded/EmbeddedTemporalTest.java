package dev.firn.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Durations;
import io.grpc.StatusRuntimeException;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.api.command.v1.Command;
import io.temporal.api.command.v1.RequestCancelActivityTaskCommandAttributes;
import io.temporal.api.command.v1.ScheduleActivityTaskCommandAttributes;
import io.temporal.api.common.v1.ActivityType;
import io.temporal.api.enums.v1.CommandType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.PollActivityTaskQueueRequest;
import io.temporal.api.workflowservice.v1.PollActivityTaskQueueResponse;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueRequest;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.RespondActivityTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondActivityTaskCompletedResponse;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
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
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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

                assertThat(WorkflowStub.fromTyped(greetings).getResult(String.class))
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

                assertThat(WorkflowStub.fromTyped(greetings).getResult(String.class))
                        .isEqualTo("Hello Ada at attempt 2, Hello Grace at attempt 2");
            } finally {
                second.die();
                stubs.shutdownNow();
            }
        }
    }

    /** By hand, since a worker would have to be very unlucky. */
    @Test
    void aWorkflowThatCancelsAnActivityThatHasEndedIsAskedAgain() {
        try (EmbeddedTemporal temporal = EmbeddedTemporal.start(0)) {
            WorkflowServiceStubs stubs = connect(temporal);
            WorkflowServiceGrpc.WorkflowServiceBlockingStub service = stubs.blockingStub();
            Cancelling cancelling = Cancelling.begin(stubs);
            cancelling.activityEnds(service);

            assertThatThrownBy(() -> cancelling.workflowCancels(service)).hasMessageContaining("UnhandledCommand");

            assertThat(task(service).getHistory().getEventsList())
                    .anyMatch(HistoryEvent::hasActivityTaskCompletedEventAttributes);
            stubs.shutdownNow();
        }
    }

    @Test
    void aWorkflowThatCancelsAnActivityWhileItEndsIsAskedAgain() throws Exception {
        try (EmbeddedTemporal temporal = EmbeddedTemporal.start(0);
                ExecutorService executor = Executors.newFixedThreadPool(2)) {
            WorkflowServiceStubs stubs = connect(temporal);
            WorkflowServiceGrpc.WorkflowServiceBlockingStub service = stubs.blockingStub();
            for (int round = 0; round < 300; round++) {
                Cancelling cancelling = Cancelling.begin(stubs);
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> ending = executor.submit(() -> {
                    together.await();
                    cancelling.activityEnds(service);
                    return null;
                });
                Future<?> asking = executor.submit(() -> {
                    together.await();
                    try {
                        cancelling.workflowCancels(service);
                    } catch (StatusRuntimeException e) {
                        assertThat(e).hasMessageContaining("UnhandledCommand");
                    }
                    return null;
                });
                ending.get();
                asking.get();

                assertThat(task(service).getHistory().getEventsList())
                        .as("round " + round)
                        .anyMatch(HistoryEvent::hasActivityTaskCompletedEventAttributes);
                cancelling.workflow().terminate("seen");
            }
            stubs.shutdownNow();
        }
    }

    /** A workflow that is about to ask for the end of its activity, which is under way. */
    private record Cancelling(
            WorkflowStub workflow, PollWorkflowTaskQueueResponse task, PollActivityTaskQueueResponse activity) {
        static Cancelling begin(WorkflowServiceStubs stubs) {
            WorkflowServiceGrpc.WorkflowServiceBlockingStub service = stubs.blockingStub();
            WorkflowStub workflow = WorkflowClient.newInstance(stubs)
                    .newUntypedWorkflowStub(
                            "ByHand",
                            WorkflowOptions.newBuilder().setTaskQueue(QUEUE).build());
            workflow.start();
            complete(
                    service,
                    EmbeddedTemporalTest.task(service),
                    Command.newBuilder()
                            .setCommandType(CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK)
                            .setScheduleActivityTaskCommandAttributes(ScheduleActivityTaskCommandAttributes.newBuilder()
                                    .setActivityId("activity")
                                    .setActivityType(ActivityType.newBuilder().setName("Long"))
                                    .setTaskQueue(TaskQueue.newBuilder().setName(QUEUE))
                                    .setStartToCloseTimeout(Durations.fromMinutes(5))
                                    .setScheduleToCloseTimeout(Durations.fromMinutes(5)))
                            .build());
            PollActivityTaskQueueResponse activity =
                    service.pollActivityTaskQueue(PollActivityTaskQueueRequest.newBuilder()
                            .setNamespace("default")
                            .setTaskQueue(TaskQueue.newBuilder().setName(QUEUE))
                            .build());
            workflow.cancel();
            return new Cancelling(workflow, EmbeddedTemporalTest.task(service), activity);
        }

        void activityEnds(WorkflowServiceGrpc.WorkflowServiceBlockingStub service) {
            RespondActivityTaskCompletedResponse _ =
                    service.respondActivityTaskCompleted(RespondActivityTaskCompletedRequest.newBuilder()
                            .setNamespace("default")
                            .setTaskToken(activity.getTaskToken())
                            .build());
        }

        void workflowCancels(WorkflowServiceGrpc.WorkflowServiceBlockingStub service) {
            long scheduled = task.getHistory().getEventsList().stream()
                    .filter(HistoryEvent::hasActivityTaskScheduledEventAttributes)
                    .mapToLong(HistoryEvent::getEventId)
                    .findFirst()
                    .orElseThrow();
            complete(
                    service,
                    task,
                    Command.newBuilder()
                            .setCommandType(CommandType.COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK)
                            .setRequestCancelActivityTaskCommandAttributes(
                                    RequestCancelActivityTaskCommandAttributes.newBuilder()
                                            .setScheduledEventId(scheduled))
                            .build());
        }
    }

    private static PollWorkflowTaskQueueResponse task(WorkflowServiceGrpc.WorkflowServiceBlockingStub service) {
        PollWorkflowTaskQueueResponse task = service.withDeadlineAfter(20, TimeUnit.SECONDS)
                .pollWorkflowTaskQueue(PollWorkflowTaskQueueRequest.newBuilder()
                        .setNamespace("default")
                        .setTaskQueue(TaskQueue.newBuilder().setName(QUEUE))
                        .build());
        assertThat(task.getTaskToken().isEmpty()).isFalse();
        return task;
    }

    private static void complete(
            WorkflowServiceGrpc.WorkflowServiceBlockingStub service,
            PollWorkflowTaskQueueResponse task,
            Command command) {
        RespondWorkflowTaskCompletedResponse _ =
                service.respondWorkflowTaskCompleted(RespondWorkflowTaskCompletedRequest.newBuilder()
                        .setNamespace("default")
                        .setTaskToken(task.getTaskToken())
                        .addCommands(command)
                        .build());
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
