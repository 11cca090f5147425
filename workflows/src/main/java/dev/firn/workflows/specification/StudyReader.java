package dev.firn.workflows.specification;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Reads a study specification: text, held to the schema, defaults filled in. The run specifications in it are read on their own.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class StudyReader {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .build();

    private final SpecificationReader texts;
    private final SpecificationSchema schema = new SpecificationSchema("study.schema.json");

    /** @param texts how texts are parsed */
    public StudyReader(SpecificationReader texts) {
        this.texts = requireNonNull(texts, "texts is null");
    }

    /** The JSON schema of a study specification, as it is served to users. */
    public String schemaText() {
        return schema.text();
    }

    /**
     * Reads a study specification.
     *
     * @param text YAML 1.2 or JSON
     * @throws UnreadableSpecificationException when the text is no YAML or JSON object
     * @throws InvalidSpecificationException when fields are wrong; every fault is named
     */
    public StudySpecification read(String text) {
        return read(texts.parse(text));
    }

    /**
     * Resolves a parsed study specification.
     *
     * @throws InvalidSpecificationException when fields are wrong; every fault is named
     */
    public StudySpecification read(JsonNode document) {
        SpecificationSchema.Refusal refusal = schema.check(document);
        if (!refusal.faults().isEmpty()) {
            throw new InvalidSpecificationException(refusal.faults());
        }
        try {
            return MAPPER.treeToValue(schema.withDefaults(document), StudySpecification.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The schema allows what the records cannot hold", e);
        }
    }

    /** The resolved specification as a document; reading it again gives the same. */
    public ObjectNode toDocument(StudySpecification study) {
        ObjectNode document = MAPPER.valueToTree(study);
        document.properties().removeIf(property -> property.getValue().isNull());
        return document;
    }
}
