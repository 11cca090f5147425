package dev.firn.api.audit;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.api.http.Problem;
import dev.firn.registry.audit.AuditDraft;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import jakarta.enterprise.context.RequestScoped;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The change that the present request makes. */
@RequestScoped
public class Change {
    private static final int LARGEST = 65_536;

    /** What is shown once is not kept. */
    private static final Pattern SECRET =
            Pattern.compile(".*(token|secret|password|signingkey)", Pattern.CASE_INSENSITIVE);

    private static final String HIDDEN = "(not kept)";

    private final ObjectMapper json;
    private Optional<AuditDraft> draft = Optional.empty();
    private Optional<JsonNode> after = Optional.empty();

    public Change(ObjectMapper json) {
        this.json = requireNonNull(json, "json is null");
    }

    /** The change that the asking thread works on, for the registry. */
    public static Optional<AuditDraft> current() {
        Optional<AuditDraft> own = OwnChanges.current();
        if (own.isPresent()) {
            return own;
        }
        ArcContainer container = Arc.container();
        return container == null || !container.requestContext().isActive()
                ? Optional.empty()
                : container.instance(Change.class).get().draft();
    }

    /** What is about to be changed, as it is; whatever is written as JSON. */
    public void before(Object view) {
        draft.ifPresent(open -> document(view).ifPresent(open::before));
    }

    /** What was changed, as it is now; without it, the answer. */
    public void after(Object view) {
        after = document(view);
    }

    /** The request changes nothing: it leaves no entry. */
    public void none() {
        draft = Optional.empty();
    }

    void begin(AuditDraft opened) {
        draft = Optional.of(opened);
    }

    Optional<AuditDraft> draft() {
        return draft;
    }

    /** What was changed, as it is now. */
    Optional<JsonNode> after(Optional<Object> answer) {
        return after.or(() -> answer.flatMap(this::document));
    }

    private Optional<JsonNode> document(Object view) {
        boolean ours = view instanceof JsonNode || view.getClass().getName().startsWith("dev.firn.");
        if (!ours || view instanceof Problem) {
            return Optional.empty();
        }
        JsonNode document = json.valueToTree(view);
        hideSecrets(document);
        return Optional.of(document.toString().length() <= LARGEST ? document : shortened(document));
    }

    private static void hideSecrets(JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                if (SECRET.matcher(field.getKey()).matches() && field.getValue().isTextual()) {
                    object.put(field.getKey(), HIDDEN);
                } else {
                    hideSecrets(field.getValue());
                }
            }
        } else if (node instanceof ArrayNode array) {
            array.forEach(Change::hideSecrets);
        }
    }

    /** Of a large document what is short. */
    private JsonNode shortened(JsonNode document) {
        ObjectNode kept = json.createObjectNode();
        for (Map.Entry<String, JsonNode> field : document.properties()) {
            if (field.getValue().isValueNode() && field.getValue().asText().length() < 1000) {
                kept.set(field.getKey(), field.getValue());
            }
        }
        return kept;
    }
}
