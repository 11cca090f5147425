package dev.firn.activities.submission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.stage.Stage;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a fork may change. It has the outputs of the stages that the checkpoint's stage builds on, so what those were made with
 * stays, and so does whatever the weights' shapes and the meaning of their rows depend on.
 */
final class ForkRules {
    private static final List<String> FIXED = List.of(
            "/specVersion",
            "/data",
            "/tokenizer",
            "/encoder",
            "/initialise/from",
            "/encoding/queryPrefix",
            "/encoding/documentPrefix");

    private ForkRules() {}

    /** The stages whose outputs a fork has from the beginning: all that the stage builds on. */
    static Set<Stage> inherited(Stage stage) {
        Set<Stage> inherited = EnumSet.noneOf(Stage.class);
        for (Stage before : stage.upstream()) {
            inherited.add(before);
            inherited.addAll(inherited(before));
        }
        return inherited;
    }

    /**
     * What is wrong with a fork.
     *
     * @param step the steps that the checkpoint has done
     * @param before the parent's resolved specification
     * @param after the fork's specification
     */
    static List<Fault> faults(Stage stage, long step, JsonNode before, JsonNode after) {
        List<String> fixed = new ArrayList<>(FIXED);
        inherited(stage).forEach(each -> fixed.add("/" + each.label()));
        List<Fault> faults = new ArrayList<>();
        for (String pointer : fixed) {
            changes(pointer, before.at(pointer), after.at(pointer), faults, stage);
        }
        String pointer = "/" + stage.label() + "/steps";
        JsonNode steps = after.at(pointer);
        if (steps.isIntegralNumber() && steps.longValue() < step) {
            faults.add(new Fault(
                    pointer, "is " + steps + ", but the checkpoint has done " + step + " steps; set it to more"));
        }
        return faults;
    }

    private static void changes(String pointer, JsonNode before, JsonNode after, List<Fault> faults, Stage stage) {
        if (before instanceof ObjectNode && after instanceof ObjectNode) {
            Set<String> names = new TreeSet<>();
            before.fieldNames().forEachRemaining(names::add);
            after.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                String escaped = name.replace("~", "~0").replace("/", "~1");
                changes(pointer + "/" + escaped, before.path(name), after.path(name), faults, stage);
            }
        } else if (before instanceof ArrayNode && after instanceof ArrayNode && before.size() == after.size()) {
            for (int i = 0; i < before.size(); i++) {
                changes(pointer + "/" + i, before.get(i), after.get(i), faults, stage);
            }
        } else if (!same(before, after)) {
            faults.add(new Fault(
                    pointer, "cannot be changed in a fork: the checkpoint of stage " + stage.label() + " rests on it"));
        }
    }

    /** What is left out is null; the same number can come as an int, and out of the database as a long. */
    private static boolean same(JsonNode before, JsonNode after) {
        boolean nothingBefore = before.isNull() || before.isMissingNode();
        boolean nothingAfter = after.isNull() || after.isMissingNode();
        if (nothingBefore || nothingAfter) {
            return nothingBefore && nothingAfter;
        }
        return (before.isNumber() && after.isNumber())
                ? before.decimalValue().compareTo(after.decimalValue()) == 0
                : before.equals(after);
    }
}
