package dev.firn.api.audit;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.registry.audit.AuditEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A change as clients see it.
 *
 * @param caller whose token made it; null where no token is asked for
 * @param status how it was answered; null when the server ended before it was
 * @param before what was changed, as it was; null when nothing was there or it is not known
 * @param after what was changed, as it was then; null when nothing is left
 */
@Schema(name = "AuditEntry")
public record AuditView(
        long id,
        Instant at,
        @Nullable String caller,
        String address,
        String method,
        String path,
        @Nullable Integer status,
        @Nullable JsonNode before,
        @Nullable JsonNode after) {
    public AuditView {
        requireNonNull(at, "at is null");
        requireNonNull(address, "address is null");
        requireNonNull(method, "method is null");
        requireNonNull(path, "path is null");
    }

    /** A field that a change altered, as text. */
    public record Difference(String field, String before, String after) {}

    static AuditView of(AuditEntry entry) {
        return new AuditView(
                entry.id(),
                entry.at(),
                entry.caller().orElse(null),
                entry.address(),
                entry.method(),
                entry.path(),
                entry.status().isPresent() ? entry.status().getAsInt() : null,
                entry.before().orElse(null),
                entry.after().orElse(null));
    }

    /** The fields that differ before and after, for the page; empty when one of both is not known. */
    public List<Difference> differences() {
        if (before == null || after == null) {
            return List.of();
        }
        Set<String> fields = new TreeSet<>();
        before.fieldNames().forEachRemaining(fields::add);
        after.fieldNames().forEachRemaining(fields::add);
        List<Difference> differences = new ArrayList<>();
        for (String field : fields) {
            JsonNode old = before.path(field);
            JsonNode now = after.path(field);
            if (!old.equals(now)) {
                differences.add(new Difference(field, text(old), text(now)));
            }
        }
        return differences;
    }

    private static String text(JsonNode value) {
        if (value.isMissingNode()) {
            return "–";
        }
        return value.isTextual() ? value.textValue() : value.toString();
    }

    /** What was changed, as it was before, for the page. */
    public String beforeText() {
        return (before == null ? JsonNodeFactory.instance.missingNode() : before).toPrettyString();
    }

    /** What was changed, as it was then, for the page. */
    public String afterText() {
        return (after == null ? JsonNodeFactory.instance.missingNode() : after).toPrettyString();
    }
}
