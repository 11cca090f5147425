package dev.firn.api.boot;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.firn.api.SmallSpecification;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces as a collector gets them: OTLP over HTTP, where a span's trace id stands shortly before its name. */
class TracesIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final int NEAR = 64;
    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    Path folder;

    @Test
    void aTraceGoesFromTheRequestThroughTheWorkflowIntoItsActivities() throws Exception {
        BlockingQueue<String> exports = new LinkedBlockingQueue<>();
        HttpServer collector = collector(exports);
        String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort();
        try (ServerProcess server =
                ServerProcess.start(folder.resolve("home"), Map.of("FIRN_OTEL_ENDPOINT", endpoint), "up")) {
            given().baseUri(server.address().toString())
                    .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                    .contentType("application/yaml")
                    .body(SmallSpecification.write(folder, "traced").getBytes(StandardCharsets.UTF_8))
                    .post("/api/runs")
                    .then()
                    .statusCode(201);

            StringBuilder received = new StringBuilder();
            for (String span : new String[] {"POST /api/runs", "StartWorkflow:TrainingRun", "RunActivity:Prepare"}) {
                while (!isInTrace(received, span)) {
                    String export = exports.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                    assertThat(export).as("an export with " + span).isNotNull();
                    received.append(export);
                }
            }
        } finally {
            collector.stop(0);
        }
    }

    private static boolean isInTrace(CharSequence received, String span) {
        String text = received.toString();
        String id = new String(HexFormat.of().parseHex(TRACE), StandardCharsets.ISO_8859_1);
        for (int at = text.indexOf(span); at >= 0; at = text.indexOf(span, at + 1)) {
            if (text.substring(Math.max(0, at - NEAR), at).contains(id)) {
                return true;
            }
        }
        return false;
    }

    private static HttpServer collector(BlockingQueue<String> exports) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exports.add(new String(body, StandardCharsets.ISO_8859_1));
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }
}
