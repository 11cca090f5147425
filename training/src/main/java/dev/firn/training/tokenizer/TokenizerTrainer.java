package dev.firn.training.tokenizer;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * Trains a vocabulary from texts and writes it as {@code tokenizer.json} with {@code tokenizer_config.json} and
 * {@code special_tokens_map.json}.
 *
 * <p>Ids: {@code <s>} 0, {@code <pad>} 1, {@code </s>} 2, {@code <unk>} 3 (as XLM-R has them), {@code <mask>} 4, the 256
 * single bytes from 5, then pieces, the most probable first. What no piece spells (a script never seen) becomes its
 * UTF-8 bytes, so {@code <unk>} never comes out.
 *
 * <p>The same texts give the same bytes, in whatever order they come. Memory follows the number of different words:
 * about 150 bytes for each, and 30 for each of their characters.
 */
public final class TokenizerTrainer {
    /** The fewest ids a vocabulary can have: special tokens, bytes, and some pieces. */
    public static final int SMALLEST_VOCABULARY = 300;

    static final List<String> SPECIAL_TOKENS = List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>");

    private static final int BYTES = 256;
    private static final JsonMapper JSON = new JsonMapper();

    private final int vocabularySize;
    private final int maximumLength;

    /**
     * A trainer of vocabularies of one size.
     *
     * @param vocabularySize number of ids at most, special tokens and single bytes included; few texts give fewer
     * @param maximumLength what {@code model_max_length} is to say
     */
    public TokenizerTrainer(int vocabularySize, int maximumLength) {
        if (vocabularySize < SMALLEST_VOCABULARY) {
            throw new IllegalArgumentException(
                    "vocabularySize must be at least " + SMALLEST_VOCABULARY + ", is " + vocabularySize);
        }
        if (maximumLength < 3) {
            throw new IllegalArgumentException("maximumLength must be at least 3, is " + maximumLength);
        }
        this.vocabularySize = vocabularySize;
        this.maximumLength = maximumLength;
    }

    /** Trains on the texts and writes the three files to a folder, which is made when it does not exist. */
    public void train(Iterator<String> texts, Path folder) throws IOException {
        int room = vocabularySize - SPECIAL_TOKENS.size() - BYTES;
        Segments segments = Segments.of(texts, Math.max(1, room * 3 / 4));
        List<UnigramTrainer.Piece> pieces = new UnigramTrainer(segments, room).train();
        Files.createDirectories(folder);
        write(folder.resolve(Tokenizer.FILE), definition(pieces));
        write(folder.resolve(Tokenizer.CONFIG_FILE), configuration(maximumLength));
        write(folder.resolve(Tokenizer.SPECIAL_TOKENS_FILE), specialTokensMap());
    }

    static ObjectNode configuration(int maximumLength) {
        ObjectNode configuration = specialTokensMap();
        configuration.put("clean_up_tokenization_spaces", false);
        configuration.put("model_max_length", maximumLength);
        configuration.put("tokenizer_class", "PreTrainedTokenizerFast");
        return configuration;
    }

    private static ObjectNode specialTokensMap() {
        ObjectNode map = JSON.createObjectNode();
        map.put("bos_token", "<s>");
        map.put("cls_token", "<s>");
        map.put("eos_token", "</s>");
        map.put("mask_token", "<mask>");
        map.put("pad_token", "<pad>");
        map.put("sep_token", "</s>");
        map.put("unk_token", "<unk>");
        return map;
    }

    private static ObjectNode definition(List<UnigramTrainer.Piece> pieces) {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (int id = 0; id < SPECIAL_TOKENS.size(); id++) {
            ObjectNode token = added.addObject();
            token.put("id", id);
            token.put("content", SPECIAL_TOKENS.get(id));
            token.put("single_word", false);
            // as XLM-R's: the space before a mask belongs to it
            token.put("lstrip", SPECIAL_TOKENS.get(id).equals("<mask>"));
            token.put("rstrip", false);
            token.put("normalized", false);
            token.put("special", true);
        }
        ObjectNode normalizer = root.putObject("normalizer");
        normalizer.put("type", "Sequence");
        ArrayNode normalizers = normalizer.putArray("normalizers");
        normalizers.addObject().put("type", "NFKC");
        ObjectNode spaces = normalizers.addObject();
        spaces.put("type", "Replace");
        spaces.putObject("pattern").put("Regex", "\\s+");
        spaces.put("content", " ");
        normalizers.addObject().put("type", "Strip").put("strip_left", true).put("strip_right", true);
        metaspace(root.putObject("pre_tokenizer"));
        ObjectNode processor = root.putObject("post_processor");
        processor.put("type", "TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        special(single, "<s>", 0);
        sequence(single, "A", 0);
        special(single, "</s>", 0);
        ArrayNode pair = processor.putArray("pair");
        special(pair, "<s>", 0);
        sequence(pair, "A", 0);
        special(pair, "</s>", 0);
        special(pair, "</s>", 0);
        sequence(pair, "B", 0);
        special(pair, "</s>", 0);
        ObjectNode processed = processor.putObject("special_tokens");
        for (String token : List.of("<s>", "</s>")) {
            ObjectNode described = processed.putObject(token);
            described.put("id", token);
            described.putArray("ids").add(SPECIAL_TOKENS.indexOf(token));
            described.putArray("tokens").add(token);
        }
        ObjectNode decoder = root.putObject("decoder");
        decoder.put("type", "Sequence");
        ArrayNode decoders = decoder.putArray("decoders");
        decoders.addObject().put("type", "ByteFallback");
        metaspace(decoders.addObject());

        ObjectNode model = root.putObject("model");
        model.put("type", "Unigram");
        model.put("unk_id", SPECIAL_TOKENS.indexOf("<unk>"));
        ArrayNode vocabulary = model.putArray("vocab");
        for (String token : SPECIAL_TOKENS) {
            vocabulary.addArray().add(token).add(0.0);
        }
        // A byte's piece is found by its name alone; the lowest score keeps text that spells such a name from being one
        double lowest = pieces.isEmpty() ? 0.0 : pieces.getLast().score();
        for (int value = 0; value < BYTES; value++) {
            vocabulary
                    .addArray()
                    .add(String.format(Locale.ROOT, "<0x%02X>", value))
                    .add(lowest);
        }
        for (UnigramTrainer.Piece piece : pieces) {
            vocabulary.addArray().add(piece.text()).add(piece.score());
        }
        model.put("byte_fallback", true);
        return root;
    }

    private static void metaspace(ObjectNode node) {
        node.put("type", "Metaspace");
        node.put("replacement", Character.toString(Segments.WORD_START));
        node.put("prepend_scheme", "always");
        node.put("split", true);
    }

    static void special(ArrayNode template, String token, int type) {
        template.addObject().putObject("SpecialToken").put("id", token).put("type_id", type);
    }

    static void sequence(ArrayNode template, String name, int type) {
        template.addObject().putObject("Sequence").put("id", name).put("type_id", type);
    }

    static void write(Path file, ObjectNode node) throws IOException {
        Files.writeString(
                file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n", StandardCharsets.UTF_8);
    }
}
