package dev.firn.workflows.specification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rules that span fields, and the defaults that follow from other fields. Works on the document rather than on the
 * records, so that it also finds its faults in a document that has others.
 */
final class CrossFieldRules {
    private static final int DEFAULT_EPOCHS = 3;
    private static final long DEFAULT_CHECKPOINT_STEPS = 500;
    private static final int DEFAULT_TRUNCATED_DIMENSION = 256;

    private final ObjectNode specification;
    private final List<Fault> faults = new ArrayList<>();

    record Result(JsonNode resolved, List<Fault> faults) {}

    private CrossFieldRules(ObjectNode specification) {
        this.specification = specification;
    }

    static Result apply(JsonNode document) {
        if (!(document instanceof ObjectNode object)) {
            return new Result(document, List.of());
        }
        CrossFieldRules rules = new CrossFieldRules(object.deepCopy());
        rules.data();
        rules.start();
        rules.encoder();
        rules.trainStage("initialise");
        rules.trainStage("pretrain");
        rules.trainStage("finetune");
        rules.teachers();
        rules.evaluate();
        return new Result(rules.specification, rules.faults);
    }

    /** What has to be known before defaults are filled in: a start from elsewhere comes with its tokenizer. */
    static JsonNode beforeDefaults(JsonNode document) {
        if (!startsElsewhere(document) || document.has("tokenizer")) {
            return document;
        }
        ObjectNode object = document.deepCopy();
        object.putObject("tokenizer").put("type", "start");
        return object;
    }

    private static boolean startsElsewhere(JsonNode document) {
        String type = document.at("/initialise/from/type").asText("random");
        return document.isObject() && !type.equals("random");
    }

    private void start() {
        boolean elsewhere = startsElsewhere(specification);
        if (!elsewhere && !specification.has("encoder")) {
            fault("/encoder", "is missing");
        }
        boolean comesWithStart = specification.at("/tokenizer/type").asText().equals("start");
        if (elsewhere && !comesWithStart) {
            fault("/tokenizer", "comes with the weights that initialise.from names; leave it out");
        } else if (!elsewhere && comesWithStart) {
            fault("/tokenizer/type", "is start, but random weights come with no tokenizer");
        }
    }

    private void fault(String pointer, String detail) {
        faults.add(new Fault(pointer, detail));
    }

    /** Where the schema wants a list there may be anything: an element that is not there is looked at as a missing one. */
    private void data() {
        Set<String> names = new HashSet<>();
        JsonNode sources = specification.at("/data/sources");
        boolean holdsBackEvaluation = false;
        for (int i = 0; i < sources.size(); i++) {
            JsonNode source = sources.path(i);
            String pointer = "/data/sources/" + i;
            if (source.path("name").isTextual() && !names.add(source.get("name").textValue())) {
                fault(pointer + "/name", "another source has this name");
            }
            if (source.has("translations")
                    && !source.path("format").asText("pairs").equals("pairs")) {
                fault(pointer + "/translations", "is for the format pairs alone, whose lines have an id");
            }
            if (!"messages".equals(source.path("type").textValue())) {
                continue;
            }
            holdsBackEvaluation = true;
            Set<String> languages = new HashSet<>();
            source.path("languages").forEach(language -> languages.add(language.asText()));
            JsonNode evaluated = source.path("evaluationLanguages");
            for (int j = 0; j < evaluated.size(); j++) {
                if (languages.contains(evaluated.path(j).asText())) {
                    fault(
                            pointer + "/evaluationLanguages/" + j,
                            "is trained on; languages are evaluated in any case, only those not trained on stand here");
                }
                languages.add(evaluated.path(j).asText());
            }
            if (!languages.contains(source.path("referenceLanguage").asText())) {
                fault(pointer + "/referenceLanguage", "is not among the source's languages");
            }
        }
        JsonNode evaluation = specification.at("/data/evaluation");
        for (int i = 0; i < evaluation.size(); i++) {
            if (evaluation.path(i) instanceof ObjectNode set) {
                if (set.path("name").isTextual() && !names.add(set.get("name").textValue())) {
                    fault("/data/evaluation/" + i + "/name", "another source or set has this name");
                }
                if (!set.has("documentLanguage") && set.has("queryLanguage")) {
                    set.set("documentLanguage", set.get("queryLanguage"));
                }
            }
        }
        if (!sources.isEmpty() && !holdsBackEvaluation && evaluation.isEmpty()) {
            fault(
                    "/data/evaluation",
                    "is empty, and no source holds anything back: a model is never registered without an evaluation");
        }
    }

