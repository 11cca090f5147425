package dev.firn.workflows.specification;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Turns the schema validator's messages into faults that name the field itself and help to mend it. */
final class FaultMessages {
    private static final int SHOWN_CHARACTERS = 60;

    private FaultMessages() {}

    static String pointerOf(ValidationMessage message) {
        StringBuilder pointer = new StringBuilder();
        for (int i = 0; i < message.getInstanceLocation().getNameCount(); i++) {
            pointer.append('/').append(escape(message.getInstanceLocation().getName(i)));
        }
        if (message.getProperty() != null) {
            pointer.append('/').append(escape(message.getProperty()));
        }
        return pointer.toString();
    }

    private static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    static Fault of(ValidationMessage message, JsonNode schemaDocument) {
        String detail = switch (message.getType()) {
            case "additionalProperties" ->
                "unknown field"
                        + suggestion(message, schemaDocument)
                                .map(name -> "; did you mean " + name + "?")
                                .orElse("");
            case "required" -> "is missing";
            default -> plain(message);
        };
        return new Fault(pointerOf(message), detail);
    }

    private static String plain(ValidationMessage message) {
        JsonNode value = message.getInstanceNode();
        String text = message.getMessage();
        int colon = text.indexOf(": ");
        String rule = colon >= 0 ? text.substring(colon + 2) : text;
        if (value != null && value.isValueNode()) {
            String shown = value.toString();
            if (shown.length() > SHOWN_CHARACTERS) {
                shown = shown.substring(0, SHOWN_CHARACTERS) + "…";
            }
            return rule + "; it is " + shown;
        }
        return rule;
    }

    /** The known field nearest to an unknown one, if it is near enough to be a slip. */
    private static Optional<String> suggestion(ValidationMessage message, JsonNode schemaDocument) {
        JsonNode schema = message.getSchemaNode() == null ? null : parentSchema(message, schemaDocument);
        if (schema == null) {
            return Optional.empty();
        }
        String unknown = message.getProperty();
        List<String> known = new ArrayList<>();
        schema.path("properties").fieldNames().forEachRemaining(known::add);
        return known.stream()
                .filter(name -> distance(unknown, name) <= Math.max(2, unknown.length() / 3))
                .min(Comparator.comparingInt(name -> distance(unknown, name)));
    }

    private static JsonNode parentSchema(ValidationMessage message, JsonNode schemaDocument) {
        String location = message.getSchemaLocation().getFragment().toString();
        String parent = location.replaceFirst("/additionalProperties$", "");
        JsonNode schema = schemaDocument.at(parent.isEmpty() || parent.startsWith("/") ? parent : "/" + parent);
        return schema.isMissingNode() ? null : schema;
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substitution, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
