package dev.firn.embedded;

import static java.util.Objects.requireNonNull;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.temporal.api.command.v1.Command;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.CommandType;
import io.temporal.api.enums.v1.WorkflowTaskFailedCause;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;
import io.temporal.api.workflowservice.v1.RespondActivityTaskCanceledRequest;
import io.temporal.api.workflowservice.v1.RespondActivityTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondActivityTaskFailedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskFailedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskFailedResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceImplBase;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * A workflow may ask to cancel an activity that ends while it asks. Temporal then fails the workflow's task, and gives it another
 * one that tells of the end; the test service gives none ever again. What Temporal does is done here, before the service sees the
 * request; no activity can end in between.
 */
final class LateCancellations implements ServerInterceptor {
    private final WorkflowServiceImplBase service;
    private final Lock anActivityEnds;
    private final Lock activitiesStayAsTheyAre;

    LateCancellations(WorkflowServiceImplBase service) {
        this.service = requireNonNull(service, "service is null");
        ReadWriteLock lock = new ReentrantReadWriteLock(true);
        this.anActivityEnds = lock.readLock();
        this.activitiesStayAsTheyAre = lock.writeLock();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private Optional<Q> request = Optional.empty();

            @Override
            public void onMessage(Q message) {
                request = Optional.of(message);
                super.onMessage(message);
            }

            // The service works in here
            @Override
            public void onHalfClose() {
                switch (request.orElse(null)) {
                    case RespondWorkflowTaskCompletedRequest completed
                    when cancels(completed) ->
                        locked(activitiesStayAsTheyAre, () -> {
                            if (cancelsWhatHasEnded(completed)) {
                                fail(completed);
                                call.close(Status.INVALID_ARGUMENT.withDescription("UnhandledCommand"), new Metadata());
                            } else {
                                super.onHalfClose();
                            }
                        });
                    case RespondActivityTaskCompletedRequest _ -> locked(anActivityEnds, super::onHalfClose);
                    case RespondActivityTaskFailedRequest _ -> locked(anActivityEnds, super::onHalfClose);
                    case RespondActivityTaskCanceledRequest _ -> locked(anActivityEnds, super::onHalfClose);
                    case null, default -> super.onHalfClose();
                }
            }
        };
    }

    private static void locked(Lock lock, Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    private static boolean cancels(RespondWorkflowTaskCompletedRequest request) {
        return request.getCommandsList().stream()
                .anyMatch(command -> command.getCommandType() == CommandType.COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK);
    }

    private boolean cancelsWhatHasEnded(RespondWorkflowTaskCompletedRequest request) {
        Set<Long> cancelled = request.getCommandsList().stream()
                .filter(command -> command.getCommandType() == CommandType.COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK)
                .map(Command::getRequestCancelActivityTaskCommandAttributes)
                .map(attributes -> attributes.getScheduledEventId())
                .collect(Collectors.toSet());
        Task task = Task.of(request);
        DescribeWorkflowExecutionResponse description = answer(
                service::describeWorkflowExecution,
                DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(task.namespace())
                        .setExecution(task.execution())
                        .build());
        Set<String> pending = description.getPendingActivitiesList().stream()
                .map(PendingActivityInfo::getActivityId)
                .collect(Collectors.toSet());
        GetWorkflowExecutionHistoryResponse history = answer(
                service::getWorkflowExecutionHistory,
                GetWorkflowExecutionHistoryRequest.newBuilder()
                        .setNamespace(task.namespace())
                        .setExecution(task.execution())
                        .build());
        return history.getHistory().getEventsList().stream()
                .filter(HistoryEvent::hasActivityTaskScheduledEventAttributes)
                .filter(event -> cancelled.contains(event.getEventId()))
                .anyMatch(event -> !pending.contains(
                        event.getActivityTaskScheduledEventAttributes().getActivityId()));
    }

    private void fail(RespondWorkflowTaskCompletedRequest request) {
        RespondWorkflowTaskFailedResponse _ = answer(
                service::respondWorkflowTaskFailed,
                RespondWorkflowTaskFailedRequest.newBuilder()
                        .setNamespace(request.getNamespace())
                        .setIdentity(request.getIdentity())
                        .setTaskToken(request.getTaskToken())
                        .setCause(WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND)
                        .build());
    }

    /** Asks the service in this thread, as it answers there. */
    private static <Q, A> A answer(BiConsumer<Q, StreamObserver<A>> method, Q request) {
        CompletableFuture<A> answer = new CompletableFuture<>();
        method.accept(request, new StreamObserver<>() {
            @Override
            public void onNext(A value) {
                answer.complete(value);
            }

            @Override
            public void onError(Throwable fault) {
                answer.completeExceptionally(fault);
            }

            @Override
            public void onCompleted() {}
        });
        return answer.join();
    }

    /** What a task's token says, as the test service writes it. */
    private record Task(String namespace, WorkflowExecution execution) {
        static Task of(RespondWorkflowTaskCompletedRequest request) {
            try (DataInputStream token =
                    new DataInputStream(request.getTaskToken().newInput())) {
                String namespace = token.readUTF();
                return new Task(
                        namespace,
                        WorkflowExecution.newBuilder()
                                .setWorkflowId(token.readUTF())
                                .setRunId(token.readUTF())
                                .build());
            } catch (IOException e) {
                throw new IllegalArgumentException("a task's token is not what the test service writes", e);
            }
        }
    }
}
