package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A field of specifications that is not the same in all of them.
 *
 * @param field its names with dots, and places in lists as numbers from 0
 * @param values what it is in each; a dash where it is not there
 */
record Difference(String field, List<String> values) {
    private static final String NOTHING = "–";

    Difference {
        requireNonNull(field, "field is null");
        values = List.copyOf(values);
    }

    /** The differences among documents, in the order in which their fields first come. */
    static List<Difference> among(List<JsonNode> documents) {
        List<Map<String, JsonNode>> leaves = new ArrayList<>();
        Set<String> fields = new LinkedHashSet<>();
        for (JsonNode document : documents) {
            Map<String, JsonNode> ofDocument = new HashMap<>();
            collect(document, "", ofDocument, fields);
            leaves.add(ofDocument);
        }
        List<Difference> differences = new ArrayList<>();
        for (String field : fields) {
            List<String> values =
                    leaves.stream().map(each -> text(each.get(field))).toList();
            if (values.stream().distinct().count() > 1) {
                differences.add(new Difference(field, values));
            }
        }
        return differences;
    }

    private static void collect(JsonNode node, String field, Map<String, JsonNode> leaves, Set<String> fields) {
        String prefix = field.isEmpty() ? "" : field + ".";
        switch (node) {
            case ObjectNode object
            when !object.isEmpty() ->
                object.properties()
                        .forEach(entry -> collect(entry.getValue(), prefix + entry.getKey(), leaves, fields));
            case ArrayNode array
            when !array.isEmpty() && array.get(0).isContainerNode() -> {
                for (int i = 0; i < array.size(); i++) {
                    collect(array.get(i), prefix + i, leaves, fields);
                }
            }
            default -> {
                leaves.put(field, node);
                fields.add(field);
            }
        }
    }

    private static String text(JsonNode value) {
        if (value == null) {
            return NOTHING;
        }
        if (value.isNumber()) {
            // 1 and 1.0 are the same number
            return value.decimalValue().stripTrailingZeros().toPlainString();
        }
        return value.isTextual() ? value.textValue() : value.toString();
    }
}
