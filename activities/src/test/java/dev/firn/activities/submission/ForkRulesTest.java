package dev.firn.activities.submission;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.stage.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForkRulesTest {
    private static final String SPECIFICATION = """
            {"data": {"sources": [{"type": "messages", "name": "m", "evaluationShare": 5}]},
             "pretrain": {"steps": 100, "learningRate": 0.001}}
            """;

    @Test
    void theSameNumberInAnotherWidthIsNoChange() {
        JsonNode after = specification();
        ((ObjectNode) after.at("/data/sources/0")).put("evaluationShare", 5L);
        assertThat(faults(after)).isEmpty();
    }

    @Test
    void whatIsLeftOutAndWhatIsNullAreTheSame() {
        JsonNode after = specification();
        ((ObjectNode) after.at("/data/sources/0")).putNull("language");
        assertThat(faults(after)).isEmpty();
    }

    @Test
    void aChangedFieldOfASourceIsNamed() {
        JsonNode after = specification();
        ((ObjectNode) after.at("/data/sources/0")).put("evaluationShare", 6);
        assertThat(faults(after)).extracting(Fault::pointer).containsExactly("/data/sources/0/evaluationShare");
    }

    @Test
    void aSourceMoreIsAChangeOfTheSources() {
        JsonNode after = specification();
        ((ArrayNode) after.at("/data/sources")).addObject().put("type", "jsonl");
        assertThat(faults(after)).extracting(Fault::pointer).containsExactly("/data/sources");
    }

    @Test
    void aStageEndsNoEarlierThanItsCheckpoint() {
        JsonNode after = specification();
        ((ObjectNode) after.at("/pretrain")).put("steps", 40);
        assertThat(faults(after))
                .extracting(Fault::detail)
                .containsExactly("is 40, but the checkpoint has done 50 steps; set it to more");
    }

    private static List<Fault> faults(JsonNode after) {
        return ForkRules.faults(Stage.PRETRAIN, 50, specification(), after);
    }

    private static JsonNode specification() {
        try {
            return new JsonMapper().readTree(SPECIFICATION);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
