package dev.firn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * An HTTP server that gives answers in the recorded shape of Firn's REST interface, for what the command line makes of
 * them. The answers to one request are given in turn, the last one again and again.
 */
public final class RecordedServer implements AutoCloseable {
    /** A request as it arrived. */
    public record Received(String request, Map<String, String> headers, String body) {
        /** The body read as JSON. */
        public JsonNode json() {
            try {
                return new ObjectMapper().readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Recorded {
        private final int status;
        private final String contentType;
        private final byte[] body;

        private Recorded(int status, String contentType, byte[] body) {
            this.status = status;
            this.contentType = contentType;
            this.body = body.clone();
        }
    }

    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Deque<Optional<Recorded>>> answers = new HashMap<>();
    private final Map<String, Function<Received, String>> computed = new HashMap<>();
    private final List<Received> received = new CopyOnWriteArrayList<>();

    public RecordedServer() {
        this(0);
    }

    /**
     * Listens on a port.
     *
     * @param port 0 for any that is free
     */
    public RecordedServer(int port) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + port());
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Answers a request, for example {@code GET /api/runs?limit=50}, with JSON. */
    public RecordedServer answer(String request, String json) {
        return answer(request, 200, "application/json", json.getBytes(UTF_8));
    }

    /** Answers a request with a problem. */
    public RecordedServer problem(String request, int status, String json) {
        return answer(request, status, "application/problem+json", json.getBytes(UTF_8));
    }

    public RecordedServer answer(String request, int status, String contentType, byte[] body) {
        return queue(request, Optional.of(new Recorded(status, contentType, body)));
    }

    /** Answers a request with JSON computed from it. */
    public synchronized RecordedServer compute(String request, Function<Received, String> answer) {
        computed.put(request, answer);
        return this;
    }

    /** Closes the connection instead of answering. */
    public RecordedServer hangUp(String request) {
        return queue(request, Optional.empty());
    }

    private synchronized RecordedServer queue(String request, Optional<Recorded> answer) {
        answers.computeIfAbsent(request, name -> new ArrayDeque<>()).add(answer);
        return this;
    }

    /** All that arrived, in order. */
    public List<Received> received() {
        return List.copyOf(received);
    }

    private synchronized Optional<Recorded> next(Received arrived) {
        String request = arrived.request();
        Function<Received, String> function = computed.get(request);
        if (function != null) {
            return Optional.of(new Recorded(
                    200, "application/json", function.apply(arrived).getBytes(UTF_8)));
        }
        Deque<Optional<Recorded>> queue = answers.get(request);
        if (queue == null) {
            byte[] body = ("{\"title\":\"No such thing\",\"status\":404,\"detail\":\"nothing was recorded for "
                            + request + "\"}")
                    .getBytes(UTF_8);
            return Optional.of(new Recorded(404, "application/problem+json", body));
        }
        return queue.size() > 1 ? queue.remove() : queue.element();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String request = exchange.getRequestMethod() + ' ' + exchange.getRequestURI();
            Map<String, String> headers = new HashMap<>();
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
            Received arrived = new Received(
                    request, headers, new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            received.add(arrived);
            Optional<Recorded> answer = next(arrived);
            if (answer.isPresent()) {
                byte[] body = answer.get().body;
                exchange.getResponseHeaders().set("Content-Type", answer.get().contentType);
                exchange.sendResponseHeaders(answer.get().status, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        executor.close();
    }
}
