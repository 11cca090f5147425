package dev.firn.workflows.stage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.workflows.specification.RunSpecification;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Computes the key of each stage: SHA-256 over the stage's kind and code version, its part of the resolved
 * specification, the seed, threads and numerics fingerprint where they change the bits, the digests of what it reads
 * from outside, and the keys of the stages it builds on. How often checkpoints are taken changes nothing and is left
 * out.
 */
public final class StageKeys {
    private static final ObjectMapper CANONICAL = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private StageKeys() {}

    /**
     * The keys of all stages.
     *
     * @param inputs digests of what a stage reads from outside (data files, teachers), by a name of its own
     * @param fingerprint what the bits of floating-point results depend on: library, core, threads, vector width
     * @return keys as 64 lower-case hex digits
     */
    public static Map<Stage, String> compute(
            RunSpecification specification, Map<Stage, SortedMap<String, String>> inputs, Map<String, ?> fingerprint) {
        requireNonNull(inputs, "inputs is null");
        ObjectNode document = CANONICAL.valueToTree(specification);
        Map<Stage, String> keys = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            ObjectNode content = CANONICAL.createObjectNode();
            content.put("stage", stage.label());
            content.put("codeVersion", stage.codeVersion());
            content.set("configuration", configuration(stage, document));
            if (computesFloats(stage)) {
                content.put("seed", specification.seed());
                content.put("threads", specification.threads());
                content.set("fingerprint", CANONICAL.valueToTree(fingerprint));
            }
            content.set("inputs", CANONICAL.valueToTree(inputs.getOrDefault(stage, new java.util.TreeMap<>())));
            ArrayNode upstream = content.putArray("upstream");
            stage.upstream().forEach(before -> upstream.add(keys.get(before)));
            keys.put(stage, digest(content));
        }
        return keys;
    }

    /**
     * The key of a stage that is computed under other circumstances than planned.
     *
     * @param circumstances what is other: the machine's fingerprint, the keys of the stages it builds on
     */
    public static String under(String key, Map<String, ?> circumstances) {
        ObjectNode content = CANONICAL.createObjectNode();
        content.put("key", key);
        content.set("circumstances", CANONICAL.valueToTree(circumstances));
        return digest(content);
    }

    /** Whether the bits of the stage's outputs depend on the machine. */
    public static boolean computesFloats(Stage stage) {
        return stage != Stage.PREPARE && stage != Stage.REGISTER;
    }

    /** The parts of the specification that a stage's outputs depend on. */
    private static ObjectNode configuration(Stage stage, ObjectNode document) {
        List<String> parts = switch (stage) {
            case PREPARE -> List.of("data", "tokenizer");
            case INITIALISE -> List.of("encoder", "initialise");
            case FILTER -> List.of("filter");
            case PRETRAIN -> List.of("pretrain");
            case MINE -> List.of("mine");
            case FINETUNE -> List.of("finetune");
            case EVALUATE -> List.of("evaluate", "encoding");
            case REGISTER -> List.of("register", "name");
        };
        ObjectNode configuration = CANONICAL.createObjectNode();
        if (stage == Stage.PREPARE) {
            configuration.set("maximumTokens", document.at("/encoder/maximumTokens"));
            configuration.set("queryPrefix", document.at("/encoding/queryPrefix"));
            configuration.set("documentPrefix", document.at("/encoding/documentPrefix"));
            if (document.at("/initialise/from/pruneVocabulary").asBoolean()) {
                configuration.put("pruneVocabulary", true);
            }
        }
        if (stage == Stage.PRETRAIN || stage == Stage.FINETUNE) {
            configuration.set("pooling", document.at("/encoding/pooling"));
        }
        for (String part : parts) {
            JsonNode value = document.get(part).deepCopy();
            if (value instanceof ObjectNode object) {
                // Neither changes a bit
                object.remove("checkpoints");
                object.remove("activationCheckpointing");
                start(object);
                teacher(object);
                datasets(object);
            }
            configuration.set(part, value);
        }
        return configuration;
    }

    /** Random weights were all there was once: their keys stay. Others count by what they are, not by where they lie. */
    private static void start(ObjectNode stage) {
        if (stage.get("from") instanceof ObjectNode from) {
            if (from.path("type").asText().equals("random")) {
                stage.remove("from");
            } else {
                from.retain("sha256", "keepLayers", "pruneVocabulary");
            }
        }
    }

    /** A registered model is another teacher when its alias has moved, and the same under another name. */
    private static void teacher(ObjectNode stage) {
        if (stage.get("teacher") instanceof ObjectNode teacher
                && teacher.path("type").asText().equals("model")) {
            teacher.remove("model");
        }
    }

    /** A registered dataset is the same under another name. */
    private static void datasets(ObjectNode data) {
        for (JsonNode source : data.path("sources")) {
            if (source instanceof ObjectNode object
                    && object.path("type").asText().equals("dataset")) {
                object.remove("dataset");
            }
        }
    }

    private static String digest(ObjectNode content) {
        try {
            // Through maps, so that the order of the fields is that of their names, whatever the records' order.
            Object sorted = CANONICAL.treeToValue(content, Object.class);
            byte[] bytes = CANONICAL.writeValueAsString(sorted).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
