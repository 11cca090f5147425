package dev.firn.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExternalServicesTest {
    @Test
    void embedsEverythingWhenNothingIsSet() {
        assertThat(ExternalServices.fromEnvironment(Map.of("PATH", "/bin", "FIRN_POSTGRES_URL", " ")))
                .isEqualTo(ExternalServices.NONE);
    }

    @Test
    void readsAllThatIsSet() {
        ExternalServices services = ExternalServices.fromEnvironment(Map.of(
                "FIRN_POSTGRES_URL", "jdbc:postgresql://db:5432/firn",
                "FIRN_POSTGRES_USER", "me",
                "FIRN_POSTGRES_PASSWORD", "secret1",
                "FIRN_S3_ENDPOINT", "https://s3.example.org",
                "FIRN_S3_ACCESS_KEY", "key",
                "FIRN_S3_SECRET_KEY", "secret2",
                "FIRN_S3_BUCKET", "models",
                "FIRN_TEMPORAL_ADDRESS", "temporal:7233",
                "FIRN_TEMPORAL_NAMESPACE", "training",
                "FIRN_TEMPORAL_API_KEY", "secret3"));

        assertThat(services.complete()).isTrue();
        assertThat(services.database())
                .contains(new ServiceAddresses.Database("jdbc:postgresql://db:5432/firn", "me", "secret1"));
        assertThat(services.objectStore())
                .contains(new ServiceAddresses.ObjectStore(
                        URI.create("https://s3.example.org"), "key", "secret2", "models", "us-east-1"));
        assertThat(services.temporal())
                .contains(new ServiceAddresses.Temporal("temporal:7233", "training", false, Optional.of("secret3")));
        assertThat(services.toString()).doesNotContain("secret");
    }

    @Test
    void namesEveryFaultAtOnce() {
        assertThatThrownBy(() -> ExternalServices.fromEnvironment(Map.of(
                        "FIRN_POSTGRES_URL", "postgres://db/firn",
                        "FIRN_POSTGRES_USER", "me",
                        "FIRN_S3_ACCESS_KEY", "key",
                        "FIRN_TEMPORAL_ADDRESS", "http://temporal:7233",
                        "FIRN_TEMPORAL_TLS", "yes")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("FIRN_POSTGRES_URL is set but FIRN_POSTGRES_PASSWORD is not")
                .hasMessageContaining("jdbc:postgresql:")
                .hasMessageContaining("FIRN_S3_ACCESS_KEY is set but FIRN_S3_ENDPOINT is not")
                .hasMessageContaining("FIRN_TEMPORAL_ADDRESS must be host:port")
                .hasMessageContaining("FIRN_TEMPORAL_TLS must be true or false");
    }
}
