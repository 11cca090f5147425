package dev.firn.workflows.specification;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a specification: text, held to the schema, defaults filled in, held to the rules that span fields.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class SpecificationReader {
    /** The largest text that is read, in characters. */
    public static final int MAXIMUM_CHARACTERS = 1_000_000;

    private static final String SCHEMA_RESOURCE = "run.schema.json";
    /** How Jackson names where something began: by what it reads from, which it does not tell, and the place. */
    private static final Pattern SOURCE = Pattern.compile("\\[Source: [^\\]]*?; (line: \\d+, column: \\d+)[^\\]]*\\]");

    private static final int MAXIMUM_DEPTH = 30;
    private static final int MAXIMUM_ALIASES = 50;

    private final ObjectMapper mapper;
    private final SpecificationSchema schema = new SpecificationSchema(SCHEMA_RESOURCE);

    public SpecificationReader() {
        this.mapper = JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.USE_LONG_FOR_INTS)
                .build();
        this.mapper
                .getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAXIMUM_DEPTH)
                        .maxDocumentLength(MAXIMUM_CHARACTERS)
                        .build());
    }

    /** The JSON schema of a specification, as it is served to users. */
    public String schemaText() {
        return schema.text();
    }

    /**
     * Reads and resolves a specification.
     *
     * @param text YAML 1.2 or JSON (which is YAML too)
     * @throws UnreadableSpecificationException when the text is no YAML or JSON object
     * @throws InvalidSpecificationException when fields are wrong; every fault is named
     */
    public RunSpecification read(String text) {
        return read(parse(text));
    }

    /**
     * Resolves a parsed specification.
     *
     * @throws InvalidSpecificationException when fields are wrong; every fault is named
     */
    public RunSpecification read(JsonNode document) {
        SpecificationSchema.Refusal refusal = schema.check(document);
        List<Fault> faults = new ArrayList<>(refusal.faults());
        JsonNode resolved = schema.withDefaults(CrossFieldRules.beforeDefaults(document));
        CrossFieldRules.Result rules = CrossFieldRules.apply(resolved);
        rules.faults().stream().filter(refusal::leavesOpen).forEach(faults::add);
        if (!faults.isEmpty()) {
            throw new InvalidSpecificationException(new ArrayList<>(new LinkedHashSet<>(faults)));
        }
        try {
            return mapper.treeToValue(rules.resolved(), RunSpecification.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The schema allows what the records cannot hold", e);
        }
    }

    /** The resolved specification as a document, every default filled in; reading it again gives the same. */
    public ObjectNode toDocument(RunSpecification specification) {
        ObjectNode document = mapper.valueToTree(specification);
        removeNulls(document);
        return document;
    }

    private static void removeNulls(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().removeIf(property -> property.getValue().isNull());
        }
        node.forEach(SpecificationReader::removeNulls);
    }

    /**
     * Parses YAML or JSON to a tree.
     *
     * @throws UnreadableSpecificationException naming line and column where the text breaks
     */
    public JsonNode parse(String text) {
        if (text.length() > MAXIMUM_CHARACTERS
                || text.getBytes(StandardCharsets.UTF_8).length > 4L * MAXIMUM_CHARACTERS) {
            throw new UnreadableSpecificationException(
                    "A specification has at most " + MAXIMUM_CHARACTERS + " characters", null);
        }
        JsonNode document = text.stripLeading().startsWith("{") ? parseJson(text) : parseYaml(text);
        if (!(document instanceof ObjectNode)) {
            throw new UnreadableSpecificationException(
                    "A specification is a map of fields, starting with specVersion: 1", null);
        }
        return document;
    }

    private JsonNode parseJson(String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            String said = SOURCE.matcher(e.getOriginalMessage()).replaceAll("$1");
            if (e.getLocation() == null) {
                throw new UnreadableSpecificationException(said, e);
            }
            throw new UnreadableSpecificationException(
                    "Line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": " + said,
                    e);
        }
    }

    private JsonNode parseYaml(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel("specification")
                .setMaxAliasesForCollections(MAXIMUM_ALIASES)
                .setCodePointLimit(MAXIMUM_CHARACTERS)
                .setAllowDuplicateKeys(false)
                .setAllowRecursiveKeys(false)
                .build();
        Object loaded;
        try {
            loaded = new Load(settings).loadFromString(text);
        } catch (YamlEngineException e) {
            throw new UnreadableSpecificationException(e.getMessage(), e);
        } catch (StackOverflowError e) {
            throw new UnreadableSpecificationException("The document is nested too deeply", e);
        }
        return toTree(loaded, 0, new int[] {0});
    }

    /** Aliases make a small text a large tree: depth and number of nodes are bounded here. */
    private static JsonNode toTree(Object value, int depth, int[] nodes) {
        if (depth > MAXIMUM_DEPTH) {
            throw new UnreadableSpecificationException(
                    "The document is nested deeper than " + MAXIMUM_DEPTH + " levels", null);
        }
        if (++nodes[0] > MAXIMUM_CHARACTERS) {
            throw new UnreadableSpecificationException("The document has too many nodes", null);
        }
        JsonNodeFactory factory = JsonNodeFactory.instance;
        return switch (value) {
            case null -> factory.nullNode();
            case Map<?, ?> map -> {
                ObjectNode object = factory.objectNode();
                map.forEach((key, entry) -> object.set(String.valueOf(key), toTree(entry, depth + 1, nodes)));
                yield object;
            }
            case List<?> list -> {
                com.fasterxml.jackson.databind.node.ArrayNode array = factory.arrayNode();
                list.forEach(entry -> array.add(toTree(entry, depth + 1, nodes)));
                yield array;
            }
            case Boolean flag -> factory.booleanNode(flag);
            case Integer number -> factory.numberNode(number.longValue());
            case Long number -> factory.numberNode(number);
            case java.math.BigInteger number -> factory.numberNode(number);
            case Double number
            when number.isNaN() || number.isInfinite() ->
                throw new UnreadableSpecificationException("A number must be finite, one is " + number, null);
            case Double number -> factory.numberNode(number);
            case String string -> factory.textNode(string);
            default ->
                throw new UnreadableSpecificationException(
                        "Unexpected value of type " + value.getClass().getSimpleName(), null);
        };
    }
}
