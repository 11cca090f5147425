package dev.firn.api.webhook;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.api.wiring.FirnConfiguration;
import dev.firn.registry.webhook.DueDelivery;
import dev.firn.registry.webhook.WebhookStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jboss.logging.Logger;

/** Sends the messages that are due, several at a time; whatever servers there are share them. */
@Singleton
public class WebhookSender {
    private static final Logger LOG = Logger.getLogger(WebhookSender.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    /** Longer than a message can take, so that nobody else sends it meanwhile. */
    private static final Duration LEASE = Duration.ofMinutes(1);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(2);
    private static final Duration PATIENCE = Duration.ofDays(1);
    private static final Duration KEPT = Duration.ofDays(30);
    private static final int AT_ONCE = 16;
    private static final int LONGEST_ERROR = 300;
    private static final MediaType JSON = MediaType.get("application/json");

    private final WebhookStore webhooks;
    private final ObjectMapper json;
    private final AllowedReceivers receivers;
    private final boolean serves;
    private final OkHttpClient http;
    private final ExecutorService sending = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("webhook-", 0).factory());
    private Thread looking;

    public WebhookSender(WebhookStore webhooks, ObjectMapper json, FirnConfiguration configuration) {
        this.webhooks = requireNonNull(webhooks, "webhooks is null");
        this.json = requireNonNull(json, "json is null");
        this.receivers = new AllowedReceivers(configuration.webhookAllow().orElse(List.of()));
        this.serves = configuration.role().servesHttp();
        this.http = new OkHttpClient.Builder()
                .callTimeout(ANSWER_TIMEOUT)
                .followRedirects(false)
                .followSslRedirects(false)
                .retryOnConnectionFailure(false)
                .proxy(Proxy.NO_PROXY)
                .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
                .build();
    }

    AllowedReceivers receivers() {
        return receivers;
    }

    void start(@Observes StartupEvent event) {
        if (serves) {
            looking = Thread.ofPlatform().daemon().name("webhooks").start(this::lookEverySecond);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (looking != null) {
            looking.interrupt();
        }
        sending.shutdownNow();
    }

    private void lookEverySecond() {
        Instant forgotten = Instant.EPOCH;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    while (sendDue() == AT_ONCE) {
                        // There may be more
                    }
                    if (forgotten.isBefore(Instant.now().minus(Duration.ofHours(1)))) {
                        webhooks.forget(KEPT);
                        forgotten = Instant.now();
                    }
                } catch (RuntimeException e) {
                    LOG.warn("Messages could not be sent; trying again in a moment", e);
                }
                Thread.sleep(BETWEEN_LOOKS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Sends some of the messages that are due, and waits until each has arrived or failed.
     *
     * @return how many there were
     */
    int sendDue() throws InterruptedException {
        List<DueDelivery> due = webhooks.claim(AT_ONCE, LEASE);
        List<Future<?>> sent = new ArrayList<>();
        for (DueDelivery delivery : due) {
            sent.add(sending.submit(() -> send(delivery)));
        }
        for (Future<?> each : sent) {
            try {
                each.get();
            } catch (ExecutionException e) {
                LOG.warn("How a message went could not be kept; it will be sent again", e.getCause());
            }
        }
        return due.size();
    }

    private void send(DueDelivery delivery) {
        OptionalInt status = OptionalInt.empty();
        String error;
        try (Response response = http.newBuilder()
                .dns(host -> receivers.addresses(delivery.url()))
                .build()
                .newCall(request(delivery))
                .execute()) {
            status = OptionalInt.of(response.code());
            if (response.isSuccessful()) {
                webhooks.delivered(delivery.id(), response.code());
                return;
            }
            error = "HTTP " + response.code();
        } catch (IOException e) {
            error = e.getMessage() == null ? e.toString() : e.getMessage();
        }
        String told = error.length() <= LONGEST_ERROR ? error : error.substring(0, LONGEST_ERROR);
        if (webhooks.failed(delivery.id(), status, told, pause(delivery.attempts()), PATIENCE)) {
            LOG.warnf(
                    "A message (%s) to %s was given up after a day: %s",
                    delivery.event(), delivery.url().getHost(), told);
        }
    }

    private Request request(DueDelivery delivery) throws IOException {
        // What was allowed when the receiver was added may not be any more
        Optional<String> refusal = receivers.refusal(delivery.url());
        if (refusal.isPresent()) {
            throw new IOException(refusal.get());
        }
        String id = delivery.id().toString();
        long timestamp = Instant.now().getEpochSecond();
        String body = text(delivery);
        return new Request.Builder()
                .url(delivery.url().toURL())
                .header("User-Agent", "firn")
                .header("webhook-id", id)
                .header("webhook-timestamp", Long.toString(timestamp))
                .header("webhook-signature", Signature.of(delivery.secret(), id, timestamp, body))
                .post(RequestBody.create(body.getBytes(StandardCharsets.UTF_8), JSON))
                .build();
    }

    private String text(DueDelivery delivery) {
        try {
            return json.writeValueAsString(delivery.body());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A document of the registry must be writable as JSON", e);
        }
    }

    /** Twice as long each time, and a little more or less, so that not all messages come back at once. */
    static Duration pause(int attempts) {
        int doublings = Math.min(attempts - 1, 20);
        long longest = Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << doublings);
        return Duration.ofMillis(longest * 9 / 10 + ThreadLocalRandom.current().nextLong(longest / 5 + 1));
    }
}
