package dev.firn.registry.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.Digest;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.PageRequest;
import dev.firn.registry.TestRegistry;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class TokenStoreTest {
    private final TokenStore tokens;

    TokenStoreTest(TestRegistry registry) {
        tokens = new TokenStore(registry.database());
    }

    private static Digest digest(String token) {
        return Digest.of(token.getBytes(UTF_8));
    }

    @Test
    void findsATokenByItsDigestAndRemembersThatItWasUsed() {
        String token = TestRegistry.name("token");
        StoredToken made = tokens.add("ada", digest(token), "operator", Duration.ofDays(30), Optional.of("root"));

        assertThat(made.lastUsedAt()).isEmpty();
        assertThat(made.expiresAt()).isEqualTo(made.createdAt().plus(Duration.ofDays(30)));
        assertThat(tokens.use(digest(token)))
                .hasValueSatisfying(found -> assertThat(found.id()).isEqualTo(made.id()));
        assertThat(tokens.use(digest(token + "x"))).isEmpty();
        assertThat(tokens.list(PageRequest.first(1000)).items())
                .filteredOn(listed -> listed.id().equals(made.id()))
                .singleElement()
                .satisfies(listed -> {
                    assertThat(listed.lastUsedAt()).isPresent();
                    assertThat(listed.createdBy()).contains("root");
                    assertThat(listed.role()).isEqualTo("operator");
                });
    }

    @Test
    void anExpiredTokenIsNotFound() {
        String token = TestRegistry.name("token");
        tokens.add("ada", digest(token), "viewer", Duration.ofSeconds(-1), Optional.empty());

        assertThat(tokens.use(digest(token))).isEmpty();
    }

    @Test
    void aRevokedTokenIsGone() {
        String token = TestRegistry.name("token");
        StoredToken made = tokens.add("ada", digest(token), "viewer", Duration.ofDays(1), Optional.empty());

        assertThat(tokens.revoke(made.id())).isEqualTo(made);

        assertThat(tokens.use(digest(token))).isEmpty();
        assertThatThrownBy(() -> tokens.revoke(made.id())).isInstanceOf(NotFoundException.class);
    }
}
