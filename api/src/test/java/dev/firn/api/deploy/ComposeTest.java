package dev.firn.api.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.api.wiring.FirnConfiguration;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** That the files of a deployment name only what there is: services, volumes, files, variables, metrics. */
class ComposeTest {
    private static final Path COMPOSE = YamlFiles.DEPLOY.resolve("compose.yaml");
    private static final Pattern METRIC = Pattern.compile("\\bfirn_[a-z_]+");
    private static final Pattern METER =
            Pattern.compile("(Counter|Gauge|Timer|DistributionSummary)\\.builder\\(\\s*\"(firn\\.[a-z.]+)\"");

    @Test
    void servicesNameServicesVolumesFilesAndSecretsThatThereAre() throws IOException {
        JsonNode compose = YamlFiles.documents(COMPOSE).getFirst();
        JsonNode services = compose.get("services");

        assertThat(services.fieldNames())
                .toIterable()
                .contains(
                        "api",
                        "worker",
                        "postgres",
                        "minio",
                        "temporal",
                        "temporal-postgres",
                        "temporal-ui",
                        "prometheus",
                        "grafana");
        services.properties().forEach(service -> {
            for (String other : names(service.getValue().path("depends_on"))) {
                assertThat(services.has(other))
                        .as(service.getKey() + " needs " + other)
                        .isTrue();
                if (service.getValue().path("depends_on").path(other).has("condition")) {
                    assertThat(services.get(other).has("healthcheck"))
                            .as(other + " must tell its health")
                            .isTrue();
                }
            }
            for (JsonNode mount : service.getValue().path("volumes")) {
                String source = mount.asText().split(":", 2)[0];
                if (source.startsWith("./")) {
                    assertThat(YamlFiles.DEPLOY.resolve(source)).exists();
                } else if (!source.startsWith("${")) {
                    assertThat(compose.get("volumes").has(source)).as(source).isTrue();
                }
            }
            for (JsonNode port : service.getValue().path("ports")) {
                assertThat(port.asText()).as(service.getKey()).startsWith("127.0.0.1:");
            }
            for (JsonNode secret : service.getValue().path("secrets")) {
                assertThat(compose.get("secrets").has(secret.asText())).isTrue();
            }
        });
    }

    @Test
    void everyVariableThatIsSetForFirnIsOneThatFirnReads() throws IOException {
        JsonNode compose = YamlFiles.documents(COMPOSE).getFirst();
        Set<String> set = new TreeSet<>(names(compose.get("x-firn-environment")));
        for (String service : List.of("api", "worker")) {
            set.addAll(names(compose.at("/services/" + service + "/environment")));
        }
        set.remove("<<");
        for (Path file : YamlFiles.below(YamlFiles.KUBERNETES)) {
            Matcher names = Pattern.compile("FIRN_[A-Z0-9_]+").matcher(Files.readString(file));
            while (names.find()) {
                set.add(names.group());
            }
        }
        assertThat(set).contains("FIRN_POSTGRES_URL", "FIRN_CACHE_BYTES", "FIRN_TEMPORAL_API_KEY");

        assertThat(readVariables()).containsAll(set);
    }

    @Test
    void dashboardsAlertsAndTheAutoscalerAskForMetricsThatThereAre() throws IOException {
        Set<String> asked = new TreeSet<>();
        for (Path file : List.of(
                YamlFiles.DEPLOY.resolve("compose/grafana/dashboards/firn.json"),
                YamlFiles.DEPLOY.resolve("compose/prometheus/alerts.yml"),
                YamlFiles.KUBERNETES.resolve("components/autoscaling/scaled-object.yaml"))) {
            Matcher names = METRIC.matcher(Files.readString(file));
            while (names.find()) {
                asked.add(names.group());
            }
        }
        assertThat(asked).hasSizeGreaterThan(8);

        assertThat(metrics()).containsAll(asked);
    }

    @Test
    void theDashboardIsOneThatGrafanaCanLoad() throws IOException {
        JsonNode dashboard = new ObjectMapper()
                .readTree(YamlFiles.DEPLOY
                        .resolve("compose/grafana/dashboards/firn.json")
                        .toFile());

        assertThat(dashboard.get("uid").asText()).isEqualTo("firn");
        Set<Integer> ids = new TreeSet<>();
        for (JsonNode panel : dashboard.get("panels")) {
            assertThat(ids.add(panel.get("id").asInt())).isTrue();
            assertThat(panel.at("/gridPos/x").asInt() + panel.at("/gridPos/w").asInt())
                    .isLessThanOrEqualTo(24);
            for (JsonNode target : panel.path("targets")) {
                String query = target.get("expr").asText();
                assertThat(query.chars().filter(c -> c == '(').count())
                        .as(query)
                        .isEqualTo(query.chars().filter(c -> c == ')').count());
            }
        }
    }

    /** What Prometheus calls the meters that the sources make. */
    private static Set<String> metrics() throws IOException {
        Set<String> metrics = new TreeSet<>();
        for (Path source : List.of(
                Path.of("../activities/src/main/java/dev/firn/activities/stage/StageMeters.java"),
                Path.of("src/main/java/dev/firn/api/metric/Gauges.java"))) {
            Matcher meters = METER.matcher(Files.readString(source));
            while (meters.find()) {
                String name = meters.group(2).replace('.', '_');
                List<String> suffixes = switch (meters.group(1)) {
                    case "Counter" -> List.of("_total");
                    case "Timer" -> List.of("_seconds_count", "_seconds_sum", "_seconds_max", "_seconds_bucket");
                    case "DistributionSummary" -> List.of("_bytes_count", "_bytes_sum", "_bytes_max");
                    default -> List.of("");
                };
                suffixes.forEach(suffix -> metrics.add(name + suffix));
            }
        }
        return metrics;
    }

    private static Set<String> readVariables() throws IOException {
        Set<String> read = Arrays.stream(FirnConfiguration.class.getMethods())
                .map(Method::getName)
                .map(name -> "FIRN_" + name.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
        for (Path source : List.of(
                Path.of("../embedded/src/main/java/dev/firn/embedded/ExternalServices.java"),
                Path.of("src/main/java/dev/firn/api/boot/BootSettings.java"),
                YamlFiles.DEPLOY.resolve("image/firn"))) {
            Matcher names = Pattern.compile("FIRN_[A-Z0-9_]+").matcher(Files.readString(source));
            while (names.find()) {
                read.add(names.group());
            }
        }
        return read;
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(name -> names.add(name.asText()));
        } else {
            node.fieldNames().forEachRemaining(names::add);
        }
        return names;
    }
}
