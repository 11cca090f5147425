package dev.firn.registry.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.registry.ConflictException;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.NewModelVersion;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class WebhookStoreTest {
    private static final URI RECEIVER = URI.create("https://hooks.example.com/firn");
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final Duration DAY = Duration.ofDays(1);

    /** Of its own: whoever claims messages gets those of all tests. */
    private static TestRegistry registry;

    @BeforeAll
    static void start() throws IOException {
        registry = TestRegistry.own();
    }

    @AfterAll
    static void stop() throws IOException {
        registry.close();
    }

    private final WebhookStore webhooks = new WebhookStore(registry.database());

    @AfterEach
    void removeAll() {
        webhooks.list(PageRequest.first(100)).items().forEach(webhook -> webhooks.remove(webhook.id()));
    }

    private Webhook receiver(String... events) {
        return webhooks.add(RECEIVER, List.of(events), "whsec_secret", Optional.of("ada"));
    }

    private List<Delivery> deliveries(Webhook webhook) {
        return webhooks.deliveries(webhook.id(), PageRequest.first(100)).items();
    }

    /** A message that is on its way. */
    private DueDelivery due() {
        registry.run("prepare");
        return webhooks.claim(10, LEASE).getFirst();
    }

    @Test
    void everyStateThatARunCanEnterIsAnEvent() {
        assertThat(WebhookEvent.ALL)
                .containsAll(Arrays.stream(RunState.values())
                        .map(state -> WebhookEvent.ofRunState(state.name()))
                        .toList())
                .hasSize(RunState.values().length + 2);
    }

    @Test
    void aRunsStatesAreToldToThoseWhoAskedForThem() {
        Webhook some = receiver("run.queued", "run.failed");
        Webhook others = receiver("run.succeeded");
        UUID run = registry.run("prepare").id();
        new RunStore(registry.database())
                .transition(
                        run,
                        Set.of(RunState.QUEUED),
                        RunState.FAILED,
                        Optional.of(JsonNodeFactory.instance.objectNode().put("message", "no room")));

        List<Delivery> told = deliveries(some);
        assertThat(told).extracting(Delivery::event).containsExactly("run.failed", "run.queued");
        assertThat(told.getFirst().body().path("type").asText()).isEqualTo("run.failed");
        assertThat(told.getFirst().body().path("timestamp").asText()).isNotBlank();
        assertThat(told.getFirst().body().at("/data/run").asText()).isEqualTo(run.toString());
        assertThat(told.getFirst().body().at("/data/name").asText()).startsWith("run-");
        assertThat(told.getFirst().body().at("/data/failure/message").asText()).isEqualTo("no room");
        assertThat(deliveries(others)).isEmpty();
    }

    @Test
    void anAliasesMovesAreToldWithItsRevision() {
        Webhook webhook = receiver(WebhookEvent.ALIAS_MOVED, WebhookEvent.ALIAS_REMOVED);
        ModelStore models = new ModelStore(registry.database());
        String model = TestRegistry.name("model");
        NewModelVersion version =
                new NewModelVersion(model, registry.artifact("told"), 8, TestRegistry.document("a", "b"));
        models.register(version);
        models.register(version);
        models.moveAlias(model, "champion", 1, OptionalLong.empty(), Optional.empty(), Optional.empty());
        models.moveAlias(model, "champion", 2, OptionalLong.empty(), Optional.empty(), Optional.empty());
        // Pointing it where it points tells nothing
        models.moveAlias(model, "champion", 2, OptionalLong.empty(), Optional.empty(), Optional.empty());
        models.removeAlias(model, "champion", true, OptionalLong.empty(), Optional.empty(), Optional.empty());

        assertThat(deliveries(webhook))
                .extracting(delivery -> delivery.event() + " " + delivery.body().path("data"))
                .containsExactly(
                        "alias.removed {\"alias\":\"champion\",\"model\":\"" + model
                                + "\",\"version\":null,\"revision\":3,\"previousVersion\":2}",
                        "alias.moved {\"alias\":\"champion\",\"model\":\"" + model
                                + "\",\"version\":2,\"revision\":2,\"previousVersion\":1}",
                        "alias.moved {\"alias\":\"champion\",\"model\":\"" + model
                                + "\",\"version\":1,\"revision\":1,\"previousVersion\":null}");
    }

    @Test
    void whatDidNotHappenIsNotTold() {
        Webhook webhook = receiver(WebhookEvent.ALL.toArray(String[]::new));

        assertThatThrownBy(() -> registry.database().useTransaction(handle -> {
                    registry.run("prepare");
                    throw new ConflictException("in the end it was not");
                }))
                .isInstanceOf(ConflictException.class);

        assertThat(deliveries(webhook)).isEmpty();
    }

    @Test
    void aClaimedMessageIsNobodyElsesUntilTheLeaseHasGoneBy() {
        receiver("run.queued");
        registry.run("prepare");

        List<DueDelivery> first = webhooks.claim(10, Duration.ZERO);
        List<DueDelivery> again = webhooks.claim(10, LEASE);
        List<DueDelivery> late = webhooks.claim(10, LEASE);

        assertThat(first).hasSize(1);
        assertThat(first.getFirst().url()).isEqualTo(RECEIVER);
        assertThat(first.getFirst().secret()).isEqualTo("whsec_secret");
        assertThat(first.getFirst().toString()).doesNotContain("whsec_secret");
        // Whoever had it has died: it is sent again, with the same id
        assertThat(again)
                .extracting(DueDelivery::id)
                .containsExactly(first.getFirst().id());
        assertThat(again.getFirst().attempts()).isEqualTo(2);
        assertThat(late).isEmpty();
    }

    @Test
    void whatHasArrivedIsNotSentAgain() {
        Webhook webhook = receiver("run.queued");
        DueDelivery due = due();
        webhooks.delivered(due.id(), 204);

        assertThat(webhooks.claim(10, LEASE)).isEmpty();
        Delivery delivery = deliveries(webhook).getFirst();
        assertThat(delivery.state()).isEqualTo(Delivery.State.DELIVERED);
        assertThat(delivery.lastStatus()).hasValue(204);
        assertThat(delivery.finishedAt()).isPresent();
    }

    @Test
    void whatFailsWaitsForItsNextTurnAndIsGivenUpWhenItWouldBeTooOldByThen() {
        Webhook webhook = receiver("run.queued");
        DueDelivery due = due();

        assertThat(webhooks.failed(due.id(), OptionalInt.of(500), "HTTP 500", Duration.ofHours(1), DAY))
                .isFalse();
        assertThat(webhooks.claim(10, LEASE)).isEmpty();
        Delivery waiting = deliveries(webhook).getFirst();
        assertThat(waiting.state()).isEqualTo(Delivery.State.PENDING);
        assertThat(waiting.lastStatus()).hasValue(500);
        assertThat(waiting.lastError()).contains("HTTP 500");
        assertThat(waiting.nextAttemptAt()).isAfter(waiting.createdAt().plus(Duration.ofMinutes(59)));

        assertThat(webhooks.failed(due.id(), OptionalInt.empty(), "no connection", Duration.ofHours(25), DAY))
                .isTrue();
        Delivery givenUp = deliveries(webhook).getFirst();
        assertThat(givenUp.state()).isEqualTo(Delivery.State.GIVEN_UP);
        assertThat(givenUp.lastStatus()).isEmpty();
        assertThat(givenUp.lastError()).contains("no connection");
    }

    @Test
    void whatIsDoneWithIsForgottenInTime() {
        Webhook webhook = receiver("run.queued");
        webhooks.delivered(due().id(), 200);
        registry.run("prepare");

        assertThat(webhooks.forget(DAY)).isZero();
        assertThat(webhooks.forget(Duration.ZERO)).isEqualTo(1);
        assertThat(deliveries(webhook)).extracting(Delivery::state).containsExactly(Delivery.State.PENDING);
    }

    @Test
    void removingAReceiverRemovesItsMessages() {
        Webhook webhook = receiver("run.queued");
        registry.run("prepare");
        webhooks.remove(webhook.id());

        assertThat(webhooks.claim(10, LEASE)).isEmpty();
        assertThatThrownBy(() -> webhooks.get(webhook.id())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> webhooks.remove(webhook.id())).isInstanceOf(NotFoundException.class);
    }

    @Test
    void receiversAreListedInPages() {
        UUID first = receiver("run.queued").id();
        UUID second = receiver("run.queued").id();

        Page<Webhook> page = webhooks.list(PageRequest.first(1));
        Page<Webhook> rest =
                webhooks.list(PageRequest.after(1, page.nextCursor().orElseThrow()));

        assertThat(page.items()).extracting(Webhook::id).containsExactly(second);
        assertThat(rest.items()).extracting(Webhook::id).containsExactly(first);
        assertThat(rest.nextCursor()).isEmpty();
    }
}
