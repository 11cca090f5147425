package dev.firn.cli.command;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Where several specifications are not the same. */
final class SpecificationDifferences {
    private SpecificationDifferences() {}

    /**
     * A place where they differ.
     *
     * @param pointer a JSON pointer (RFC 6901)
     * @param values what each has there, in their order; missing where one has nothing
     */
    record Difference(String pointer, List<JsonNode> values) {
        Difference {
            requireNonNull(pointer, "pointer is null");
            values = List.copyOf(values);
        }
    }

    /** The deepest places where not all are the same, in the order of the fields. Lists of different lengths are not looked into. */
    static List<Difference> between(List<JsonNode> specifications) {
        List<Difference> differences = new ArrayList<>();
        collect("", specifications, differences);
        return differences;
    }

    private static void collect(String pointer, List<JsonNode> values, List<Difference> differences) {
        JsonNode first = values.getFirst();
        if (values.stream().allMatch(first::equals)) {
            return;
        }
        if (values.stream().allMatch(JsonNode::isObject)) {
            Set<String> names = new LinkedHashSet<>();
            values.forEach(value -> value.fieldNames().forEachRemaining(names::add));
            for (String name : names) {
                collect(
                        pointer + "/" + name.replace("~", "~0").replace("/", "~1"),
                        values.stream().map(value -> value.path(name)).toList(),
                        differences);
            }
        } else if (values.stream().allMatch(value -> value.isArray() && value.size() == first.size())) {
            IntStream.range(0, first.size())
                    .forEach(place -> collect(
                            pointer + "/" + place,
                            values.stream().map(value -> value.path(place)).toList(),
                            differences));
        } else {
            differences.add(new Difference(pointer, values));
        }
    }

    /** The differences for programs: {@code [{"pointer":…,"values":[…]}]}, with null where one has nothing. */
    static ArrayNode json(List<Difference> differences) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (Difference difference : differences) {
            ObjectNode entry = list.addObject().put("pointer", difference.pointer());
            ArrayNode values = entry.putArray("values");
            difference.values().forEach(value -> values.add(value instanceof MissingNode ? null : value));
        }
        return list;
    }

    /** A value in a cell: cut where it is long, a dash where there is none. */
    static String cell(JsonNode value) {
        if (value.isMissingNode()) {
            return "-";
        }
        String text = value.isTextual() ? value.textValue() : value.toString();
        return text.length() <= LONGEST_CELL ? text : text.substring(0, LONGEST_CELL - 1) + "…";
    }

    private static final int LONGEST_CELL = 48;
}
