package dev.firn.training.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * A tokeniser with a part of its vocabulary, renumbered without gaps in the same order.
 *
 * <p>Texts whose pieces were all kept become the same pieces: WordPiece takes the longest piece at each place, Unigram the likeliest
 * pieces together, and in both what is taken stays what is taken when others go. For that, Unigram's least likely piece is kept too,
 * since the price of an unknown character follows from it. Vocabularies with merges (BPE) are refused: there a piece needs others that
 * no text shows.
 */
public final class PrunedTokenizer {
    private static final JsonMapper JSON = new JsonMapper();

    private final ObjectNode model;
    private final int[] kept;
    private final int[] renumbered;

    private PrunedTokenizer(ObjectNode root, int[] kept, int size) {
        this.model = (ObjectNode) root.get("model");
        this.kept = kept;
        this.renumbered = new int[size];
        Arrays.fill(renumbered, -1);
        for (int id = 0; id < kept.length; id++) {
            renumbered[kept[id]] = id;
        }
    }

    /**
     * Checks that a folder's tokeniser can be pruned.
     *
     * @throws InvalidTokenizerException when it cannot; says why
     */
    public static void require(Path folder) {
        ObjectNode root = read(folder);
        new PrunedTokenizer(root, keep(folder, root, new BitSet()), size(root))
                .renumberProcessor(folder, root.path("post_processor"));
    }

    /**
     * Writes a pruned tokeniser.
     *
     * @param folder the whole tokeniser's folder
     * @param used ids that are kept; special and added tokens, and what the kind of vocabulary cannot do without, are kept besides
     * @param maximumLength what {@code model_max_length} is to say
     * @param target gets the three files
     * @return the old id of each new id, rising
     */
    public static int[] write(Path folder, BitSet used, int maximumLength, Path target) throws IOException {
        ObjectNode root = read(folder);
        PrunedTokenizer pruned = new PrunedTokenizer(root, keep(folder, root, used), size(root));
        Tokenizer.copy(folder, target, maximumLength);
        pruned.renumberVocabulary();
        for (JsonNode added : root.path("added_tokens")) {
            pruned.renumber((ObjectNode) added, "id");
        }
        pruned.renumberProcessor(folder, root.path("post_processor"));
        if (root.get("padding") instanceof ObjectNode padding) {
            pruned.renumber(padding, "pad_id");
        }
        Files.writeString(target.resolve(Tokenizer.FILE), JSON.writeValueAsString(root));
        pruned.renumberConfiguration(target.resolve(Tokenizer.CONFIG_FILE));
        return pruned.kept;
    }

    private static ObjectNode read(Path folder) {
        Path file = folder.resolve(Tokenizer.FILE);
        JsonNode root;
        try {
            root = JSON.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new InvalidTokenizerException(file + " cannot be read: " + Tokenizer.reason(e), e);
        }
        String type = root.at("/model/type").asText("");
        if (!(root instanceof ObjectNode object) || !(type.equals("Unigram") || type.equals("WordPiece"))) {
            throw new InvalidTokenizerException(file + " has a vocabulary of type '" + type
                    + "', which cannot be pruned; Unigram and WordPiece can");
        }
        return object;
    }

    private static int size(ObjectNode root) {
        int size = 0;
        JsonNode vocabulary = root.at("/model/vocab");
        if (vocabulary.isArray()) {
            size = vocabulary.size();
        }
        for (JsonNode id : vocabulary.isObject() ? vocabulary : JSON.createArrayNode()) {
            size = Math.max(size, id.asInt() + 1);
        }
        for (JsonNode added : root.path("added_tokens")) {
            size = Math.max(size, added.path("id").asInt() + 1);
        }
        return size;
    }

    private static int[] keep(Path folder, ObjectNode root, BitSet used) {
        BitSet keep = (BitSet) used.clone();
        try (Tokenizer tokenizer = Tokenizer.open(folder, Tokenizer.DEFAULT_MAXIMUM_LENGTH)) {
            SpecialTokens special = tokenizer.specialTokens();
            // An encoder that counts positions from the padding id takes that id as it stands in its configuration
            keep.set(0, special.padding() + 1);
            keep.set(special.begin());
            keep.set(special.end());
            keep.set(special.unknown());
            keep.set(special.mask());
        }
        for (JsonNode added : root.path("added_tokens")) {
            keep.set(added.path("id").asInt());
        }
        JsonNode vocabulary = root.at("/model/vocab");
        if (vocabulary.isArray()) {
            keep.set(root.at("/model/unk_id").asInt());
            keepLeastLikely(vocabulary, keep);
            if (root.at("/model/byte_fallback").asBoolean()) {
                for (int id = 0; id < vocabulary.size(); id++) {
                    if (vocabulary.get(id).path(0).asText().matches("<0x[0-9A-F]{2}>")) {
                        keep.set(id);
                    }
                }
            }
        }
        if (keep.length() > size(root)) {
            throw new InvalidTokenizerException(
                    folder.resolve(Tokenizer.FILE) + " has no id " + (keep.length() - 1) + ", which is to be kept");
        }
        return keep.stream().toArray();
    }

