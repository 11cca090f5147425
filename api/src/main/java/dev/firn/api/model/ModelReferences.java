package dev.firn.api.model;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Names;
import dev.firn.api.http.RequestBodies;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.ModelVersion;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds versions of models by what requests call them. */
@Singleton
public class ModelReferences {
    private static final Pattern REFERENCE = Pattern.compile("(" + Names.PATTERN + ")@(" + Names.PATTERN + ")");
    private static final Pattern VERSION = Pattern.compile("\\d{1,9}");

    private final ModelStore models;

    public ModelReferences(ModelStore models) {
        this.models = requireNonNull(models, "models is null");
    }

    /**
     * The version that a field of a request names. An alias is looked up each time.
     *
     * @param pointer of the field
     * @param reference name@alias or name@version
     * @throws dev.firn.api.http.ProblemException 422 when it is neither
     * @throws NotFoundException when there is none
     */
    public ModelVersion find(String pointer, String reference) {
        if (reference == null || !REFERENCE.matcher(reference).matches()) {
            throw RequestBodies.refused(pointer, "must be name@alias or name@version");
        }
        return find(reference).orElseThrow(() -> new NotFoundException("There is no model " + reference));
    }

    /** The version that a text names as {@code name@alias} or {@code name@version}; nothing when it names none. */
    public Optional<ModelVersion> find(String reference) {
        Matcher matcher = REFERENCE.matcher(reference);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String name = matcher.group(1);
        String handle = matcher.group(2);
        return VERSION.matcher(handle).matches()
                ? models.find(name, Integer.parseInt(handle))
                : models.findByAlias(name, handle);
    }
}
