package dev.firn.api.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import dev.firn.workflows.run.TaskQueues;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The manifests against the Kubernetes model's own classes, where a field that there is not is a fault. */
class KubernetesTest {
    private static final Map<String, Class<?>> KINDS = Map.of(
            "v1/ServiceAccount", ServiceAccount.class,
            "v1/ConfigMap", ConfigMap.class,
            "v1/Service", Service.class,
            "apps/v1/Deployment", Deployment.class,
            "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
            "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class);
    private static final Set<String> OF_OTHERS = Set.of(
            "keda.sh/v1alpha1/ScaledObject",
            "kustomize.config.k8s.io/v1beta1/Kustomization",
            "kustomize.config.k8s.io/v1alpha1/Component");
    private static final ObjectMapper STRICT = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(com.fasterxml.jackson.databind.introspect.Annotated annotated) {
                    return annotated instanceof AnnotatedMember ? Boolean.FALSE : super.hasAnySetter(annotated);
                }
            });

    @Test
    void everyManifestHasTheFieldsOfItsKindAndNoOthers() throws Exception {
        int checked = 0;
        for (Path file : YamlFiles.below(YamlFiles.KUBERNETES)) {
            for (JsonNode document : YamlFiles.documents(file)) {
                String kind = kind(document);
                if (!OF_OTHERS.contains(kind)) {
                    assertThat(KINDS).as(file.toString()).containsKey(kind);
                    STRICT.treeToValue(document, KINDS.get(kind));
                    checked++;
                }
            }
        }
        assertThat(checked).isGreaterThan(8);
    }

    @Test
    void aFieldThatThereIsNotIsSeen() {
        JsonNode document = YamlFiles.documents("""
                apiVersion: apps/v1
                kind: Deployment
                spec: {template: {spec: {containers: [{name: a, readynessProbe: {}}]}}}
                """).getFirst();

        assertThatThrownBy(() -> STRICT.treeToValue(document, Deployment.class))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining("readynessProbe");
    }

    @Test
    void everyKustomizationNamesAllFilesOfItsFolder() throws IOException {
        for (Path file : YamlFiles.below(YamlFiles.KUBERNETES)) {
            if (!file.getFileName().toString().equals("kustomization.yaml")) {
                continue;
            }
            JsonNode kustomization = YamlFiles.documents(file).getFirst();
            Set<String> named = new TreeSet<>();
            kustomization.path("resources").forEach(name -> named.add(name.asText()));
            kustomization.path("components").forEach(name -> named.add(name.asText()));
            kustomization.path("patches").forEach(patch -> {
                if (patch.has("path")) {
                    named.add(patch.get("path").asText());
                }
            });
            Set<String> present = new TreeSet<>();
            try (Stream<Path> files = Files.list(file.getParent())) {
                files.map(each -> each.getFileName().toString())
                        .filter(name -> !name.equals("kustomization.yaml"))
                        .forEach(present::add);
            }
            for (String name : named) {
                assertThat(file.getParent().resolve(name)).exists();
            }
            assertThat(named).as(file.toString()).containsAll(present);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu"})
    void anOverlayMakesPodsThatAreConfinedProbedAndBounded(String overlay) throws Exception {
        Map<String, JsonNode> manifests = build(overlay);

        for (String name : List.of("firn-api", "firn-worker")) {
            Deployment deployment = STRICT.treeToValue(manifests.get("Deployment/" + name), Deployment.class);
            PodSpec pod = deployment.getSpec().getTemplate().getSpec();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            Container container = pod.getContainers().getFirst();
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                    .isTrue();
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
            assertThat(container.getStartupProbe()).isNotNull();
            assertThat(container.getReadinessProbe()).isNotNull();
            assertThat(container.getLivenessProbe()).isNotNull();
            assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
            assertThat(container.getResources().getLimits()).containsKey("memory");
            assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels())
                    .containsAllEntriesOf(deployment.getSpec().getSelector().getMatchLabels());
            PodDisruptionBudget budget =
                    STRICT.treeToValue(manifests.get("PodDisruptionBudget/" + name), PodDisruptionBudget.class);
            assertThat(budget.getSpec().getSelector())
                    .isEqualTo(deployment.getSpec().getSelector());
        }
        Deployment worker = STRICT.treeToValue(manifests.get("Deployment/firn-worker"), Deployment.class);
        assertThat(worker.getSpec().getReplicas()).as("the autoscaler decides").isNull();
        assertThat(manifests
                        .get("ScaledObject/firn-worker")
                        .at("/spec/scaleTargetRef/name")
                        .asText())
                .isEqualTo("firn-worker");
        Container container =
                worker.getSpec().getTemplate().getSpec().getContainers().getFirst();
        assertThat(container.getResources().getLimits().containsKey("nvidia.com/gpu"))
                .isEqualTo(overlay.equals("gpu"));
        String computeClass = container.getEnv().stream()
                .filter(variable -> variable.getName().equals("FIRN_COMPUTE_CLASS"))
                .map(EnvVar::getValue)
                .findFirst()
                .orElse(TaskQueues.USUAL_CLASS);
        assertThat(manifests
                        .get("ScaledObject/firn-worker")
                        .at("/spec/triggers/0/metadata/taskQueue")
                        .asText())
                .isEqualTo(TaskQueues.compute(computeClass));
    }

    /** What kustomize makes of an overlay, by kind and name. */
    private static Map<String, JsonNode> build(String overlay) throws Exception {
        List<String> command = new ArrayList<>(List.of("kubectl", "kustomize"));
        command.add(YamlFiles.KUBERNETES.resolve("overlays").resolve(overlay).toString());
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            Assumptions.abort("kubectl, which has kustomize, is not here: " + e.getMessage());
            throw new AssertionError(e);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        Map<String, JsonNode> manifests = new TreeMap<>();
        for (JsonNode document : YamlFiles.documents(output)) {
            manifests.put(
                    document.get("kind").asText() + "/"
                            + document.at("/metadata/name").asText(),
                    document);
        }
        return manifests;
    }

    private static String kind(JsonNode document) {
        return document.get("apiVersion").asText() + "/" + document.get("kind").asText();
    }
}
