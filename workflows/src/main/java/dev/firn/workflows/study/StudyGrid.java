package dev.firn.workflows.study;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.InvalidSpecificationException;
import dev.firn.workflows.specification.MergePatch;
import dev.firn.workflows.specification.StudySpecification;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the runs of a study. The first is what the others are compared with. */
public final class StudyGrid {
    /** The most runs that a study may have. */
    public static final int MOST_POINTS = 200;

    /** The alias of a study's model that its runs move by their gate. */
    public static final String ALIAS = "best";

    /** The coordinate of a transfer study. */
    public static final String STEP = "step";

    private static final String WARMUP_STABLE_DECAY = "warmup-stable-decay";
    private static final Set<String> THE_STUDYS_OWN = Set.of("specVersion", "name", "description", "register", "reuse");
    private static final int LABEL_CHARACTERS = 120;
    private static final int VALUE_CHARACTERS = 40;

    private final StudySpecification study;
    private final ObjectNode base;
    private final List<StudyPoint> points = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();

    private StudyGrid(StudySpecification study) {
        this.study = study;
        this.base = withStudysOwn(study.changedBase());
    }

    /** The base specification with the study's change, as its runs have it. */
    public static ObjectNode base(StudySpecification study) {
        return new StudyGrid(study).base;
    }

    /**
     * The runs of a study, in their order. Whether the specifications are right is for their reader to say.
     *
     * @throws InvalidSpecificationException when the study asks for what cannot be; every fault is named
     */
    public static List<StudyPoint> points(StudySpecification study) {
        StudyGrid grid = new StudyGrid(study);
        if (grid.base.has("reuse") && !grid.base.path("reuse").asBoolean(true)) {
            grid.fault(
                    study.change().has("reuse") ? "/change/reuse" : "/base/reuse",
                    "is false, but the runs of a" + " study share their stages; leave it out");
        }
        switch (study) {
            case StudySpecification.Transfer transfer -> grid.transfer(transfer);
            case StudySpecification.Languages languages -> grid.languages(languages);
            case StudySpecification.Ablation ablation -> grid.ablation(ablation);
        }
        if (grid.points.size() > MOST_POINTS) {
            grid.fault("", "has " + grid.points.size() + " runs; there may be " + MOST_POINTS);
        }
        if (!grid.faults.isEmpty()) {
            throw new InvalidSpecificationException(grid.faults);
        }
        return grid.points;
    }

    private void fault(String pointer, String detail) {
        faults.add(new Fault(pointer, detail));
    }

    private ObjectNode withStudysOwn(ObjectNode specification) {
        if (!specification.has("specVersion")) {
            specification.put("specVersion", 1);
        }
        specification.put("name", study.name());
        ObjectNode register =
                specification.get("register") instanceof ObjectNode given ? given : specification.putObject("register");
        register.put("model", study.model() == null ? study.name() : study.model());
        register.put("alias", ALIAS);
        return specification;
    }

