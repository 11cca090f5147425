package dev.firn.training.tokenizer;

import static java.util.Objects.requireNonNull;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.json.JsonFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A {@code tokenizer.json} of the Hugging Face tokenizers library. Truncation and padding that the file may ask for are
 * turned off: a sequence is as long as its text, up to the maximum length. Safe for use by several threads.
 */
public final class Tokenizer implements AutoCloseable {
    /** The file that a tokeniser is. */
    public static final String FILE = "tokenizer.json";

    /** The file that says its maximum length. */
    public static final String CONFIG_FILE = "tokenizer_config.json";

    /** The file that names its special tokens. */
    public static final String SPECIAL_TOKENS_FILE = "special_tokens_map.json";

    /** The maximum length where no file says one. */
    public static final int DEFAULT_MAXIMUM_LENGTH = 512;

    static {
        // Else the library asks the network whether it runs in a certain cloud, and tells its makers there
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private static final JsonMapper JSON = new JsonMapper();
    private static final int MOST_IDS = 1 << 24;
    private static final int FEWEST_TOKENS = 3;
    private static final long LARGEST = 256L << 20;

    private final HuggingFaceTokenizer library;
    private final int vocabularySize;
    private final int maximumLength;
    private final SpecialTokens specialTokens;
    private final String definition;

    private Tokenizer(
            HuggingFaceTokenizer library,
            int vocabularySize,
            int maximumLength,
            SpecialTokens specialTokens,
            String definition) {
        this.library = library;
        this.vocabularySize = vocabularySize;
        this.maximumLength = maximumLength;
        this.specialTokens = specialTokens;
        this.definition = definition;
    }

    /**
     * Opens a folder with {@code tokenizer.json} and, when present, {@code tokenizer_config.json}, whose
     * {@code model_max_length} is the maximum length (512 when it says none).
     *
     * @throws InvalidTokenizerException when it cannot be read or lacks a special token
     */
    public static Tokenizer open(Path folder) {
        return open(folder, configuredMaximumLength(folder));
    }

    /**
     * Opens a folder with {@code tokenizer.json}, whatever maximum length its configuration says.
     *
     * @param maximumLength tokens of the longest sequence, special tokens included, at least 3
     * @throws InvalidTokenizerException when it cannot be read or lacks a special token
     */
    public static Tokenizer open(Path folder, int maximumLength) {
        requireNonNull(folder, "folder is null");
        if (maximumLength < FEWEST_TOKENS) {
            throw new IllegalArgumentException("maximumLength must be at least 3, is " + maximumLength);
        }
        Path file = folder.resolve(FILE);
        byte[] bytes;
        JsonNode root;
        try {
            if (!Files.isRegularFile(file)) {
                throw new InvalidTokenizerException("there is no file " + file);
            }
            if (Files.size(file) > LARGEST) {
                throw new InvalidTokenizerException(file + " is larger than " + LARGEST + " bytes");
            }
            bytes = Files.readAllBytes(file);
            root = JSON.readTree(bytes);
        } catch (IOException e) {
            throw new InvalidTokenizerException(file + " cannot be read as JSON: " + reason(e), e);
        }
        Map<String, Integer> ids = ids(root, file);
        SpecialTokens special = specialTokens(ids, file);
        requireUnknownPiece(root.path("model"), file);
        requireWholeTemplate(root.path("post_processor"), file);
        int vocabulary = ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;

        if (vocabulary < 1 || vocabulary > MOST_IDS) {
            throw new InvalidTokenizerException(file + " has ids that do not lie between 0 and " + (MOST_IDS - 1));
        }

        HuggingFaceTokenizer library = load(file);
        try {
            TokenizersLibrary.LIB.disableTruncation(library.getHandle());
            TokenizersLibrary.LIB.disablePadding(library.getHandle());
            Tokenizer tokenizer =
                    new Tokenizer(library, vocabulary, maximumLength, special, digest(bytes, maximumLength));
            int[] empty = tokenizer.encode("");
            if (empty.length != 2 || empty[0] != special.begin() || empty[1] != special.end()) {
                throw new InvalidTokenizerException(file + " does not put its first and its closing token around a text"
                        + " (the empty text becomes " + Arrays.toString(empty) + ")");
            }
            return tokenizer;
        } catch (InvalidTokenizerException e) {
            library.close();
            throw e;
        }
    }

    /** The maximum length that a folder's {@code tokenizer_config.json} says, else 512. */
    private static int configuredMaximumLength(Path folder) {
        Path file = folder.resolve(CONFIG_FILE);
        if (!Files.isRegularFile(file)) {
            return DEFAULT_MAXIMUM_LENGTH;
        }
        try {
            // Hugging Face writes 10^30 where there is no limit
            double length = JSON.readTree(Files.readAllBytes(file))
                    .path("model_max_length")
                    .asDouble(DEFAULT_MAXIMUM_LENGTH);
            return length >= FEWEST_TOKENS && length <= 1_000_000 ? (int) length : DEFAULT_MAXIMUM_LENGTH;
        } catch (IOException e) {
            throw new InvalidTokenizerException(file + " cannot be read as JSON: " + reason(e), e);
        }
    }

    private static HuggingFaceTokenizer load(Path file) {
        try {
            return build(HuggingFaceTokenizer.builder()
                    .optTokenizerPath(file)
                    .optTruncation(false)
                    .optPadding(false));
        } catch (IOException | RuntimeException e) {
            throw new InvalidTokenizerException(file + " is not taken by the tokenizers library: " + firstLine(e), e);
        }
    }

    /** Lets the library load a file, and tell nobody about it. */
    public static HuggingFaceTokenizer build(HuggingFaceTokenizer.Builder asked) throws IOException {
        return asked.build();
    }

    static String reason(IOException e) {
        return e instanceof JsonProcessingException broken ? JsonFault.said(broken) : firstLine(e);
    }

    private static String firstLine(Exception e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return message.lines().findFirst().orElse("");
    }

    private static Map<String, Integer> ids(JsonNode root, Path file) {
        Map<String, Integer> ids = new HashMap<>();
        JsonNode vocabulary = root.path("model").path("vocab");
        if (vocabulary.isArray()) {
            for (int id = 0; id < vocabulary.size(); id++) {
                ids.put(vocabulary.get(id).path(0).asText(), id);
            }
        } else if (vocabulary.isObject()) {
            vocabulary
                    .properties()
                    .forEach(piece -> ids.put(piece.getKey(), piece.getValue().asInt(-1)));
        } else {
            throw new InvalidTokenizerException(file + " has no model with a vocabulary");
        }
        for (JsonNode added : root.path("added_tokens")) {
            ids.put(added.path("content").asText(), added.path("id").asInt(-1));
        }
        return ids;
    }

    /**
     * The library loads a model that names no piece for what its vocabulary does not have, and ends the whole process at the first
     * such text.
     */
    private static void requireUnknownPiece(JsonNode model, Path file) {
        JsonNode vocabulary = model.path("vocab");
        String type =
                model.path("type").asText(vocabulary.isArray() ? "Unigram" : model.has("merges") ? "BPE" : "WordPiece");
        JsonNode named = model.path(type.equals("Unigram") ? "unk_id" : "unk_token");
        boolean known = switch (type) {
            case "Unigram" -> named.canConvertToInt() && named.intValue() >= 0 && named.intValue() < vocabulary.size();
            case "WordPiece", "WordLevel" -> named.isTextual() && vocabulary.has(named.textValue());
            // What a vocabulary of pairs does not have is left out when no piece is named
            case "BPE" ->
                named.isMissingNode() || named.isNull() || (named.isTextual() && vocabulary.has(named.textValue()));
            // Refused by the library
            default -> true;
        };
        if (!known) {
            throw new InvalidTokenizerException(file + " has a model of type " + type
                    + " whose vocabulary has no piece for what is not in it (" + named + ")");
        }
    }

    /** The same holds for a template that names a token or a text that is not there. */
    private static void requireWholeTemplate(JsonNode processor, Path file) {
        processor.path("processors").forEach(one -> requireWholeTemplate(one, file));
        for (JsonNode piece : processor.path("single")) {
            String token = piece.at("/SpecialToken/id").asText(null);
            if (token != null && !processor.path("special_tokens").has(token)) {
                throw new InvalidTokenizerException(
                        file + " has a template with the token " + token + ", which is not among its special_tokens");
            }
            if (!piece.at("/Sequence/id").asText("A").equals("A")) {
                throw new InvalidTokenizerException(file + " has a template for one text that asks for a second");
            }
        }
    }

    private static SpecialTokens specialTokens(Map<String, Integer> ids, Path file) {
        return new SpecialTokens(
                specialToken(ids, file, "<s>", "[CLS]"),
                specialToken(ids, file, "<pad>", "[PAD]"),
                specialToken(ids, file, "</s>", "[SEP]"),
                specialToken(ids, file, "<unk>", "[UNK]"),
                specialToken(ids, file, "<mask>", "[MASK]"));
    }

    private static int specialToken(Map<String, Integer> ids, Path file, String name, String bertName) {
        return Optional.ofNullable(ids.get(name))
                .or(() -> Optional.ofNullable(ids.get(bertName)))
                .orElseThrow(() ->
                        new InvalidTokenizerException(file + " has neither a token " + name + " nor " + bertName));
    }

    private static String digest(byte[] file, int maximumLength) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(file);
            digest.update(("\n" + maximumLength).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * Copies a tokeniser's files, with {@code model_max_length} set to a maximum length.
     *
     * @throws IOException when a file cannot be read or written
     */
    public static void copy(Path folder, Path target, int maximumLength) throws IOException {
        Files.createDirectories(target);
        Files.write(target.resolve(FILE), Files.readAllBytes(folder.resolve(FILE)));
        ObjectNode configuration = JSON.createObjectNode();
        Path configured = folder.resolve(CONFIG_FILE);
        if (Files.isRegularFile(configured)
                && JSON.readTree(Files.readAllBytes(configured)) instanceof ObjectNode existing) {
            configuration = existing;
        }
        configuration.put("model_max_length", maximumLength);
        if (!configuration.has("tokenizer_class")) {
            configuration.put("tokenizer_class", "PreTrainedTokenizerFast");
        }
        TokenizerTrainer.write(target.resolve(CONFIG_FILE), configuration);
        Path special = folder.resolve(SPECIAL_TOKENS_FILE);
        if (Files.isRegularFile(special)) {
            Files.write(target.resolve(SPECIAL_TOKENS_FILE), Files.readAllBytes(special));
        }
    }

    /** The ids of a text with its special tokens, cut at the maximum length with the closing token kept. */
    public int[] encode(String text) {
        return encode(List.of(text))[0];
    }

    /** The ids of several texts; the same as one by one. */
    public int[][] encode(List<String> texts) {
        int[][] rows = new int[texts.size()][];
        if (texts.isEmpty()) {
            return rows;
        }
        long[] encodings = TokenizersLibrary.LIB.batchEncode(library.getHandle(), texts.toArray(String[]::new), true);
        try {
            for (int row = 0; row < rows.length; row++) {
                rows[row] = cut(TokenizersLibrary.LIB.getTokenIds(encodings[row]));
            }
        } finally {
            for (long encoding : encodings) {
                TokenizersLibrary.LIB.deleteEncoding(encoding);
            }
        }
        return rows;
    }

    private int[] cut(long[] ids) {
        return cut(Arrays.stream(ids).mapToInt(id -> (int) id).toArray(), maximumLength);
    }

    /** A sequence cut at a length, with its closing token kept. */
    public static int[] cut(int[] ids, int maximumLength) {
        if (ids.length <= maximumLength) {
            return ids;
        }
        int[] row = Arrays.copyOf(ids, maximumLength);
        row[maximumLength - 1] = ids[ids.length - 1];
        return row;
    }

    /** The text of ids, without special tokens. */
    public String decode(int[] ids) {
        return library.decode(Arrays.stream(ids).asLongStream().toArray(), true);
    }

    /** Number of ids: the largest id plus one. */
    public int vocabularySize() {
        return vocabularySize;
    }

    /** Tokens of the longest sequence, special tokens included. */
    public int maximumLength() {
        return maximumLength;
    }

    /** The ids of its special tokens. */
    public SpecialTokens specialTokens() {
        return specialTokens;
    }

    /** Lower-case hex SHA-256 of tokenizer.json and the maximum length: equal definitions give equal ids. */
    public String definition() {
        return definition;
    }

    @Override
    public void close() {
        library.close();
    }
}
