package dev.firn.api.event;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.api.http.Names;
import dev.firn.api.http.Problem;
import dev.firn.api.http.ProblemException;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.run.RunStore;
import jakarta.annotation.PreDestroy;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What happens in a run, while it happens. */
@Path("/api/runs/{id}/events")
@Tag(name = "Runs")
public class EventResource {
    private final RunStore runs;
    private final EventStore events;
    private final RunWatcher watcher;
    private final ObjectMapper json;
    private final ExecutorService listeners = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("events-", 0).factory());

    public EventResource(RunStore runs, EventStore events, RunWatcher watcher, ObjectMapper json) {
        this.runs = requireNonNull(runs, "runs is null");
        this.events = requireNonNull(events, "events is null");
        this.watcher = requireNonNull(watcher, "watcher is null");
        this.json = requireNonNull(json, "json is null");
    }

    /** Sends the events that were, then those to come, until the run has ended or the client has gone. */
    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            operationId = "followRun",
            summary = "Follow a run",
            description = "Server-sent events: those that were, then those to come. id is the event's id; send it as"
                    + " Last-Event-ID to go on after it. event is its type (run, stage, log, …); progress comes without"
                    + " an id, as it is not kept. After the run's end comes the event 'end', and the stream ends.")
    @APIResponse(
            responseCode = "200",
            description = "The events, as they happen",
            content =
                    @Content(
                            mediaType = MediaType.SERVER_SENT_EVENTS,
                            schema = @Schema(implementation = String.class),
                            example =
                                    "id:2\nevent:run\ndata:{\"id\":2,\"at\":\"2026-11-24T15:29:22.347876Z\",\"type\":\"run\",\"message\":\"running\"}\n\n"))
    public void follow(
            @PathParam("id") String id,
            @HeaderParam("Last-Event-ID") String lastEventId,
            @Context SseEventSink sink,
            @Context Sse sse) {
        UUID run = runs.get(Names.identifier("run", id)).id();
        long after = lastEventId(lastEventId);
        EventStream stream = new EventStream(run, after, events, watcher, sink, sse, json);
        listeners.execute(stream::send);
    }

    private static long lastEventId(String header) {
        if (header == null || header.isBlank()) {
            return 0;
        }
        try {
            return Math.max(0, Long.parseLong(header.strip()));
        } catch (NumberFormatException e) {
            throw new ProblemException(
                    Problem.badRequest("Last-Event-ID must be a number, is '" + Names.shortened(header) + "'"));
        }
    }

    @PreDestroy
    void stop() {
        listeners.shutdownNow();
    }
}
