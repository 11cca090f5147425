package dev.firn.api.description;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.FieldInfo;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.RecordComponentInfo;

/**
 * Which fields of an object are always there, and which may be null, as its record says it. A component that is
 * {@code @Nullable} may be null. An answer has all its fields but those that {@code @JsonInclude} leaves out; in what is sent,
 * a field that may be null may be left out.
 */
final class Presence {
    private static final DotName NULLABLE = DotName.createSimple("org.jspecify.annotations.Nullable");
    private static final DotName INCLUDE = DotName.createSimple("com.fasterxml.jackson.annotation.JsonInclude");
    private static final DotName PROPERTY = DotName.createSimple("com.fasterxml.jackson.annotation.JsonProperty");
    private static final DotName LIST = DotName.createSimple("java.util.List");
    private static final String OWN = "dev.firn.";
    private static final String SCHEMAS = "#/components/schemas/";

    private final List<ClassInfo> records;

    Presence(IndexView index) {
        requireNonNull(index, "index is null");
        records = index.getKnownClasses().stream()
                .filter(type -> type.isRecord() && type.name().toString().startsWith(OWN))
                .toList();
    }

    /** A field of an object. */
    private record Field(boolean nullable, boolean leftOut) {}

    void complete(OpenAPI document) {
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        Set<String> sent = sent(document, schemas);
        schemas.forEach((name, schema) ->
                fields(name, schema).ifPresent(fields -> complete(schema, fields, sent.contains(name))));
    }

    private static void complete(Schema schema, Map<String, Field> fields, boolean sent) {
        List<String> required = new ArrayList<>();
        Map<String, Schema> properties = new LinkedHashMap<>();
        schema.getProperties().forEach((name, property) -> {
            Field field = fields.get(name);
            if (sent ? !field.nullable() : !field.leftOut()) {
                required.add(name);
            }
            properties.put(name, field.nullable() && !field.leftOut() ? orNull(property) : property);
        });
        schema.setProperties(properties);
        schema.setRequired(required);
    }

    private static Schema orNull(Schema schema) {
        if (schema.getRef() != null) {
            return schema.getRef().equals(SCHEMAS + "JsonNode")
                    ? schema
                    : OASFactory.createSchema()
                            .anyOf(List.of(schema, OASFactory.createSchema().type(List.of(SchemaType.NULL))));
        }
        if (schema.getType() != null && !schema.getType().contains(SchemaType.NULL)) {
            List<SchemaType> types = new ArrayList<>(schema.getType());
            types.add(SchemaType.NULL);
            schema.setType(types);
        }
        return schema;
    }

    /** The fields of the record that a schema was made of; nothing when it was made of something else. */
    private Optional<Map<String, Field>> fields(String name, Schema schema) {
        if (schema.getProperties() == null) {
            return Optional.empty();
        }
        Set<String> properties = schema.getProperties().keySet();
        if (properties.equals(Set.of("items", "nextCursor"))) {
            return Optional.of(Map.of("items", new Field(false, false), "nextCursor", new Field(true, false)));
        }
        // The name tells records with the same fields apart; a second of one name has a number behind it
        return records.stream()
                .filter(type -> declared(type).keySet().equals(properties))
                .min(Comparator.comparing(type -> !name.replaceAll("\\d+$", "").equals(type.simpleName())))
                .map(Presence::declared);
    }

    private static Map<String, Field> declared(ClassInfo type) {
        boolean sparse = type.hasDeclaredAnnotation(INCLUDE);
        Map<String, Field> fields = new LinkedHashMap<>();
        for (RecordComponentInfo component : type.recordComponents()) {
            // Jackson's annotations of a component are those of its field
            FieldInfo field = type.field(component.name());
            boolean nullable = component.type().hasAnnotation(NULLABLE);
            boolean leftOut = field.hasAnnotation(INCLUDE)
                    || (sparse && (nullable || component.type().name().equals(LIST)));
            AnnotationInstance property = field.annotation(PROPERTY);
            fields.put(property == null ? component.name() : property.value().asString(), new Field(nullable, leftOut));
        }
        return fields;
    }

    /** The schemas of what is sent, with all that is part of them. */
    private static Set<String> sent(OpenAPI document, Map<String, Schema> schemas) {
        Set<String> names = new HashSet<>();
        document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream())
                .filter(operation -> operation.getRequestBody() != null)
                .map(operation -> operation.getRequestBody().getContent())
                .forEach(content -> collect(content, schemas, names));
        return names;
    }

    private static void collect(Content content, Map<String, Schema> schemas, Set<String> names) {
        if (content != null) {
            content.getMediaTypes().values().forEach(media -> collect(media.getSchema(), schemas, names));
        }
    }

    private static void collect(Schema schema, Map<String, Schema> schemas, Set<String> names) {
        if (schema == null) {
            return;
        }
        if (schema.getRef() != null) {
            String name = schema.getRef().substring(SCHEMAS.length());
            if (names.add(name)) {
                collect(schemas.get(name), schemas, names);
            }
        }
        collect(schema.getItems(), schemas, names);
        if (schema.getProperties() != null) {
            schema.getProperties().values().forEach(property -> collect(property, schemas, names));
        }
    }
}
