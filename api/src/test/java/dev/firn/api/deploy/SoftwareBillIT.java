package dev.firn.api.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The bill of materials that a build writes. */
class SoftwareBillIT {
    @Test
    void namesWhatTheProgramConsistsOfWithVersionsAndDigestsAndNothingOfTheTests() throws IOException {
        JsonNode bill =
                new ObjectMapper().readTree(Path.of("target", "bom.json").toFile());
        Set<String> names = new TreeSet<>();
        for (JsonNode component : bill.get("components")) {
            names.add(component.get("name").asText());
            assertThat(component.get("version").asText())
                    .as(component.get("name").asText())
                    .isNotEmpty();
            assertThat(component.get("purl").asText()).startsWith("pkg:maven/");
        }

        assertThat(bill.get("bomFormat").asText()).isEqualTo("CycloneDX");
        assertThat(names)
                .hasSizeGreaterThan(200)
                .contains("training", "workflows", "model-registry", "activities", "embedded", "cli")
                .contains("quarkus-rest", "postgresql", "temporal-sdk", "minio", "nd4j-native", "htmx.org")
                .doesNotContain(
                        "assertj-core", "rest-assured", "archunit", "junit-jupiter", "slf4j-nop", "slf4j-jdk14");
    }
}
