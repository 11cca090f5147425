package dev.firn.api.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.firn.api.FirnTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation and every page, asked without a token and with one of each role that is too small. */
@QuarkusTest
@TestProfile(AuthenticationTest.WithTokens.class)
@WithTestResource(FirnTestResource.class)
class AccessWalkTest {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> OPEN = Set.of("GET /login", "GET /login/oidc", "POST /login", "POST /logout");
    private static final Set<String> FOR_VIEWERS_THOUGH_NO_GET =
            Set.of("POST /v1/embeddings", "POST /api/search", "POST /api/maps", "POST /try/search", "POST /try/map");

    /** What needs an administrator, beside every DELETE but those of marks. */
    private static final Set<String> FOR_ADMINISTRATORS = Set.of(
            "GET /audit",
            "GET /api/audit",
            "GET /api/tokens",
            "POST /api/tokens",
            "GET /api/webhooks",
            "POST /api/webhooks",
            "GET /api/webhooks/{id}",
            "GET /api/webhooks/{id}/deliveries",
            "POST /api/gc",
            "POST /api/models/{name}/import",
            "PUT /api/models/{name}/aliases/{alias}");

    /** What an operator set, an operator may take back. */
    private static final Set<String> MARKS = Set.of(
            "DELETE /api/checkpoints/{id}/pin",
            "DELETE /api/models/{name}/versions/{version}/tags/{tag}",
            "DELETE /api/models/{name}/versions/{version}/archived");

    /** Every method of every resource class, described in the API or not. */
    static List<String> operations() {
        Set<String> operations = new TreeSet<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.firn.api")) {
            Optional<String> base = type.tryGetAnnotationOfType(Path.class).map(Path::value);
            if (base.isEmpty()) {
                continue;
            }
            for (JavaMethod method : type.getMethods()) {
                for (JavaAnnotation<JavaMethod> annotation : method.getAnnotations()) {
                    annotation
                            .getRawType()
                            .tryGetAnnotationOfType(HttpMethod.class)
                            .ifPresent(verb -> operations.add(verb.value() + " "
                                    + joined(
                                            base.get(),
                                            method.tryGetAnnotationOfType(Path.class)
                                                    .map(Path::value)
                                                    .orElse(""))));
                }
            }
        }
        return List.copyOf(operations);
    }

    private static String joined(String base, String path) {
        String whole = ("/" + base + "/" + path).replaceAll("/+", "/").replaceAll("\\{(\\w+): [^}]+}", "{$1}");
        return whole.length() > 1 && whole.endsWith("/") ? whole.substring(0, whole.length() - 1) : whole;
    }

    private static RequestSpecification as(String role) {
        return given().redirects().follow(false).header("Authorization", "Bearer " + AuthenticationTest.token(role));
    }

    private static Response send(RequestSpecification request, String operation) {
        String[] words = operation.split(" ", 2);
        return request.request(words[0], words[1].replaceAll("\\{\\w+}", "none"));
    }

    private static String role(String operation) {
        String method = operation.substring(0, operation.indexOf(' '));
        boolean administrators =
                FOR_ADMINISTRATORS.contains(operation) || (method.equals("DELETE") && !MARKS.contains(operation));
        if (administrators) {
            return "admin";
        }
        return READING.contains(method) || FOR_VIEWERS_THOUGH_NO_GET.contains(operation) ? "viewer" : "operator";
    }

    @Test
    void theDescriptionOfTheApiNamesNothingThatIsNotWalked() {
        Map<String, Map<String, Object>> paths =
                as("viewer").get("/q/openapi?format=json").path("paths");
        Set<String> described = new TreeSet<>();
        paths.forEach((path, methods) -> methods.keySet().stream()
                .filter(method -> !method.equals("parameters"))
                .forEach(method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path)));

        assertThat(described).hasSizeGreaterThan(30);
        assertThat(operations()).containsAll(described).contains("GET /", "GET /audit", "GET /runs/{id}");
    }

    @ParameterizedTest
    @MethodSource("operations")
    void isRefusedWithoutATokenAndWithTooSmallARole(String operation) {
        if (OPEN.contains(operation)) {
            assertThat(send(given().redirects().follow(false), operation).statusCode())
                    .isNotEqualTo(403);
            return;
        }
        assertThat(send(given().redirects().follow(false), operation).statusCode())
                .isEqualTo(401);
        String needed = role(operation);
        List<String> roles = List.of("viewer", "operator", "admin");
        for (String tooSmall : roles.subList(0, roles.indexOf(needed))) {
            assertThat(send(as(tooSmall), operation).statusCode())
                    .as(operation + " as " + tooSmall)
                    .isEqualTo(403);
        }
        // Large enough a role reaches the resource; what that would do is for others to see
        if (operation.startsWith("GET ")) {
            assertThat(send(as(needed), operation).statusCode())
                    .as(operation + " as " + needed)
                    .isNotIn(401, 403);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/no/such",
                "/api/no/such",
                "/api/runs/x/no-such",
                "/q/no-such",
                "/q/metrics",
                "/q/openapi",
                "/q/health-ui",
                "/q/dev-ui",
                "/api/runs/",
                "//api//runs",
                "/api/../api/runs",
                "/webjars",
                "/assets/../api/runs",
                "/q/health/../metrics",
                "/webjars/%2e%2e/api/runs",
                "/login/../api/runs"
            })
    void unknownPathsAndMethodsAreRefusedToo(String path) {
        for (String method : List.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")) {
            assertThat(given().redirects()
                            .follow(false)
                            .urlEncodingEnabled(false)
                            .request(method, path)
                            .statusCode())
                    .as(method + " " + path)
                    .isEqualTo(401);
        }
        for (String method : List.of("POST", "PUT", "PATCH", "DELETE", "TRACE")) {
            assertThat(as("viewer")
                            .urlEncodingEnabled(false)
                            .request(method, path)
                            .statusCode())
                    .as(method + " " + path)
                    .isEqualTo(403);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/tokens;x=1", "/api/gc;", "/audit;/login", "/api;a/tokens", "/login;/../api/tokens"})
    void noPathHasParametersThatRulesDoNotSee(String path) {
        for (String role : List.of("viewer", "operator")) {
            assertThat(as(role).urlEncodingEnabled(false).get(path).statusCode())
                    .as(path)
                    .isEqualTo(400);
            assertThat(as(role).urlEncodingEnabled(false).post(path).statusCode())
                    .as(path)
                    .isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/%74okens",
                "/api/tokens/",
                "//api/tokens",
                "/api//tokens",
                "/api/./tokens",
                "/x/../api/tokens",
                "/api/tokens?x=/login",
                "/api%2Ftokens",
                "/api/tokens%20",
                "/API/tokens"
            })
    void noSpellingOfAPathLowersItsRole(String path) {
        int status = as("operator").urlEncodingEnabled(false).get(path).statusCode();

        assertThat(status).as(path).isIn(403, 404);
    }
}
