package dev.firn.api.webhook;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.firn.api.FirnTestResource;
import dev.firn.api.embedding.SmallModel;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.run.NewRun;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Messages to a real HTTP server on this machine, which the test's server is allowed to tell. */
@QuarkusTest
@WithTestResource(FirnTestResource.class)
@Timeout(120)
class WebhookResourceTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** A message as it arrived. */
    private record Message(String id, long timestamp, String signature, String body) {
        JsonNode json() throws IOException {
            return JSON.readTree(body);
        }
    }

    private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<Integer> answers = new ConcurrentLinkedQueue<>();
    private HttpServer receiver;

    @TempDir
    Path folder;

    @Inject
    RunStore runs;

    @Inject
    ModelStore models;

    @Inject
    ArtifactStore artifacts;

    @BeforeEach
    void listen() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", this::receive);
        receiver.start();
    }

    @AfterEach
    void stop() {
        given().get("/api/webhooks?limit=100")
                .jsonPath()
                .getList("items.id", String.class)
                .forEach(id -> given().delete("/api/webhooks/" + id));
        receiver.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            received.add(new Message(
                    exchange.getRequestHeaders().getFirst("webhook-id"),
                    Long.parseLong(exchange.getRequestHeaders().getFirst("webhook-timestamp")),
                    exchange.getRequestHeaders().getFirst("webhook-signature"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            Integer status = answers.poll();
            if (status != null && status == 302) {
                exchange.getResponseHeaders().set("Location", "/elsewhere");
            }
            exchange.sendResponseHeaders(status == null ? 204 : status, -1);
        }
    }

    private String url() {
        return "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook";
    }

    private JsonPath add(String events) {
        return given().contentType("application/json")
                .body("{\"url\":\"" + url() + "\",\"events\":" + events + "}")
                .post("/api/webhooks")
                .then()
                .statusCode(201)
                .header("Location", containsString("/api/webhooks/"))
                .extract()
                .jsonPath();
    }

    private UUID newRun() {
        return runs.create(new NewRun(
                        "told",
                        JsonNodeFactory.instance.objectNode(),
                        0,
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()))
                .run()
                .id();
    }

    @Test
    void aRunsStatesAndAnAliasesMovesAreToldAndSigned() throws Exception {
        JsonPath webhook = add("[\"run.cancelled\",\"alias.moved\"]");
        UUID run = newRun();
        runs.transition(run, Set.of(RunState.QUEUED), RunState.CANCELLED, Optional.empty());
        Message ofRun = received.take();
        String model = SmallModel.register(models, artifacts, SmallModel.folder(folder, 1));
        models.moveAlias(model, "champion", 1, OptionalLong.empty(), Optional.empty(), Optional.empty());
        Message ofAlias = received.take();

        assertThat(ofRun.json().path("type").asText()).isEqualTo("run.cancelled");
        assertThat(ofRun.json().at("/data/run").asText()).isEqualTo(run.toString());
        assertThat(ofRun.json().at("/data/name").asText()).isEqualTo("told");
        assertThat(ofAlias.json().path("type").asText()).isEqualTo("alias.moved");
        assertThat(ofAlias.json().at("/data/model").asText()).isEqualTo(model);
        assertThat(ofAlias.json().at("/data/version").asInt()).isEqualTo(1);
        for (Message message : List.of(ofRun, ofAlias)) {
            assertThat(message.signature()).isEqualTo(signature(webhook.getString("secret"), message));
        }
        given().get("/api/webhooks/" + webhook.getString("id") + "/deliveries")
                .then()
                .statusCode(200)
                .body("items.id", hasItem(ofRun.id()))
                .body("items.event", hasItem("run.cancelled"));
    }

    /** As Standard Webhooks describe it, without our code. */
    private static String signature(String secret, Message message) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replace("whsec_", "")), "HmacSHA256"));
        String signed = message.id() + "." + message.timestamp() + "." + message.body();
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatIsNotAnsweredWellIsSentAgainUnderTheSameId() throws Exception {
        // A redirect is not followed, and is no good answer
        answers.add(302);
        JsonPath webhook = add("[\"run.queued\"]");
        newRun();

        Message first = received.take();
        Message second = received.take();

        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.body()).isEqualTo(first.body());
        // How it went is kept just after the answer
        JsonPath delivery = delivered(webhook.getString("id"));
        assertThat(delivery.getInt("items[0].attempts")).isEqualTo(2);
        assertThat(delivery.getInt("items[0].lastStatus")).isEqualTo(204);
        assertThat(delivery.getString("items[0].lastError")).isNull();
        assertThat(received).isEmpty();
    }

    private static JsonPath delivered(String webhook) {
        while (true) {
            JsonPath deliveries =
                    given().get("/api/webhooks/" + webhook + "/deliveries").jsonPath();
            if (deliveries.getString("items[0].state").equals("DELIVERED")) {
                return deliveries;
            }
        }
    }

    @Test
    void theSecretIsShownOnceAndMayBeBroughtAlong() {
        String secret = "whsec_" + Base64.getEncoder().encodeToString(new byte[32]);
        String id = given().contentType("application/json")
                .body("{\"url\":\"" + url() + "\",\"secret\":\"" + secret + "\"}")
                .post("/api/webhooks")
                .then()
                .statusCode(201)
                .body("secret", equalTo(secret))
                .body("events", hasItem("alias.removed"))
                .extract()
                .path("id");

        given().get("/api/webhooks/" + id).then().statusCode(200).body("secret", nullValue());
        given().get("/api/webhooks")
                .then()
                .statusCode(200)
                .body("items.id", hasItem(id))
                .body("items[0].secret", nullValue());
        given().delete("/api/webhooks/" + id).then().statusCode(204);
        given().get("/api/webhooks/" + id).then().statusCode(404);
        given().get("/api/webhooks/" + id + "/deliveries").then().statusCode(404);
        given().get("/api/webhooks").then().body("items.id", not(hasItem(id)));
    }

    @Test
    void whatCannotBeIsRefusedWithThePlaceThatIsWrong() {
        refused("{}", "/url");
        refused("{\"url\":\"http://10.0.0.1/\"}", "/url");
        refused("{\"url\":\"no address\"}", "/url");
        refused("{\"url\":\"" + url() + "\",\"events\":[]}", "/events");
        refused("{\"url\":\"" + url() + "\",\"events\":[\"run.failed\",\"run.exploded\"]}", "/events/1");
        refused("{\"url\":\"" + url() + "\",\"secret\":\"short\"}", "/secret");
        refused("{\"url\":\"" + url() + "\",\"secret\":\"whsec_AAAA\"}", "/secret");
    }

    private static void refused(String body, String pointer) {
        given().contentType("application/json")
                .body(body)
                .post("/api/webhooks")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("errors[0].pointer", equalTo(pointer));
    }

    @Test
    void pausesGrowAndStayBelowTwoHours() {
        for (int attempt = 1; attempt < 60; attempt++) {
            long longest = Math.min(7_200_000L, 5_000L << Math.min(attempt - 1, 20));
            assertThat(WebhookSender.pause(attempt).toMillis()).isBetween(longest * 9 / 10, longest * 11 / 10 + 1);
        }
    }
}
