package dev.firn.api.webhook;

import static java.util.Objects.requireNonNull;

import dev.firn.api.audit.Change;
import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.Listing;
import dev.firn.api.http.Names;
import dev.firn.api.http.RequestBodies;
import dev.firn.api.security.Caller;
import dev.firn.api.webhook.WebhookViews.DeliveryView;
import dev.firn.api.webhook.WebhookViews.NewWebhook;
import dev.firn.api.webhook.WebhookViews.WebhookView;
import dev.firn.registry.webhook.Webhook;
import dev.firn.registry.webhook.WebhookEvent;
import dev.firn.registry.webhook.WebhookStore;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Whom to tell of runs and aliases. */
@Path("/api/webhooks")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Webhooks", description = "Signed messages about runs and aliases, sent until they arrive")
public class WebhookResource {
    private static final int LONGEST_URL = 2_000;

    private final WebhookStore webhooks;
    private final WebhookSender sender;
    private final RequestBodies bodies;
    private final Caller caller;
    private final Change change;

    public WebhookResource(
            WebhookStore webhooks, WebhookSender sender, RequestBodies bodies, Caller caller, Change change) {
        this.change = requireNonNull(change, "change is null");
        this.webhooks = requireNonNull(webhooks, "webhooks is null");
        this.sender = requireNonNull(sender, "sender is null");
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.caller = requireNonNull(caller, "caller is null");
    }

    /** Adds a receiver. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "addWebhook",
            summary = "Add a receiver",
            description = "From now on it gets a POST of JSON for each event asked for, signed as Standard Webhooks"
                    + " describe it, sent at growing intervals until it is answered with 2xx, for a day. The answer is the"
                    + " only one that shows the secret. Addresses of this machine and of private networks are refused"
                    + " unless FIRN_WEBHOOK_ALLOW names them.")
    @APIResponse(
            responseCode = "201",
            description = "The receiver, with its secret",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    @APIResponse(responseCode = "422")
    public Response add(
            @RequestBody(content = @Content(schema = @Schema(implementation = NewWebhook.class))) InputStream body)
            throws IOException {
        NewWebhook asked = bodies.read(body, BodyLimits.SMALL, NewWebhook.class);
        String secret = secret(asked.secret());
        Webhook webhook = webhooks.add(url(asked.url()), events(asked.events()), secret, caller.name());
        return Response.created(URI.create("/api/webhooks/" + webhook.id()))
                .entity(WebhookView.of(webhook, secret))
                .build();
    }

    private URI url(String text) {
        if (text == null || text.length() > LONGEST_URL) {
            throw RequestBodies.refused("/url", "must be an address of at most " + LONGEST_URL + " characters");
        }
        try {
            URI url = new URI(text);
            sender.receivers().refusal(url).ifPresent(reason -> {
                throw RequestBodies.refused("/url", reason);
            });
            return url;
        } catch (URISyntaxException e) {
            throw RequestBodies.refused("/url", "is no address: " + Names.shortened(e.getMessage()));
        }
    }

    private static List<String> events(List<String> asked) {
        if (asked == null) {
            return WebhookEvent.ALL;
        }
        if (asked.isEmpty()) {
            throw RequestBodies.refused("/events", "must have at least one");
        }
        for (int place = 0; place < asked.size(); place++) {
            if (!WebhookEvent.ALL.contains(asked.get(place))) {
                throw RequestBodies.refused("/events/" + place, "must be one of " + WebhookEvent.ALL);
            }
        }
        return asked.stream().distinct().toList();
    }

    private static String secret(String text) {
        if (text != null && !Signature.isSecret(text)) {
            throw RequestBodies.refused("/secret", "must be whsec_ and the base64 of 24 to 64 bytes");
        }
        return text == null ? Signature.newSecret() : text;
    }

    /** The receivers. */
    @GET
    @Operation(operationId = "listWebhooks", summary = "List receivers", description = "Newest first, without secrets.")
    public Listing<WebhookView> list(@QueryParam("limit") String limit, @QueryParam("cursor") String cursor) {
        return Listing.of(webhooks.list(Listing.request(limit, cursor)), webhook -> WebhookView.of(webhook, null));
    }

    /** One of them. */
    @GET
    @Path("/{id}")
    @Operation(operationId = "getWebhook", summary = "Look at a receiver", description = "Without its secret.")
    public WebhookView get(@PathParam("id") String id) {
        return WebhookView.of(webhooks.get(Names.identifier("webhook", id)), null);
    }

    /** Removes a receiver. */
    @DELETE
    @Path("/{id}")
    @Operation(
            operationId = "removeWebhook",
            summary = "Remove a receiver",
            description = "With its messages; those that have not arrived are not sent any more.")
    @APIResponse(responseCode = "204", description = "It is gone")
    public void remove(@PathParam("id") String id) {
        UUID webhook = Names.identifier("webhook", id);
        change.before(WebhookView.of(webhooks.get(webhook), null));
        webhooks.remove(webhook);
    }

    /** What was sent, and how it went. */
    @GET
    @Path("/{id}/deliveries")
    @Operation(
            operationId = "listDeliveries",
            summary = "List the messages to a receiver",
            description =
                    "Newest first: what has arrived, what is still being tried and when next, and what was given up."
                            + " Messages that are done with are kept for 30 days.")
    public Listing<DeliveryView> deliveries(
            @PathParam("id") String id, @QueryParam("limit") String limit, @QueryParam("cursor") String cursor) {
        UUID webhook = webhooks.get(Names.identifier("webhook", id)).id();
        return Listing.of(webhooks.deliveries(webhook, Listing.request(limit, cursor)), DeliveryView::of);
    }
}
