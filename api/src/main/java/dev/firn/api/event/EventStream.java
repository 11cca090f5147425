package dev.firn.api.event;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.api.event.RunWatcher.Sight;
import dev.firn.api.event.RunWatcher.Working;
import dev.firn.api.run.EventView;
import dev.firn.registry.event.Event;
import dev.firn.registry.event.EventStore;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;

/** One listener's stream of a run's events. Runs on a thread of its own and waits for the client to take each event. */
final class EventStream {
    private static final Logger LOG = Logger.getLogger(EventStream.class);
    private static final int PAGE = 200;

    // Shorter than what proxies and clients take for a dead connection.
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private final UUID run;
    private final EventStore events;
    private final RunWatcher watcher;
    private final SseEventSink sink;
    private final Sse sse;
    private final ObjectMapper json;
    private long cursor;

    EventStream(
            UUID run,
            long after,
            EventStore events,
            RunWatcher watcher,
            SseEventSink sink,
            Sse sse,
            ObjectMapper json) {
        this.run = requireNonNull(run, "run is null");
        this.cursor = after;
        this.events = requireNonNull(events, "events is null");
        this.watcher = requireNonNull(watcher, "watcher is null");
        this.sink = requireNonNull(sink, "sink is null");
        this.sse = requireNonNull(sse, "sse is null");
        this.json = requireNonNull(json, "json is null");
    }

    /** Sends until the run has ended or the client has gone. */
    void send() {
        try (SseEventSink closing = sink;
                RunWatcher.Watch watch = watcher.watch(run)) {
            Sight seen = null;
            while (!closing.isClosed()) {
                Sight sight = watch.await(seen, HEARTBEAT);
                sendStored(sight.lastEvent());
                if (sight.ended()) {
                    sendEnd();
                    return;
                }
                if (sight.equals(seen)) {
                    deliver(sse.newEventBuilder().comment("still here").build());
                } else {
                    sendProgress(sight.working(), seen == null ? List.of() : seen.working());
                }
                seen = sight;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (CompletionException | IllegalStateException e) {
            LOG.debugf(e, "A listener to run %s has gone", run);
        } catch (RuntimeException e) {
            LOG.warnf(e, "The events of run %s could not be sent; the client will ask again", run);
        }
    }

    private void sendStored(long last) {
        while (cursor < last && !sink.isClosed()) {
            List<Event> page = events.after(run, cursor, PAGE);
            if (page.isEmpty()) {
                return;
            }
            for (Event event : page) {
                deliver(sse.newEventBuilder()
                        .id(Long.toString(event.id()))
                        .name(event.type())
                        .data(text(EventView.of(event)))
                        .build());
                cursor = event.id();
            }
        }
    }

    private void sendProgress(List<Working> now, List<Working> before) {
        for (Working working : now) {
            if (!before.contains(working)) {
                deliver(sse.newEventBuilder()
                        .name("progress")
                        .data(text(Map.of(
                                "at", Instant.now(),
                                "stage", working.stage(),
                                "type", "progress",
                                "message", working.progress().path("message").asText(""),
                                "data", working.progress())))
                        .build());
            }
        }
    }

    private void sendEnd() {
        deliver(sse.newEventBuilder()
                .name("end")
                .data(text(Map.of("type", "end", "message", "The run has ended")))
                .build());
    }

    // Written here: a media type of its own would add a field to the event that no client knows.
    private String text(Object data) {
        try {
            return json.writeValueAsString(data);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An event must be writable as JSON", e);
        }
    }

    private void deliver(OutboundSseEvent event) {
        sink.send(event).toCompletableFuture().join();
    }
}
