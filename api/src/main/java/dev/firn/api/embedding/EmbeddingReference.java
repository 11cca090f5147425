package dev.firn.api.embedding;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Names;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.ModelVersion;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code model} says in a request: {@code name@alias} or {@code name@version}.
 *
 * @param handle an alias, or the digits of a version
 */
record EmbeddingReference(String name, String handle) {
    private static final Pattern REFERENCE = Pattern.compile("(" + Names.PATTERN + ")@(" + Names.PATTERN + ")");
    private static final Pattern VERSION = Pattern.compile("\\d{1,9}");

    EmbeddingReference {
        requireNonNull(name, "name is null");
        requireNonNull(handle, "handle is null");
    }

    /** The reference; nothing when the text is null or none. */
    static Optional<EmbeddingReference> of(String text) {
        Matcher matcher = text == null ? null : REFERENCE.matcher(text);
        return matcher == null || !matcher.matches()
                ? Optional.empty()
                : Optional.of(new EmbeddingReference(matcher.group(1), matcher.group(2)));
    }

    /** The version that it means now, if there is one. */
    Optional<ModelVersion> find(ModelStore models) {
        return VERSION.matcher(handle).matches()
                ? models.find(name, Integer.parseInt(handle))
                : models.findByAlias(name, handle);
    }
}
