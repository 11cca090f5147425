package dev.firn.workflows.specification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** JSON merge patch (RFC 7396): objects are merged field by field, null removes a field, anything else takes its place. */
public final class MergePatch {
    private MergePatch() {}

    /** The patched document; both arguments stay as they are. */
    public static JsonNode apply(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch.deepCopy();
        }
        ObjectNode merged =
                target instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> change : changes.properties()) {
            if (change.getValue().isNull()) {
                merged.remove(change.getKey());
            } else {
                JsonNode present = merged.path(change.getKey());
                merged.set(change.getKey(), apply(present, change.getValue()));
            }
        }
        return merged;
    }
}
