package dev.firn.training.tokenizer;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * BERT's tokeniser from its {@code vocab.txt}, written as {@code tokenizer.json}: text is cleaned, Chinese characters and punctuation
 * stand alone, words are split into the longest pieces that the vocabulary has.
 */
public final class WordPieceTokenizer {
    private static final long LARGEST_VOCABULARY = 64 << 20;
    private static final int LONGEST_WORD = 100;
    private static final List<String> SPECIAL_TOKENS = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
    private static final JsonMapper JSON = new JsonMapper();

    private WordPieceTokenizer() {}

    /**
     * Writes the three files of a tokeniser to a folder.
     *
     * @param vocabulary a file of one piece a line; the line's number from 0 is the piece's id
     * @param lowerCase whether the model is uncased: then accents are stripped too
     * @param maximumLength what {@code model_max_length} is to say
     * @throws InvalidTokenizerException when the vocabulary cannot be read, names a piece twice or lacks a special token
     */
    public static void write(Path vocabulary, boolean lowerCase, int maximumLength, Path folder) throws IOException {
        Map<String, Integer> ids = ids(vocabulary);
        Files.createDirectories(folder);
        TokenizerTrainer.write(folder.resolve(Tokenizer.FILE), definition(ids, lowerCase));
        ObjectNode special = JSON.createObjectNode();
        special.put("cls_token", "[CLS]");
        special.put("mask_token", "[MASK]");
        special.put("pad_token", "[PAD]");
        special.put("sep_token", "[SEP]");
        special.put("unk_token", "[UNK]");
        TokenizerTrainer.write(folder.resolve(Tokenizer.SPECIAL_TOKENS_FILE), special);
        ObjectNode configuration = special.deepCopy();
        configuration.put("do_lower_case", lowerCase);
        configuration.put("model_max_length", maximumLength);
        configuration.put("tokenizer_class", "BertTokenizer");
        TokenizerTrainer.write(folder.resolve(Tokenizer.CONFIG_FILE), configuration);
    }

    private static Map<String, Integer> ids(Path vocabulary) throws IOException {
        if (Files.size(vocabulary) > LARGEST_VOCABULARY) {
            throw new InvalidTokenizerException(vocabulary + " is larger than " + LARGEST_VOCABULARY + " bytes");
        }
        Map<String, Integer> ids = new LinkedHashMap<>();
        try {
            // By line feeds alone: other characters that end lines are pieces
            String[] lines = Files.readString(vocabulary).split("\n", -1);
            int count = lines.length - (lines[lines.length - 1].isEmpty() ? 1 : 0);
            for (int id = 0; id < count; id++) {
                String piece = lines[id].endsWith("\r") ? lines[id].substring(0, lines[id].length() - 1) : lines[id];
                Integer before = ids.putIfAbsent(piece, id);
                if (before != null) {
                    throw new InvalidTokenizerException(
                            vocabulary + " has '" + piece + "' in lines " + (before + 1) + " and " + (id + 1));
                }
            }
        } catch (CharacterCodingException e) {
            throw new InvalidTokenizerException(vocabulary + " is not UTF-8", e);
        }
        for (String token : SPECIAL_TOKENS) {
            if (!ids.containsKey(token)) {
                throw new InvalidTokenizerException(vocabulary + " has no piece " + token);
            }
        }
        return ids;
    }

    private static ObjectNode definition(Map<String, Integer> ids, boolean lowerCase) {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (String token : SPECIAL_TOKENS) {
            added.addObject()
                    .put("id", ids.get(token))
                    .put("content", token)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        ObjectNode normalizer = root.putObject("normalizer");
        normalizer.put("type", "BertNormalizer");
        normalizer.put("clean_text", true);
        normalizer.put("handle_chinese_chars", true);
        // Nothing said: accents go with the capitals
        normalizer.putNull("strip_accents");
        normalizer.put("lowercase", lowerCase);
        root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        root.set("post_processor", postProcessor(ids));
        root.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
        ObjectNode model = root.putObject("model");
        model.put("type", "WordPiece");
        model.put("unk_token", "[UNK]");
        model.put("continuing_subword_prefix", "##");
        model.put("max_input_chars_per_word", LONGEST_WORD);
        ObjectNode vocabulary = model.putObject("vocab");
        ids.forEach(vocabulary::put);
        return root;
    }

    private static ObjectNode postProcessor(Map<String, Integer> ids) {
        ObjectNode processor = JSON.createObjectNode();
        processor.put("type", "TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        TokenizerTrainer.special(single, "[CLS]", 0);
        TokenizerTrainer.sequence(single, "A", 0);
        TokenizerTrainer.special(single, "[SEP]", 0);
        ArrayNode pair = processor.putArray("pair");
        TokenizerTrainer.special(pair, "[CLS]", 0);
        TokenizerTrainer.sequence(pair, "A", 0);
        TokenizerTrainer.special(pair, "[SEP]", 0);
        TokenizerTrainer.sequence(pair, "B", 1);
        TokenizerTrainer.special(pair, "[SEP]", 1);
        ObjectNode tokens = processor.putObject("special_tokens");
        for (String token : List.of("[CLS]", "[SEP]")) {
            ObjectNode described = tokens.putObject(token);
            described.put("id", token);
            described.putArray("ids").add(ids.get(token));
            described.putArray("tokens").add(token);
        }
        return processor;
    }
}
