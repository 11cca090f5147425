package dev.firn.workflows.specification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A JSON schema of these specifications: what it refuses, and the defaults that it states. */
final class SpecificationSchema {
    private final JsonNode document;
    private final JsonSchema schema;
    private final SchemaDefaults defaults;

    /** @param resource the schema's file beside this class */
    SpecificationSchema(String resource) {
        try (InputStream stream = SpecificationSchema.class.getResourceAsStream(resource)) {
            this.document = new ObjectMapper().readTree(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(
                        document,
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build());
        this.defaults = new SchemaDefaults(document);
    }

    /** The schema as it is served to users. */
    String text() {
        return document.toPrettyString();
    }

    /** What is wrong with a document. */
    Refusal check(JsonNode specification) {
        List<Fault> faults = new ArrayList<>();
        Set<String> places = new LinkedHashSet<>();
        for (ValidationMessage message : schema.validate(specification)) {
            faults.add(FaultMessages.of(message, document));
            places.add(FaultMessages.pointerOf(message));
        }
        return new Refusal(faults, places);
    }

    /** A copy of a document with the defaults. */
    JsonNode withDefaults(JsonNode specification) {
        return defaults.apply(specification);
    }

    /**
     * What a schema refuses.
     *
     * @param places pointers of what is wrong itself: rules about what lies below have nothing to stand on
     */
    record Refusal(List<Fault> faults, Set<String> places) {
        Refusal {
            faults = List.copyOf(faults);
            places = Set.copyOf(places);
        }

        /** Whether a rule's fault is worth telling beside these. */
        boolean leavesOpen(Fault fault) {
            return places.stream().noneMatch(fault.pointer()::startsWith);
        }
    }
}
