package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import dev.firn.api.audit.Change;
import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.Listing;
import dev.firn.api.http.Names;
import dev.firn.api.http.RequestBodies;
import dev.firn.registry.Digest;
import dev.firn.registry.token.StoredToken;
import dev.firn.registry.token.TokenStore;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Tokens for those who use the server; for administrators. */
@Path("/api/tokens")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Tokens", description = "Asked for where the server has authentication; kept by their SHA-256")
public class TokenResource {
    private static final int RANDOM_BYTES = 32;
    private static final int USUAL_DAYS = 90;
    private static final int MOST_DAYS = 3650;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final TokenStore stored;
    private final Tokens tokens;
    private final RequestBodies bodies;
    private final Caller caller;
    private final Change change;

    public TokenResource(TokenStore stored, Tokens tokens, RequestBodies bodies, Caller caller, Change change) {
        this.stored = requireNonNull(stored, "stored is null");
        this.tokens = requireNonNull(tokens, "tokens is null");
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.change = requireNonNull(change, "change is null");
    }

    /**
     * A token that is asked for.
     *
     * @param days how long it is good; 90 when it is not said
     */
    @Schema(name = "NewToken")
    public record NewToken(
            @Schema(examples = "ada") String name,

            @Schema(enumeration = {"viewer", "operator", "admin"})
            String role,

            @Schema(minimum = "1", maximum = "3650", defaultValue = "90") @Nullable
            Integer days) {}

    /**
     * A token as clients see it.
     *
     * @param createdBy the administrator's name; null where nobody was asked for one
     * @param lastUsedAt null when it never was
     */
    @Schema(name = "Token")
    public record TokenView(
            UUID id,
            String name,
            String role,
            Instant createdAt,
            @Nullable String createdBy,
            Instant expiresAt,
            @Nullable Instant lastUsedAt,
            boolean expired) {
        public TokenView {
            requireNonNull(id, "id is null");
            requireNonNull(name, "name is null");
            requireNonNull(role, "role is null");
        }

        static TokenView of(StoredToken token) {
            return new TokenView(
                    token.id(),
                    token.name(),
                    token.role(),
                    token.createdAt(),
                    token.createdBy().orElse(null),
                    token.expiresAt(),
                    token.lastUsedAt().orElse(null),
                    !Instant.now().isBefore(token.expiresAt()));
        }
    }

    /**
     * A token that was just made.
     *
     * @param token what its holder presents; told this once
     */
    @Schema(name = "MadeToken")
    public record MadeToken(UUID id, String name, String role, Instant expiresAt, String token) {}

    /** The tokens, newest first. */
    @GET
    @Operation(
            summary = "List tokens",
            description = "Newest first, with those that have expired; without those of the server's configuration.")
    public Listing<TokenView> list(@QueryParam("limit") String limit, @QueryParam("cursor") String cursor) {
        return Listing.of(stored.list(Listing.request(limit, cursor)), TokenView::of);
    }

    /** Makes a token. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Make a token",
            description = "The answer holds the token; it is told this once, and the server keeps its SHA-256 only.")
    @APIResponse(
            responseCode = "201",
            description = "The token",
            content = @Content(schema = @Schema(implementation = MadeToken.class)))
    @APIResponse(responseCode = "422")
    public Response make(
            @RequestBody(
                            content =
                                    @Content(
                                            schema = @Schema(implementation = NewToken.class),
                                            example = "{\"name\":\"ada\",\"role\":\"operator\",\"days\":90}"))
                    InputStream body)
            throws IOException {
        NewToken asked = bodies.read(body, BodyLimits.SMALL, NewToken.class);
        if (asked.name() == null || !ApiTokens.NAME.matcher(asked.name()).matches()) {
            throw RequestBodies.refused("/name", "must match " + ApiTokens.NAME);
        }
        if (asked.role() == null || AccessRole.of(asked.role()).isEmpty()) {
            throw RequestBodies.refused("/role", "must be one of " + AccessRole.words());
        }
        int days = asked.days() == null ? USUAL_DAYS : asked.days();
        if (days < 1 || days > MOST_DAYS) {
            throw RequestBodies.refused("/days", "must be from 1 to " + MOST_DAYS + ", is " + days);
        }
        byte[] random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        String token = "firn_" + HexFormat.of().formatHex(random);
        StoredToken made = stored.add(
                asked.name(),
                Digest.of(token.getBytes(StandardCharsets.UTF_8)),
                asked.role(),
                Duration.ofDays(days),
                caller.name());
        change.after(TokenView.of(made));
        return Response.status(Response.Status.CREATED)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(new MadeToken(made.id(), made.name(), made.role(), made.expiresAt(), token))
                .build();
    }

    /** Revokes a token. */
    @DELETE
    @Path("/{id}")
    @Operation(
            summary = "Revoke a token",
            description = "It is refused from now on; by other servers on the same registry within ten seconds.")
    @APIResponse(responseCode = "204", description = "It is gone")
    public void revoke(@PathParam("id") String id) {
        StoredToken revoked = stored.revoke(Names.identifier("token", id));
        tokens.forget(revoked.id());
        change.before(TokenView.of(revoked));
    }
}
