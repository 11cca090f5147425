package dev.firn.api.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OidcSettingsTest {
    private static Map<String, String> environment() {
        return new HashMap<>(Map.of(
                "FIRN_OIDC_ISSUER", "https://id.example/realms/ml",
                "FIRN_OIDC_CLIENT_ID", "firn",
                "FIRN_OIDC_CLIENT_SECRET", "hidden-secret"));
    }

    @Test
    void readsAProviderWithItsRoles() {
        Map<String, String> environment = environment();
        environment.put("FIRN_OIDC_ROLES", "ml owners=admin, a=b=viewer");
        OidcSettings settings = OidcSettings.read(environment).orElseThrow();

        assertThat(settings.roles())
                .containsExactlyInAnyOrderEntriesOf(Map.of("ml owners", AccessRole.ADMIN, "a=b", AccessRole.VIEWER));
        assertThat(settings.rolesClaim()).isEqualTo("groups");
        assertThat(settings.properties())
                .containsEntry("quarkus.oidc.application-type", "hybrid")
                .containsEntry("quarkus.oidc.token.audience", "firn");
        assertThat(settings.toString()).doesNotContain("hidden-secret");
    }

    @Test
    void withoutASecretProgramsOnlyAreKnown() {
        Map<String, String> environment = environment();
        environment.remove("FIRN_OIDC_CLIENT_SECRET");

        assertThat(OidcSettings.read(environment).orElseThrow().properties())
                .containsEntry("quarkus.oidc.application-type", "service")
                .containsEntry("firn.oidc-sign-in", "false");
        assertThat(OidcSettings.read(Map.of())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FIRN_OIDC_ISSUER|id.example|FIRN_OIDC_ISSUER must be",
                "FIRN_OIDC_CLIENT_ID|' '|FIRN_OIDC_CLIENT_ID",
                "FIRN_OIDC_ROLES|owners=root|owners=root",
                "FIRN_OIDC_ROLES|=admin|FIRN_OIDC_ROLES must be"
            })
    void saysWhichVariableIsWrongWithoutTheSecret(String variable, String value, String message) {
        Map<String, String> environment = environment();
        environment.put(variable, value);

        assertThatThrownBy(() -> OidcSettings.read(environment))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("hidden-secret");
    }
}
