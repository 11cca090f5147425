package dev.firn.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessRulesTest {
    @ParameterizedTest
    @CsvSource({
        "GET, /q/health",
        "GET, /q/health/ready",
        "GET, /login",
        "POST, /login",
        "POST, /logout",
        "GET, /assets/firn.css",
        "GET, /webjars/htmx.org/2.0.4/dist/htmx.min.js"
    })
    void healthTheFormAndWhatItLooksLikeAreOpen(String method, String path) {
        assertThat(AccessRules.required(method, path)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, VIEWER",
        "GET, /q/metrics, VIEWER",
        "GET, /q/healthy, VIEWER",
        "GET, /loginx, VIEWER",
        "GET, /api/models/m/aliases/champion, VIEWER",
        "POST, /v1/embeddings, VIEWER",
        "POST, /api/search, VIEWER",
        "POST, /api/maps, VIEWER",
        "POST, /api/mapsx, OPERATOR",
        "GET, /api/tokens, ADMIN",
        "GET, /audit, ADMIN",
        "GET, /api/audit/, ADMIN",
        "POST, /api/tokens, ADMIN",
        "DELETE, /api/tokens/1, ADMIN",
        "GET, /api/tokensx, VIEWER",
        "POST, /api/runs, OPERATOR",
        "POST, /api/runs/1/cancel, OPERATOR",
        "PUT, /api/runs/1/learning-rate-scale, OPERATOR",
        "POST, /anything/new, OPERATOR",
        "POST, /api/models/m/import, ADMIN",
        "PUT, /api/models/m/aliases/champion, ADMIN",
        "PUT, /api/models/m/aliases/champion/, ADMIN",
        "DELETE, /api/runs/1, ADMIN",
        "POST, /api/gc, ADMIN",
        "DELETE, /api/checkpoints/1, ADMIN",
        "DELETE, /api/checkpoints/1/pin, OPERATOR",
        "DELETE, /api/models/m/aliases/champion, ADMIN",
        "GET, /api/models/m/aliases/champion/history, VIEWER",
        "PUT, /api/models/m/versions/1/tags/stage, OPERATOR",
        "DELETE, /api/models/m/versions/1/tags/stage, OPERATOR",
        "DELETE, /api/models/m/versions/1/archived, OPERATOR",
        "DELETE, /api/models/m/versions/1, ADMIN"
    })
    void readingNeedsAViewerChangingAnOperatorAndWhatOthersRelyOnAnAdministrator(
            String method, String path, AccessRole role) {
        assertThat(AccessRules.required(method, path)).contains(role);
    }
}