    private void add(
            String label,
            ObjectNode coordinates,
            String origin,
            ObjectNode specification,
            Optional<Integer> continues) {
        String shortened = label.length() <= LABEL_CHARACTERS ? label : label.substring(0, LABEL_CHARACTERS) + "…";
        specification.put("name", study.name() + "-" + points.size());
        specification.put("description", shortened + ", of the study " + study.name());
        points.add(new StudyPoint(shortened, coordinates, origin, specification, continues));
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    // ------------------------------------------------------------------------------------------ transfer

    /** Before the decay of its learning rate a pretraining does not know how long it will be: a longer one goes on from it. */
    private void transfer(StudySpecification.Transfer transfer) {
        String schedule = base.at("/pretrain/schedule/type").asText("linear-decay");
        if (schedule.equals("linear-decay")) {
            fault(
                    "/base/pretrain/schedule",
                    "decays from the beginning, so that weights on the way depend on the end; transfer needs "
                            + WARMUP_STABLE_DECAY + " or constant");
        }
        long warmup = base.at("/pretrain/schedule/warmupSteps").asLong();
        long before = 0;
        for (int i = 0; i < transfer.steps().size(); i++) {
            long steps = transfer.steps().get(i);
            String origin = "/steps/" + i;
            if (steps <= before) {
                fault(origin, "is " + steps + ", not above the one before it");
            }
            if (steps < warmup) {
                fault(origin, "is " + steps + ", below pretrain.schedule.warmupSteps, which is " + warmup);
            }
            before = steps;
            ObjectNode specification = base.deepCopy();
            ObjectNode pretrain = specification.get("pretrain") instanceof ObjectNode given
                    ? given
                    : specification.putObject("pretrain");
            pretrain.remove("epochs");
            pretrain.put("steps", steps);
            if (schedule.equals(WARMUP_STABLE_DECAY) && pretrain.get("schedule") instanceof ObjectNode stable) {
                stable.put("decaySteps", 0);
            }
            if (i > 0) {
                onlyWhatTheStepsChange(specification);
            }
            add(
                    "after " + steps + " steps",
                    object().put(STEP, steps),
                    origin,
                    specification,
                    i == 0 ? Optional.empty() : Optional.of(i - 1));
        }
    }

    /** What pretraining does not touch is measured once, by the first run. */
    private static void onlyWhatTheStepsChange(ObjectNode specification) {
        ObjectNode evaluate =
                specification.get("evaluate") instanceof ObjectNode given ? given : specification.putObject("evaluate");
        if (!evaluate.has("weights")) {
            evaluate.putArray("weights").add("pretrained").add("finetuned");
        }
    }

    // ------------------------------------------------------------------------------------------ languages

    private void languages(StudySpecification.Languages languages) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < languages.settings().size(); i++) {
            StudySpecification.Setting setting = languages.settings().get(i);
            String origin = "/settings/" + i;
            if (names.contains(setting.name())) {
                fault(origin + "/name", "another setting has this name");
            }
            names.add(setting.name());
            ObjectNode specification = base.deepCopy();
            put(specification, "initialise", "languages", setting.initialise());
            put(specification, "pretrain", "sources", setting.pretrain());
            // What is mined is what is finetuned with
            put(specification, "mine", "sources", setting.finetune());
            add(setting.name(), object().put("setting", setting.name()), origin, specification, Optional.empty());
        }
    }

    private static void put(ObjectNode specification, String stage, String field, @Nullable List<String> values) {
        if (values == null) {
            return;
        }
        ObjectNode part = specification.get(stage) instanceof ObjectNode given ? given : specification.putObject(stage);
        ArrayNode list = part.putArray(field);
        values.forEach(list::add);
    }

    // ------------------------------------------------------------------------------------------ ablation

    private record Chosen(int field, int value) {}

    private void ablation(StudySpecification.Ablation ablation) {
        add("base", object(), "/base", base.deepCopy(), Optional.empty());
        List<StudySpecification.VariedField> fields = ablation.vary();
        for (int i = 0; i < fields.size(); i++) {
            String field = fields.get(i).field();
            String first = field.substring(1).split("/", -1)[0];
            if (THE_STUDYS_OWN.contains(first)) {
                fault("/vary/" + i + "/field", first + " is the study's own; it cannot be varied");
            }
        }
        for (List<Chosen> choice : choices(ablation)) {
            varied(fields, choice);
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < ablation.points().size(); i++) {
            StudySpecification.Point point = ablation.points().get(i);
            String origin = "/points/" + i + "/change";
            if (names.contains(point.name())) {
                fault("/points/" + i + "/name", "another point has this name");
            }
            names.add(point.name());
            point.change().fieldNames().forEachRemaining(name -> {
                if (THE_STUDYS_OWN.contains(name)) {
                    fault(origin + "/" + name, "is the study's own; it cannot be changed");
                }
            });
            add(
                    point.name(),
                    object().put("point", point.name()),
                    origin,
                    (ObjectNode) MergePatch.apply(base, point.change()),
                    Optional.empty());
        }
    }

    private void varied(List<StudySpecification.VariedField> fields, List<Chosen> choice) {
        ObjectNode specification = base.deepCopy();
        ObjectNode coordinates = object();
        for (Chosen chosen : choice) {
            String field = fields.get(chosen.field()).field();
            JsonNode value = fields.get(chosen.field()).values().get(chosen.value());
            coordinates.set(field, value);
            if (!put(specification, JsonPointer.compile(field), value)) {
                fault("/vary/" + chosen.field() + "/field", "names no field: what is above it is a value or a list");
                return;
            }
        }
        String label = choice.stream()
                .map(chosen -> name(fields.get(chosen.field()).field()) + " "
                        + text(fields.get(chosen.field()).values().get(chosen.value())))
                .collect(Collectors.joining(", "));
        Chosen only = choice.getFirst();
        String origin = choice.size() == 1 ? "/vary/" + only.field() + "/values/" + only.value() : "/vary";
        add(label, coordinates, origin, specification, Optional.empty());
    }

    private static List<List<Chosen>> choices(StudySpecification.Ablation ablation) {
        List<List<Chosen>> choices = new ArrayList<>();
        List<StudySpecification.VariedField> fields = ablation.vary();
        if (ablation.combine().equals("each")) {
            for (int field = 0; field < fields.size(); field++) {
                for (int value = 0; value < fields.get(field).values().size(); value++) {
                    choices.add(List.of(new Chosen(field, value)));
                }
            }
            return choices;
        }
        for (int field = 0; field < fields.size(); field++) {
            List<List<Chosen>> longer = new ArrayList<>();
            for (List<Chosen> shorter : field == 0 ? List.of(List.<Chosen>of()) : choices) {
                for (int value = 0;
                        value < fields.get(field).values().size() && longer.size() <= MOST_POINTS;
                        value++) {
                    List<Chosen> choice = new ArrayList<>(shorter);
                    choice.add(new Chosen(field, value));
                    longer.add(choice);
                }
            }
            choices = longer;
        }
        return choices;
    }

    /** A field's name for people: its pointer with points. */
    public static String name(String pointer) {
        return pointer.substring(1).replace('/', '.').replace("~1", "/").replace("~0", "~");
    }

    private static String text(JsonNode value) {
        String text = value.isTextual() ? value.textValue() : value.toString();
        return text.length() <= VALUE_CHARACTERS ? text : text.substring(0, VALUE_CHARACTERS) + "…";
    }

    /** Puts a value in its place, making the objects above it; null takes the field away. */
    private static boolean put(ObjectNode specification, JsonPointer pointer, JsonNode value) {
        JsonNode parent = specification;
        JsonPointer step = pointer;
        while (!step.tail().matches()) {
            JsonNode next = child(parent, step);
            if (next == null && parent instanceof ObjectNode object) {
                next = object.putObject(step.getMatchingProperty());
            }
            if (next == null) {
                return false;
            }
            parent = next;
            step = step.tail();
        }
        if (parent instanceof ObjectNode object) {
            if (value.isNull()) {
                object.remove(step.getMatchingProperty());
            } else {
                object.set(step.getMatchingProperty(), value);
            }
            return true;
        }
        if (parent instanceof ArrayNode array
                && step.getMatchingIndex() >= 0
                && step.getMatchingIndex() < array.size()) {
            array.set(step.getMatchingIndex(), value);
            return true;
        }
        return false;
    }

    private static @Nullable JsonNode child(JsonNode parent, JsonPointer step) {
        return parent.isArray() ? parent.get(step.getMatchingIndex()) : parent.get(step.getMatchingProperty());
    }
}
