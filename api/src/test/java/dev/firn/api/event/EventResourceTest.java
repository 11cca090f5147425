package dev.firn.api.event;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.api.FirnTestResource;
import dev.firn.api.RegistryRows;
import dev.firn.registry.StageToken;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(FirnTestResource.class)
@Timeout(60)
class EventResourceTest {
    @Inject
    RegistryRows rows;

    @Inject
    EventStore events;

    @Inject
    StageStore stages;

    @TestHTTPResource("/")
    URI server;

    private record Received(String id, String name, String data) {}

    @Test
    void sendsWhatWasThenEndsWhenTheRunHasEnded() throws Exception {
        Run run = rows.running("events");
        log(run, "one");
        rows.end(run, RunState.SUCCEEDED, Optional.empty());

        try (Stream stream = open(run, null)) {
            List<Received> all = stream.readToEnd();

            assertThat(all).extracting(Received::name).containsExactly("run", "run", "log", "run", "end");
            assertThat(all.get(2).data()).contains("\"message\":\"one\"").contains("\"type\":\"log\"");
            assertThat(all.getLast().id()).isNull();
        }
    }

    @Test
    void goesOnAfterTheLastEventThatTheClientSaw() throws Exception {
        Run run = rows.running("resume");
        log(run, "one");
        log(run, "two");
        String seen;
        try (Stream stream = open(run, null)) {
            stream.next();
            stream.next();
            Received one = stream.next();
            assertThat(one.data()).contains("\"one\"");
            seen = one.id();
        }
        log(run, "three");
        rows.end(run, RunState.SUCCEEDED, Optional.empty());

        try (Stream stream = open(run, seen)) {
            List<Received> rest = stream.readToEnd();

            assertThat(rest).extracting(Received::name).containsExactly("log", "log", "run", "end");
            assertThat(rest.getFirst().data()).contains("\"two\"");
        }
    }

    @Test
    void sendsWhatHappensWhileTheClientListens() throws Exception {
        Run run = rows.running("live");
        try (Stream stream = open(run, null)) {
            stream.next();
            stream.next();
            log(run, "while you wait");
            assertThat(stream.next().data()).contains("while you wait");

            StageToken token = stages.begin(run.id(), "pretrain", "0".repeat(64), "test", Optional.empty());
            assertThat(stream.next().name()).isEqualTo("stage");
            stages.progress(token, JsonNodeFactory.instance.objectNode().put("step", 7));
            Received progress = stream.next();
            assertThat(progress.name()).isEqualTo("progress");
            assertThat(progress.id()).isNull();
            assertThat(progress.data()).contains("\"step\":7").contains("\"stage\":\"pretrain\"");
        }
    }

    @Test
    void refusesAnUnknownRunAndABrokenPositionAsProblems() {
        when().get("/api/runs/" + UUID.randomUUID() + "/events")
                .then()
                .statusCode(404)
                .contentType("application/problem+json");
        given().header("Last-Event-ID", "yesterday")
                .get("/api/runs/" + rows.run("position").id() + "/events")
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
    }

    private void log(Run run, String message) {
        events.append(run.id(), Optional.empty(), "log", message, JsonNodeFactory.instance.objectNode());
    }

    private Stream open(Run run, String lastEventId) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve("/api/runs/" + run.id() + "/events"));
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        return new Stream(request.build());
    }

    /** A client that reads the format of the HTML standard, section 9.2. */
    private static final class Stream implements AutoCloseable {
        private final HttpClient client = HttpClient.newHttpClient();
        private final BufferedReader lines;

        Stream(HttpRequest request) throws IOException, InterruptedException {
            HttpResponse<java.io.InputStream> response =
                    client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
            lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        /** The next event; null at the end of the stream. */
        Received next() throws IOException {
            String id = null;
            String name = null;
            String data = null;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() && data != null) {
                    return new Received(id, name, data);
                } else if (line.startsWith("id:")) {
                    id = line.substring(3).strip();
                } else if (line.startsWith("event:")) {
                    name = line.substring(6).strip();
                } else if (line.startsWith("data:")) {
                    data = line.substring(5).strip();
                }
            }
            return null;
        }

        List<Received> readToEnd() throws IOException {
            List<Received> all = new ArrayList<>();
            for (Received event = next(); event != null; event = next()) {
                all.add(event);
            }
            return all;
        }

        @Override
        public void close() {
            client.shutdownNow();
        }
    }
}