    private static void keepLeastLikely(JsonNode vocabulary, BitSet keep) {
        int least = 0;
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.get(id).path(1).asDouble()
                    < vocabulary.get(least).path(1).asDouble()) {
                least = id;
            }
        }
        keep.set(least);
    }

    private void renumberVocabulary() {
        JsonNode vocabulary = model.get("vocab");
        if (vocabulary.isArray()) {
            ArrayNode pieces = JSON.createArrayNode();
            for (int id : kept) {
                if (id < vocabulary.size()) {
                    pieces.add(vocabulary.get(id));
                }
            }
            model.set("vocab", pieces);
            renumber(model, "unk_id");
        } else {
            ObjectNode pieces = JSON.createObjectNode();
            vocabulary.properties().forEach(piece -> {
                int id = renumbered[piece.getValue().asInt()];
                if (id >= 0) {
                    pieces.put(piece.getKey(), id);
                }
            });
            model.set("vocab", pieces);
        }
    }

    private void renumber(ObjectNode node, String field) {
        int old = node.path(field).asInt(-1);
        if (old >= 0 && old < renumbered.length) {
            node.put(field, renumbered[old]);
        }
    }

    private void renumberProcessor(Path folder, JsonNode processor) {
        String type = processor.path("type").asText("");
        switch (type) {
            case "TemplateProcessing" -> {
                for (JsonNode token : processor.path("special_tokens")) {
                    if (!(token.path("ids") instanceof ArrayNode ids)) {
                        throw unreadable(folder, type);
                    }
                    for (int i = 0; i < ids.size(); i++) {
                        ids.set(i, renumbered(folder, type, ids.get(i)));
                    }
                }
            }
            case "BertProcessing", "RobertaProcessing" -> {
                for (String name : List.of("sep", "cls")) {
                    if (!(processor.path(name) instanceof ArrayNode tokenAndId) || tokenAndId.size() != 2) {
                        throw unreadable(folder, type);
                    }
                    tokenAndId.set(1, renumbered(folder, type, tokenAndId.get(1)));
                }
            }
            case "Sequence" -> processor.path("processors").forEach(part -> renumberProcessor(folder, part));
            case "ByteLevel" -> {}
            default ->
                throw new InvalidTokenizerException(folder.resolve(Tokenizer.FILE) + " has a post-processor of type '"
                        + type + "', whose ids cannot be renumbered");
        }
    }

    private JsonNode renumbered(Path folder, String type, JsonNode id) {
        int old = id.canConvertToInt() ? id.intValue() : -1;
        if (old < 0 || old >= renumbered.length || renumbered[old] < 0) {
            throw unreadable(folder, type);
        }
        return JSON.getNodeFactory().numberNode(renumbered[old]);
    }

    private static InvalidTokenizerException unreadable(Path folder, String type) {
        return new InvalidTokenizerException(folder.resolve(Tokenizer.FILE) + " has a post-processor of type '" + type
                + "' with ids that are not there");
    }

    /** Newer files name added tokens by their ids once more. */
    private void renumberConfiguration(Path file) throws IOException {
        ObjectNode configuration = (ObjectNode) JSON.readTree(Files.readAllBytes(file));
        if (configuration.get("added_tokens_decoder") instanceof ObjectNode decoder) {
            ObjectNode decoded = JSON.createObjectNode();
            for (Map.Entry<String, JsonNode> token : decoder.properties()) {
                int id = token.getKey().matches("\\d{1,9}") ? Integer.parseInt(token.getKey()) : renumbered.length;
                if (id < renumbered.length && renumbered[id] >= 0) {
                    decoded.set(Integer.toString(renumbered[id]), token.getValue());
                }
            }
            configuration.set("added_tokens_decoder", decoded);
            TokenizerTrainer.write(file, configuration);
        }
    }
}
