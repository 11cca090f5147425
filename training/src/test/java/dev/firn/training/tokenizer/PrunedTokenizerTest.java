package dev.firn.training.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PrunedTokenizerTest {
    private static final JsonMapper JSON = new JsonMapper();

    private static final List<String> TEXTS = List.of(
            "Firn is snow that survived a season",
            "Der Schnee eines Sommers",
            "la neige de l'été",
            "снег и лёд",
            "雪と氷");

    private static final List<String> OTHERS = List.of(
            "A glacier moves slowly towards the valley",
            "Gletscher schmelzen",
            "les glaciers fondent",
            "ледник тает",
            "氷河");

    @TempDir
    private Path folder;

    private Path whole;
    private Path pruned;

    @BeforeEach
    void folders() {
        whole = folder.resolve("whole");
        pruned = folder.resolve("pruned");
    }

    private void writeUnigram() throws IOException {
        List<String> all = new ArrayList<>(TEXTS);
        all.addAll(OTHERS);
        new TokenizerTrainer(600, 64).train(all.iterator(), whole);
    }

    private void writeWordPiece(String... pieces) throws IOException {
        Files.createDirectories(folder);
        Path vocabulary = folder.resolve("vocab.txt");
        Files.write(vocabulary, Arrays.asList(pieces));
        WordPieceTokenizer.write(vocabulary, false, 64, whole);
    }

    private static final String[] PIECES = {
        "[PAD]",
        "[unused1]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "Firn",
        "is",
        "snow",
        "##fall",
        "sn",
        "##ow",
        "雪",
        "##s",
        "survive",
        "##d",
        "s",
        "##now",
        "that",
        "a",
        "Sea",
        "sea",
        "##son",
        "'",
        "été"
    };

    private int[] prune(List<String> texts) throws IOException {
        BitSet used = new BitSet();
        try (Tokenizer tokenizer = Tokenizer.open(whole, 64)) {
            for (int[] row : tokenizer.encode(texts)) {
                Arrays.stream(row).forEach(used::set);
            }
        }
        return PrunedTokenizer.write(whole, used, 64, pruned);
    }

    private void samePiecesUnderNewNumbers(List<String> texts) throws IOException {
        int[] kept = prune(texts);
        assertThat(kept).isSorted().doesNotHaveDuplicates();
        try (Tokenizer before = Tokenizer.open(whole, 64);
                Tokenizer after = Tokenizer.open(pruned)) {
            assertThat(after.maximumLength()).isEqualTo(64);
            assertThat(after.vocabularySize()).isEqualTo(kept.length).isLessThan(before.vocabularySize());
            for (String text : texts) {
                int[] renumbered =
                        Arrays.stream(after.encode(text)).map(id -> kept[id]).toArray();
                assertThat(renumbered).as(text).containsExactly(before.encode(text));
                assertThat(after.decode(after.encode(text))).isEqualTo(before.decode(before.encode(text)));
            }
            assertThat(after.specialTokens().padding())
                    .isEqualTo(before.specialTokens().padding());
            assertThat(kept[after.specialTokens().mask()])
                    .isEqualTo(before.specialTokens().mask());
            assertThat(kept[after.specialTokens().unknown()])
                    .isEqualTo(before.specialTokens().unknown());
        }
    }

    @Test
    void textsWhosePiecesAreKeptBecomeTheSamePieces() throws IOException {
        writeUnigram();
        samePiecesUnderNewNumbers(TEXTS);
    }

    @Test
    void aVocabularyOfWordPiecesKeepsTheLongestOfEachPlace() throws IOException {
        writeWordPiece(PIECES);
        samePiecesUnderNewNumbers(List.of("Firn is snow", "snowfall survived", "雪 that season's 雪", "unknown été"));
    }

    @Test
    void whatNoPieceSpellsAnyMoreStillBecomesBytes() throws IOException {
        writeUnigram();
        prune(TEXTS);
        try (Tokenizer after = Tokenizer.open(pruned)) {
            for (String text : OTHERS) {
                assertThat(after.encode(text))
                        .doesNotContain(after.specialTokens().unknown());
                assertThat(after.decode(after.encode(text))).isEqualTo(text);
            }
        }
    }

    @Test
    void everyPlaceThatNamesAnIdIsRenumbered() throws IOException {
        writeWordPiece(PIECES);
        Path file = whole.resolve(Tokenizer.FILE);
        ObjectNode root = (ObjectNode) JSON.readTree(file.toFile());
        root.set(
                "post_processor",
                JSON.readTree("{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\",4],\"cls\":[\"[CLS]\",3]}"));
        root.set(
                "padding",
                JSON.readTree(
                        "{\"strategy\":\"BatchLongest\",\"direction\":\"Right\",\"pad_to_multiple_of\":null,\"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"[PAD]\"}"));
        Files.write(file, JSON.writeValueAsBytes(root));
        Path configuration = whole.resolve(Tokenizer.CONFIG_FILE);
        ObjectNode settings = (ObjectNode) JSON.readTree(configuration.toFile());
        settings.putObject("added_tokens_decoder").putObject("5").put("content", "[MASK]");
        Files.write(configuration, JSON.writeValueAsBytes(settings));

        samePiecesUnderNewNumbers(List.of("snow"));
        JsonNode written = JSON.readTree(pruned.resolve(Tokenizer.FILE).toFile());
        // [unused1] is gone
        assertThat(written.at("/post_processor/sep/1").asInt()).isEqualTo(3);
        assertThat(written.at("/post_processor/cls/1").asInt()).isEqualTo(2);
        assertThat(JSON.readTree(pruned.resolve(Tokenizer.CONFIG_FILE).toFile())
                        .at("/added_tokens_decoder/4/content")
                        .asText())
                .isEqualTo("[MASK]");
    }

    @Test
    void refusesVocabulariesThatCannotLosePieces() throws IOException {
        writeWordPiece(PIECES);
        Path file = whole.resolve(Tokenizer.FILE);
        String text = Files.readString(file);
        Files.writeString(file, text.replace("\"TemplateProcessing\"", "\"Other\""));
        assertThatThrownBy(() -> PrunedTokenizer.require(whole)).isInstanceOf(InvalidTokenizerException.class);
        Files.writeString(file, text.replaceAll("\"type\" : \"WordPiece\",\\s*\"unk", "\"type\" : \"BPE\", \"unk"));
        assertThatThrownBy(() -> PrunedTokenizer.require(whole))
                .isInstanceOf(InvalidTokenizerException.class)
                .hasMessageContaining("has a vocabulary of type 'BPE', which cannot be pruned");
        Files.writeString(file, text);
        PrunedTokenizer.require(whole);
        BitSet beyond = new BitSet();
        beyond.set(PIECES.length);
        assertThatThrownBy(() -> PrunedTokenizer.write(whole, beyond, 64, pruned))
                .isInstanceOf(InvalidTokenizerException.class)
                .hasMessageContaining("has no id " + PIECES.length);
    }

    @Test
    void refusesATemplateWhoseIdsAreNotThere() throws IOException {
        writeUnigram();
        ObjectNode right =
                (ObjectNode) JSON.readTree(whole.resolve(Tokenizer.FILE).toFile());
        for (int id : new int[] {-1, 599_999}) {
            ObjectNode wrong = right.deepCopy();
            ((ObjectNode) wrong.at("/post_processor/special_tokens"))
                    .putObject("<other>")
                    .putArray("ids")
                    .add(id);
            ((ObjectNode) wrong.at("/post_processor/special_tokens/<other>"))
                    .put("id", "<other>")
                    .putArray("tokens")
                    .add("<other>");
            JSON.writeValue(whole.resolve(Tokenizer.FILE).toFile(), wrong);

            assertThatThrownBy(() -> PrunedTokenizer.require(whole))
                    .as("id " + id)
                    .isInstanceOf(InvalidTokenizerException.class);
        }
        assertThatThrownBy(() -> PrunedTokenizer.require(whole)).hasMessageContaining("with ids that are not there");
    }

    @Test
    void refusesIdsThatWouldNeedATableOfAnySize() throws IOException {
        writeWordPiece(PIECES);
        ObjectNode root =
                (ObjectNode) JSON.readTree(whole.resolve(Tokenizer.FILE).toFile());
        ((ObjectNode) root.at("/model/vocab")).put("huge", Integer.MAX_VALUE - 1);
        JSON.writeValue(whole.resolve(Tokenizer.FILE).toFile(), root);

        assertThatThrownBy(() -> PrunedTokenizer.require(whole))
                .isInstanceOf(InvalidTokenizerException.class)
                .hasMessageContaining("ids that do not lie between 0 and");
    }

    @Test
    void refusesAWordListThatIsNone() {
        assertThatThrownBy(() -> writeWordPiece("[PAD]", "[UNK]", "[CLS]", "[SEP]"))
                .hasMessageContaining("vocab.txt has no piece [MASK]");
        assertThatThrownBy(() -> writeWordPiece("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "a"))
                .hasMessageContaining("vocab.txt has 'a' in lines 6 and 7");
    }
}
