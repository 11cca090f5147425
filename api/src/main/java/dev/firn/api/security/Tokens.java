package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import dev.firn.api.wiring.FirnConfiguration;
import dev.firn.registry.Digest;
import dev.firn.registry.token.StoredToken;
import dev.firn.registry.token.TokenStore;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tokens that this server accepts: those of its configuration, and those that administrators made, which are in the
 * registry. One of the latter that was looked up counts for {@link #REMEMBERED} more; revoked on this server it counts no longer.
 */
@Singleton
public class Tokens {
    private static final Duration REMEMBERED = Duration.ofSeconds(10);

    private final ApiTokens configured;
    private final TokenStore stored;
    private final Map<Digest, Known> known = new ConcurrentHashMap<>();

    /** A token that was found, and how long that counts. */
    private record Known(UUID id, Identity identity, Instant until) {}

    public Tokens(FirnConfiguration configuration, TokenStore stored) {
        this.configured = configuration.apiTokens().map(ApiTokens::parse).orElse(ApiTokens.NONE);
        this.stored = requireNonNull(stored, "stored is null");
    }

    /** Whether the configuration has tokens. */
    boolean configured() {
        return configured.required();
    }

    /** Whose token this is, as far as that is known without asking the registry. */
    Optional<Identity> remembered(String presented) {
        Optional<Identity> own = configured.find(presented).map(token -> new Identity(token.name(), token.role()));
        if (own.isPresent()) {
            return own;
        }
        Known found = known.get(digest(presented));
        return found != null && Instant.now().isBefore(found.until())
                ? Optional.of(found.identity())
                : Optional.empty();
    }

    /**
     * Whose token this is; asks the registry when it is none of the configuration's.
     *
     * @throws dev.firn.registry.RegistryUnavailableException when the registry does not answer
     */
    Optional<Identity> find(String presented) {
        Optional<Identity> remembered = remembered(presented);
        if (remembered.isPresent()) {
            return remembered;
        }
        Digest digest = digest(presented);
        Instant now = Instant.now();
        Optional<StoredToken> found = stored.use(digest);
        known.values().removeIf(other -> !now.isBefore(other.until()));
        return found.flatMap(token -> AccessRole.of(token.role()).map(role -> {
            Instant later = now.plus(REMEMBERED);
            Identity identity = new Identity(token.name(), role);
            known.put(
                    digest,
                    new Known(token.id(), identity, later.isBefore(token.expiresAt()) ? later : token.expiresAt()));
            return identity;
        }));
    }

    /** A token that was revoked counts no longer. */
    void forget(UUID id) {
        known.values().removeIf(token -> token.id().equals(id));
    }

    private static Digest digest(String presented) {
        return Digest.of(presented.getBytes(StandardCharsets.UTF_8));
    }
}
