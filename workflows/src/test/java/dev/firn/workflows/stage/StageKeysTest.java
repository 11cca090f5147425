package dev.firn.workflows.stage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.specification.SpecificationReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StageKeysTest {
    private static final Map<String, ?> FINGERPRINT = Map.of("blasLibrary", "openblas", "vectorBits", 256);

    private final SpecificationReader reader = new SpecificationReader();
    private final String quickstart;

    StageKeysTest() throws IOException {
        this.quickstart = Files.readString(Path.of("../examples/quickstart.yaml"));
    }

    @Test
    void theSameSpecificationGivesTheSameKeysWhateverItsForm() {
        String json = reader.toDocument(reader.read(quickstart)).toString();

        assertThat(keys(json)).isEqualTo(keys(quickstart));
        assertThat(keys(quickstart).values()).doesNotHaveDuplicates().allMatch(key -> key.matches("[0-9a-f]{64}"));
    }

    @Test
    void aChangedLearningRateInFinetuningLeavesAllKeysBeforeIt() {
        assertThat(changed("/finetune", "learningRate", 2.5e-5))
                .containsExactly(Stage.FINETUNE, Stage.EVALUATE, Stage.REGISTER);
    }

    @Test
    void theSeedChangesEveryStageThatDrawsOrComputes() {
        assertThat(changed("", "seed", 4711))
                .containsExactly(Arrays.copyOfRange(Stage.values(), 1, Stage.values().length));
    }

    @Test
    void whatDoesNotTouchTheOutputsTouchesNoKey() {
        assertThat(changed("/pretrain/checkpoints", "everySteps", 7)).isEmpty();
        assertThat(changed("/pretrain", "activationCheckpointing", true)).isEmpty();
        assertThat(changed("", "description", "other words")).isEmpty();
        assertThat(changed("", "priority", 7)).isEmpty();
        assertThat(changed("", "reuse", false)).isEmpty();
    }

    @Test
    void otherInputsOrAnotherMachineChangeTheKeysThatDependOnThem() {
        RunSpecification specification = reader.read(quickstart);
        SortedMap<String, String> teacher = new TreeMap<>(Map.of("teacher", "abc"));

        assertThat(differences(
                        keys(quickstart), StageKeys.compute(specification, Map.of(Stage.MINE, teacher), FINGERPRINT)))
                .containsExactly(Stage.MINE, Stage.FINETUNE, Stage.EVALUATE, Stage.REGISTER);
        assertThat(differences(keys(quickstart), StageKeys.compute(specification, Map.of(), Map.of("vectorBits", 512))))
                .doesNotContain(Stage.PREPARE)
                .hasSize(Stage.values().length - 1);
    }

    private String elsewhere(String from) {
        ObjectNode document = reader.toDocument(reader.read(quickstart));
        document.remove("tokenizer");
        ((ObjectNode) document.get("initialise")).set("from", reader.parse("{" + from + "}"));
        return document.toString();
    }

    @Test
    void weightsFromElsewhereCountByTheirDigest() {
        String digest = "\"sha256\":\"" + "a".repeat(64) + "\"";
        String other = "\"sha256\":\"" + "b".repeat(64) + "\"";
        String folder = "\"type\":\"folder\",\"folder\":\"/x\",";
        String model = "\"type\":\"model\",\"model\":\"m@1\",";
        Map<Stage, String> keys = keys(elsewhere(folder + digest));

        assertThat(keys(elsewhere(model + digest))).isEqualTo(keys);
        assertThat(differences(keys, keys(elsewhere(folder + other))))
                .containsExactly(Stage.INITIALISE, Stage.PRETRAIN, Stage.FINETUNE, Stage.EVALUATE, Stage.REGISTER);
        assertThat(differences(keys, keys(elsewhere(folder + digest + ",\"keepLayers\":2"))))
                .startsWith(Stage.INITIALISE);
        // The tokens themselves change
        assertThat(differences(keys, keys(elsewhere(folder + digest + ",\"pruneVocabulary\":true"))))
                .startsWith(Stage.PREPARE, Stage.INITIALISE);
    }

    private Map<Stage, String> keys(String text) {
        return StageKeys.compute(reader.read(text), Map.of(), FINGERPRINT);
    }

    /** The stages whose key is another when one field of the quickstart has another value. */
    private List<Stage> changed(String parent, String field, Object value) {
        ObjectNode document = reader.toDocument(reader.read(quickstart));
        ObjectNode object = (ObjectNode) document.at(parent);
        JsonNode before = object.get(field);
        object.putPOJO(field, value);
        assertThat(object.get(field)).isNotEqualTo(before);
        return differences(keys(quickstart), keys(document.toString()));
    }

    private static List<Stage> differences(Map<Stage, String> before, Map<Stage, String> after) {
        return Arrays.stream(Stage.values())
                .filter(stage -> !before.get(stage).equals(after.get(stage)))
                .toList();
    }
}