    private void encoder() {
        if (!(specification.get("encoder") instanceof ObjectNode encoder)) {
            return;
        }
        long hidden = encoder.path("hiddenSize").asLong();
        long heads = encoder.path("attentionHeads").asLong();
        if (hidden > 0 && heads > 0 && hidden % heads != 0) {
            fault("/encoder/attentionHeads", "must divide hiddenSize: " + hidden + " is no multiple of " + heads);
        } else if (hidden > 0
                && heads > 0
                && encoder.path("family").asText().equals("gte")
                && hidden / heads % 2 != 0) {
            fault(
                    "/encoder/attentionHeads",
                    "must give heads of an even width: gte rotates pairs; it is " + hidden / heads);
        }
        if (!encoder.has("intermediateSize")) {
            encoder.put("intermediateSize", 4 * hidden);
        }
        tokens("/encoding/maximumTokens");
    }

    /** A limit on tokens must not exceed the positions that the encoder knows. */
    private void tokens(String pointer) {
        long limit = specification.at(pointer).asLong();
        long positions = specification.at("/encoder/maximumTokens").asLong();
        if (positions > 0 && limit > positions) {
            fault(pointer, "is " + limit + ", above encoder.maximumTokens, which is " + positions);
        }
    }

    private void trainStage(String name) {
        if (!(specification.get(name) instanceof ObjectNode stage)) {
            return;
        }
        String pointer = "/" + name;
        if (name.equals("initialise")) {
            if (stage.path("steps").asLong() > 0) {
                tokens(pointer + "/maximumTokens");
            }
        } else {
            tokens(pointer + "/queryTokens");
            tokens(pointer + "/documentTokens");
            matryoshka(stage);
            dimensions(pointer + "/matryoshka/dimensions");
            if (stage.has("steps") && stage.has("epochs")) {
                fault(pointer + "/epochs", "steps and epochs are both given; leave one out");
            } else if (!stage.has("steps") && !stage.has("epochs")) {
                stage.put("epochs", DEFAULT_EPOCHS);
            }
        }
        checkpoints(stage, pointer + "/checkpoints");
        JsonNode schedule = stage.path("schedule");
        if (stage.path("steps").asLong() > 0) {
            long ramp = schedule.path("warmupSteps").asLong()
                    + schedule.path("decaySteps").asLong();
            if (ramp > stage.get("steps").asLong()) {
                fault(
                        pointer + "/schedule",
                        "warm-up and decay take " + ramp + " steps, the stage has "
                                + stage.get("steps").asLong());
            }
        }
    }

    private void checkpoints(ObjectNode stage, String pointer) {
        if (!(stage.get("checkpoints") instanceof ObjectNode checkpoints)) {
            return;
        }
        if (!checkpoints.has("everySteps") && !checkpoints.has("everySeconds")) {
            checkpoints.put("everySteps", DEFAULT_CHECKPOINT_STEPS);
        }
        if (checkpoints.has("keepEverySteps") && !checkpoints.has("keepLast")) {
            fault(pointer + "/keepEverySteps", "needs keepLast: without it every checkpoint is kept");
        }
    }

    private void matryoshka(ObjectNode stage) {
        if (stage.get("matryoshka") instanceof ObjectNode matryoshka && !matryoshka.has("dimensions")) {
            ArrayNode dimensions = matryoshka.putArray("dimensions");
            if (specification.at("/encoder/hiddenSize").asLong() > DEFAULT_TRUNCATED_DIMENSION) {
                dimensions.add((long) DEFAULT_TRUNCATED_DIMENSION);
            }
        }
    }

    private void dimensions(String pointer) {
        JsonNode dimensions = specification.at(pointer);
        long hidden = specification.at("/encoder/hiddenSize").asLong();
        for (int i = 0; i < dimensions.size(); i++) {
            if (hidden > 0 && dimensions.path(i).asLong() > hidden) {
                fault(
                        pointer + "/" + i,
                        "is " + dimensions.path(i).asLong() + ", above encoder.hiddenSize, which is " + hidden);
            }
        }
    }

    private void teachers() {
        if (specification.get("mine") instanceof ObjectNode mine && !mine.has("teacher")) {
            JsonNode filters = specification.at("/filter/teacher");
            if (filters.isMissingNode()) {
                fault("/mine/teacher", "is missing: mining needs a teacher, here or in filter");
            } else {
                mine.set("teacher", filters.deepCopy());
            }
        }
        if (specification.get("mine") instanceof ObjectNode mine
                && mine.path("depth").asLong() < mine.path("negatives").asLong()) {
            fault("/mine/depth", "is below negatives: no query could ever have enough of them");
        }
    }

    private void evaluate() {
        if (specification.get("evaluate") instanceof ObjectNode evaluate) {
            if (!evaluate.has("dimensions")) {
                evaluate.set(
                        "dimensions",
                        specification.at("/finetune/matryoshka/dimensions").deepCopy());
            }
            dimensions("/evaluate/dimensions");
            if ("ndcg10.truncated"
                            .equals(specification.at("/register/gate/metric").textValue())
                    && evaluate.path("dimensions").isEmpty()) {
                fault("/register/gate/metric", "needs a truncated dimension in evaluate.dimensions");
            }
        }
    }
}
