package dev.firn.workflows.specification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Fills in the defaults that the schema states, through its references and its {@code if}/{@code then} unions. */
final class SchemaDefaults {
    private final JsonNode root;

    SchemaDefaults(JsonNode root) {
        this.root = root;
    }

    /** A copy of the document with every field that has a default. Values of a wrong type are left as they are. */
    JsonNode apply(JsonNode document) {
        JsonNode copy = document.deepCopy();
        fill(copy, root);
        return copy;
    }

    private void fill(JsonNode value, JsonNode schema) {
        JsonNode reference = schema.get("$ref");
        if (reference != null) {
            fill(value, root.at(reference.textValue().substring(1)));
        }
        if (value instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> property :
                    schema.path("properties").properties()) {
                JsonNode present = object.get(property.getKey());
                if (present == null && property.getValue().has("default")) {
                    present = property.getValue().get("default").deepCopy();
                    object.set(property.getKey(), present);
                }
                if (present != null) {
                    fill(present, property.getValue());
                }
            }
            for (JsonNode branch : schema.path("allOf")) {
                JsonNode wanted = branch.at("/if/properties/type/const");
                if (wanted.equals(object.get("type"))) {
                    fill(object, branch.get("then"));
                }
            }
        } else if (value instanceof ArrayNode array && schema.has("items")) {
            array.forEach(item -> fill(item, schema.get("items")));
        }
    }
}
