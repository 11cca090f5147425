package dev.firn.workflows.stage;

import static org.assertj.core.api.Assertions.assertThat;

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
        assertThat(changed(quickstart.replace("learningRate: 1e-4", "learningRate: 2e-4")))
                .containsExactly(Stage.FINETUNE, Stage.EVALUATE, Stage.REGISTER);
    }

    @Test
    void theSeedChangesEveryStageThatDrawsOrComputes() {
        assertThat(changed(quickstart.replace("seed: 42", "seed: 43")))
                .containsExactly(Arrays.copyOfRange(Stage.values(), 1, Stage.values().length));
    }

    @Test
    void whatDoesNotTouchTheOutputsTouchesNoKey() {
        assertThat(changed(quickstart.replace("everySteps: 100", "everySteps: 50")))
                .isEmpty();
        assertThat(changed(quickstart.replace("description: Three", "description: 3")))
                .isEmpty();
        assertThat(changed(quickstart + "priority: 7\nreuse: false\n")).isEmpty();
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

    private Map<Stage, String> keys(String text) {
        return StageKeys.compute(reader.read(text), Map.of(), FINGERPRINT);
    }

    private List<Stage> changed(String text) {
        assertThat(text).isNotEqualTo(quickstart);
        return differences(keys(quickstart), keys(text));
    }

    private static List<Stage> differences(Map<Stage, String> before, Map<Stage, String> after) {
        return Arrays.stream(Stage.values())
                .filter(stage -> !before.get(stage).equals(after.get(stage)))
                .toList();
    }
}
