package dev.firn.workflows.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.InvalidSpecificationException;
import dev.firn.workflows.specification.SpecificationReader;
import dev.firn.workflows.specification.StudyReader;
import dev.firn.workflows.specification.StudySpecification;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StudyGridTest {
    private static final String BASE = """
            base:
              specVersion: 1
              name: whatever
              pretrain:
                {epochs: 2, schedule: {type: warmup-stable-decay, warmupSteps: 4, decaySteps: 50}}
              mine: {threshold: {type: percentage-of-positive, value: 0.95}}
              register: {model: production, alias: champion, gate: {metric: ndcg10.cross}}
            """;

    private final StudyReader reader = new StudyReader(new SpecificationReader());

    private StudySpecification study(String type, String rest) {
        return reader.read("specVersion: 1\nname: s\ntype: " + type + "\n" + BASE + rest);
    }

    private List<StudyPoint> points(String type, String rest) {
        return StudyGrid.points(study(type, rest));
    }

    private List<Fault> faults(String type, String rest) {
        return catchThrowableOfType(InvalidSpecificationException.class, () -> points(type, rest))
                .faults();
    }

    @Test
    void theRunsOfAStudyRegisterItsOwnModelByTheBasesGate() {
        ObjectNode specification = points("transfer", "steps: [5]").getFirst().specification();

        assertThat(specification.at("/register").toString())
                .isEqualTo("{\"model\":\"s\",\"alias\":\"best\",\"gate\":{\"metric\":\"ndcg10.cross\"}}");
        assertThat(specification.path("name").asText()).isEqualTo("s-0");
        assertThat(points("transfer", "steps: [5]\nmodel: other")
                        .getFirst()
                        .specification()
                        .at("/register/model")
                        .asText())
                .isEqualTo("other");
    }

    @Test
    void transferCutsPretrainingBeforeItsDecayAndEachRunGoesOnFromTheOneBefore() {
        List<StudyPoint> points = points("transfer", "steps: [4, 10, 20]");

        assertThat(points)
                .extracting(StudyPoint::continues)
                .containsExactly(Optional.empty(), Optional.of(0), Optional.of(1));
        assertThat(points.get(1).specification().at("/pretrain").toString())
                .isEqualTo(
                        "{\"schedule\":{\"type\":\"warmup-stable-decay\",\"warmupSteps\":4,\"decaySteps\":0},\"steps\":10}");
        assertThat(points.get(0).specification().has("evaluate")).isFalse();
        assertThat(points.get(1).specification().at("/evaluate/weights").toString())
                .isEqualTo("[\"pretrained\",\"finetuned\"]");
        assertThat(points.get(2).coordinates().path("step").asLong()).isEqualTo(20);
    }

    @Test
    void transferRefusesWhatWeightsOnTheWayCannotBeComparedUnder() {
        assertThat(faults("transfer", "steps: [3, 2]"))
                .extracting(Fault::pointer)
                .containsExactly("/steps/0", "/steps/1", "/steps/1");
        assertThat(faults("transfer", "steps: [5]\nchange: {pretrain: {schedule: {type: linear-decay}}}"))
                .extracting(Fault::pointer)
                .containsExactly("/base/pretrain/schedule");
        assertThat(faults("transfer", "steps: [5]\nchange: {reuse: false}"))
                .extracting(Fault::pointer)
                .containsExactly("/change/reuse");
    }

    @Test
    void languagesSwapWhatEachStageLearnsFrom() {
        List<StudyPoint> points = points("languages", """
                settings:
                  - {name: En/En/En, initialise: [en], pretrain: ["*/en"], finetune: ["*/en"]}
                  - {name: En/En/Multi, initialise: [en], pretrain: ["*/en"]}
                """);

        assertThat(points).extracting(StudyPoint::label).containsExactly("En/En/En", "En/En/Multi");
        assertThat(points.get(0).specification().at("/initialise/languages").toString())
                .isEqualTo("[\"en\"]");
        assertThat(points.get(0).specification().at("/mine/sources").toString()).isEqualTo("[\"*/en\"]");
        assertThat(points.get(1).specification().at("/pretrain/sources").toString())
                .isEqualTo("[\"*/en\"]");
        assertThat(points.get(1).specification().at("/mine").has("sources")).isFalse();
        assertThat(faults("languages", "settings: [{name: a}, {name: a}]"))
                .extracting(Fault::pointer)
                .containsExactly("/settings/1/name");
    }

    @Test
    void anAblationIsTheBaseAndEveryValueWithEveryOther() {
        List<StudyPoint> points = points("ablation", """
                vary:
                  - {field: /mine/threshold/value, values: [0.95, 0.99]}
                  - {field: /filter/topRank, values: [1, 5, 10]}
                points: [{name: from scratch, change: {mine: null, tokenizer: {type: folder, folder: /t}}}]
                """);

        assertThat(points).hasSize(1 + 6 + 1);
        assertThat(points)
                .extracting(StudyPoint::label)
                .contains("base", "mine.threshold.value 0.99, filter.topRank 5");
        assertThat(points.get(6).specification().at("/mine/threshold/value").asDouble())
                .isEqualTo(0.99);
        assertThat(points.get(6).specification().at("/mine/threshold/type").asText())
                .isEqualTo("percentage-of-positive");
        assertThat(points.get(6).specification().at("/filter/topRank").asInt()).isEqualTo(10);
        assertThat(points.get(7).specification().has("mine")).isFalse();
        assertThat(points.get(7).specification().at("/tokenizer/folder").asText())
                .isEqualTo("/t");
        assertThat(points.get(0).specification().at("/filter").isMissingNode()).isTrue();
    }

    @Test
    void withEachOneFieldIsVariedAtATime() {
        assertThat(points("ablation", """
                combine: each
                vary: [{field: /seed, values: [1, 2]}, {field: /filter/topRank, values: [1, null]}]
                """))
                .extracting(StudyPoint::label)
                .containsExactly("base", "seed 1", "seed 2", "filter.topRank 1", "filter.topRank null");
    }

    @Test
    void whatIsTheStudysOwnIsNotVariedAndFieldsBelowValuesAreNone() {
        assertThat(faults("ablation", """
                vary: [{field: /register/model, values: [a]}, {field: /pretrain/epochs/x, values: [1]}]
                points: [{name: a, change: {name: b}}, {name: a, change: {}}]
                """))
                .extracting(Fault::pointer)
                .contains("/vary/0/field", "/vary/1/field", "/points/0/change/name", "/points/1/name");
        assertThat(faults(
                        "ablation",
                        "vary: [{field: /a, values: %s}, {field: /b, values: %s}]".formatted(numbers(), numbers())))
                .singleElement()
                .satisfies(fault -> assertThat(fault.detail()).contains("200"));
    }

    private static List<Integer> numbers() {
        return java.util.stream.IntStream.range(0, 20).boxed().toList();
    }

    @Test
    void theReaderNamesEveryFaultAndGivesTheSameAgain() {
        StudySpecification study = study("ablation", "vary: [{field: /seed, values: [1]}]");
        assertThat(reader.read(reader.toDocument(study))).isEqualTo(study);
        assertThat(study.parallelism()).isEqualTo(2);

        assertThat(catchThrowableOfType(
                                InvalidSpecificationException.class,
                                () -> reader.read("specVersion: 1\ntype: ablation\nname: A\nbase: quickstart.yaml\n"
                                        + "paralelism: 3\nvary: [{field: seed, values: []}]"))
                        .faults())
                .extracting(Fault::pointer)
                .contains("/name", "/base", "/paralelism", "/vary/0/field", "/vary/0/values");
    }
}
