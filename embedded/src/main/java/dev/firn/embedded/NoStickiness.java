package dev.firn.embedded;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;

/**
 * Takes from each worker's answer the wish to get the workflow's next task itself. Temporal lets such a task go to any worker
 * after some seconds; the test service keeps it for the one that asked, for ever, also when that has died.
 */
final class NoStickiness implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            @Override
            public void onMessage(Q message) {
                super.onMessage(withoutStickiness(message));
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static <Q> Q withoutStickiness(Q message) {
        return message instanceof RespondWorkflowTaskCompletedRequest request
                ? (Q) request.toBuilder().clearStickyAttributes().build()
                : message;
    }
}
