package dev.firn.api.webhook;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.webhook.Delivery;
import dev.firn.registry.webhook.Webhook;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Receivers and messages as clients see them. */
public final class WebhookViews {
    private WebhookViews() {}

    /**
     * A receiver that is to be added.
     *
     * @param url where messages go
     * @param events what they tell of; all that there is when null
     * @param secret {@code whsec_} and the base64 of 24 to 64 bytes; made by the server when null
     */
    public record NewWebhook(
            String url,
            @Nullable List<String> events,
            @Nullable String secret) {
        public NewWebhook {
            events = events == null ? null : List.copyOf(events);
        }
    }

    /**
     * A receiver.
     *
     * @param secret what messages are signed with; only in the answer to the request that made it
     */
    public record WebhookView(
            UUID id,
            String url,
            List<String> events,
            @Nullable String createdBy,
            Instant createdAt,
            @JsonInclude(JsonInclude.Include.NON_NULL) String secret) {
        public WebhookView {
            requireNonNull(id, "id is null");
            requireNonNull(url, "url is null");
            events = List.copyOf(events);
        }

        static WebhookView of(Webhook webhook, String secret) {
            return new WebhookView(
                    webhook.id(),
                    webhook.url().toString(),
                    webhook.events(),
                    webhook.createdBy().orElse(null),
                    webhook.createdAt(),
                    secret);
        }
    }

    /**
     * A message to a receiver.
     *
     * @param id the {@code webhook-id} of every attempt
     * @param state {@code PENDING}, {@code DELIVERED} or {@code GIVEN_UP}
     * @param attempts how often it was sent
     * @param nextAttemptAt when it is sent again; null unless it is pending
     * @param lastStatus the receiver's last answer; null when there was none
     * @param lastError why the last attempt failed; null when it did not
     */
    public record DeliveryView(
            UUID id,
            String event,
            String state,
            int attempts,
            Instant createdAt,
            @Nullable Instant nextAttemptAt,
            @Nullable Instant finishedAt,
            @Nullable Integer lastStatus,
            @Nullable String lastError,
            JsonNode body) {
        static DeliveryView of(Delivery delivery) {
            return new DeliveryView(
                    delivery.id(),
                    delivery.event(),
                    delivery.state().name(),
                    delivery.attempts(),
                    delivery.createdAt(),
                    delivery.state() == Delivery.State.PENDING ? delivery.nextAttemptAt() : null,
                    delivery.finishedAt().orElse(null),
                    delivery.lastStatus().isPresent() ? delivery.lastStatus().getAsInt() : null,
                    delivery.lastError().orElse(null),
                    delivery.body());
        }
    }
}
