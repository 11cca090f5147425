package dev.firn.training.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTrainerTest {
    private static final List<String> SENTENCES = List.of(
            "All human beings are born free and equal in dignity and rights.",
            "They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood.",
            "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
            "Ils sont doués de raison et de conscience et doivent agir les uns envers les autres dans un esprit de fraternité.",
            "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
            "Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen.",
            "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.",
            "Todos los seres humanos nacen libres e iguales en dignidad y derechos.",
            "The client {{name}} was created in 2024, with 17 roles.",
            "Der Client {{name}} wurde 2024 mit 17 Rollen erstellt.");

    @TempDir
    private static Path folder;

    private static Tokenizer tokenizer;

    @BeforeAll
    static void train() throws IOException {
        new TokenizerTrainer(700, 64).train(texts(1), folder.resolve("first"));
        tokenizer = Tokenizer.open(folder.resolve("first"));
    }

    private static Iterator<String> texts(int seed) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            texts.addAll(SENTENCES);
        }
        Collections.shuffle(texts, new Random(seed));
        return texts.iterator();
    }

    @Test
    void theLibraryIsToldToTellNobodyThatItIsUsed() {
        assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
    }

    @Test
    void givesTheSameBytesForTheSameTextsInAnyOrder() throws IOException {
        new TokenizerTrainer(700, 64).train(texts(2), folder.resolve("second"));
        for (String file : List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")) {
            assertThat(folder.resolve("second").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("first").resolve(file));
        }
    }

    @Test
    void putsTheSpecialTokensFirstAndAroundEveryText() {
        assertThat(tokenizer.specialTokens()).isEqualTo(new SpecialTokens(0, 1, 2, 3, 4));
        assertThat(tokenizer.encode("")).containsExactly(0, 2);
        int[] ids = tokenizer.encode("human rights");
        assertThat(ids[0]).isZero();
        assertThat(ids[ids.length - 1]).isEqualTo(2);
        assertThat(tokenizer.encode("<mask>")).containsExactly(0, 4, 2);
        assertThat(tokenizer.maximumLength()).isEqualTo(64);
    }

    @Test
    void spellsEveryScriptWithoutAnUnknownTokenAndWithinTheVocabulary() {
        List<String> texts = List.of(
                "Dignité, godność, Würde!",
                "クライアントの設定を変更します。",
                "Все люди рождаются свободными",
                "人人生而自由",
                "يولد جميع الناس أحراراً",
                "सभी मनुष्य",
                "İşçi ğüş 😀 mixed クライアント Client");
        int[][] rows = tokenizer.encode(texts);
        for (int row = 0; row < rows.length; row++) {
            assertThat(rows[row]).doesNotContain(3);
            assertThat(Arrays.stream(rows[row]).max().orElseThrow()).isLessThan(tokenizer.vocabularySize());
            if (rows[row].length < 64) {
                assertThat(tokenizer.decode(rows[row])).isEqualTo(texts.get(row));
            }
        }
    }

    @Test
    void learnsWordsOfTheTextAsWholePieces() {
        assertThat(tokenizer.encode("conscience").length).isLessThanOrEqualTo(4);
        int characters = SENTENCES.stream().mapToInt(String::length).sum();
        int tokens = Arrays.stream(tokenizer.encode(SENTENCES))
                .mapToInt(row -> row.length - 2)
                .sum();
        assertThat((double) characters / tokens).isGreaterThan(3);
        assertThat(tokenizer.vocabularySize()).isBetween(400, 700);
    }

    @Test
    void looksOverWhiteSpaceAndCompatibleSpellings() {
        assertThat(tokenizer.encode("  human \t\n rights\u00a0 ")).isEqualTo(tokenizer.encode("human rights"));
        assertThat(tokenizer.encode("\uff48uman rights")).isEqualTo(tokenizer.encode("human rights"));
        assertThat(tokenizer.encode("e\u0301galite")).isEqualTo(tokenizer.encode("\u00e9galite"));
    }

    @Test
    void trainsOnTextAsTheLibraryNormalisesIt() {
        assertThat(Segments.normalize(" \u00a0a\u2003b\u000b c\u0085d  ")).isEqualTo("a b c d");
        assertThat(Segments.normalize("\ufb01n")).isEqualTo("fin");
    }

    @Test
    void cutsALongTextAndKeepsItsClosingToken() {
        String longText = "All human beings are born free and equal. ".repeat(20);
        int[] whole = Tokenizer.open(folder.resolve("first"), 10_000).encode(longText);
        int[] cut = tokenizer.encode(longText);
        assertThat(cut).hasSize(64);
        assertThat(Arrays.copyOf(cut, 63)).isEqualTo(Arrays.copyOf(whole, 63));
        assertThat(cut[63]).isEqualTo(2);
    }

    @Test
    void encodesSeveralTextsAsOneByOne() {
        int[][] together = tokenizer.encode(SENTENCES);
        for (int i = 0; i < together.length; i++) {
            assertThat(together[i]).isEqualTo(tokenizer.encode(SENTENCES.get(i)));
        }
        assertThat(tokenizer.encode(List.of())).isEmpty();
    }

    @Test
    void neverCrossesFromLettersToDigitsOrPunctuation() throws IOException {
        JsonNode vocabulary = new JsonMapper()
                .readTree(folder.resolve("first").resolve("tokenizer.json").toFile())
                .at("/model/vocab");
        Set<String> seen = new HashSet<>();
        for (int id = 5 + 256; id < vocabulary.size(); id++) {
            String piece = vocabulary.get(id).get(0).asText();
            assertThat(seen.add(piece)).as(piece).isTrue();
            assertThat(piece).matches("▁?(\\p{L}+|\\p{Nd}+|[^\\p{L}\\p{Nd}]*)");
        }
    }

    @Test
    void scoresAreLogarithmsOfProbabilitiesThatAddUpToNoMoreThanOne() throws IOException {
        JsonNode vocabulary = new JsonMapper()
                .readTree(folder.resolve("first").resolve("tokenizer.json").toFile())
                .at("/model/vocab");
        double sum = 0;
        double previous = 0;
        for (int id = 5 + 256; id < vocabulary.size(); id++) {
            double score = vocabulary.get(id).get(1).asDouble();
            assertThat(score).isLessThanOrEqualTo(previous);
            previous = score;
            sum += Math.exp(score);
        }
        assertThat(sum).isBetween(0.5, 1.0);
    }

    @Test
    void theDigammaFunctionHasItsKnownValues() {
        // Abramowitz and Stegun, 6.3.2 and 6.3.3
        assertThat(UnigramTrainer.digamma(1)).isCloseTo(-0.577_215_664_901_532_9, within(1e-9));
        assertThat(UnigramTrainer.digamma(0.5)).isCloseTo(-1.963_510_026_021_423_5, within(1e-9));
        assertThat(UnigramTrainer.digamma(100)).isCloseTo(4.600_161_852_738_087, within(1e-9));
    }

    @Test
    void expectationMaximisationFindsTheFrequentWordInRepeatedText() throws IOException {
        List<String> texts = Collections.nCopies(50, "abcabc abc");
        new TokenizerTrainer(300, 16).train(texts.iterator(), folder.resolve("abc"));
        try (Tokenizer small = Tokenizer.open(folder.resolve("abc"))) {
            assertThat(small.encode("abc")).hasSizeLessThanOrEqualTo(3);
            assertThat(small.decode(small.encode("abcabc abc"))).isEqualTo("abcabc abc");
        }
    }

    @Test
    void givesBytesAloneWhenThereIsNoText() throws IOException {
        new TokenizerTrainer(300, 64).train(List.<String>of().iterator(), folder.resolve("none"));
        try (Tokenizer bytes = Tokenizer.open(folder.resolve("none"))) {
            assertThat(bytes.vocabularySize()).isEqualTo(261);
            assertThat(bytes.decode(bytes.encode("héllo"))).isEqualTo("héllo");
        }
    }

    @Test
    void refusesFoldersThatAreNoTokeniser() throws IOException {
        Path broken = Files.createDirectories(folder.resolve("broken"));
        assertThatThrownBy(() -> Tokenizer.open(broken))
                .isInstanceOf(InvalidTokenizerException.class)
                .hasMessageContaining("tokenizer.json");
        Files.writeString(broken.resolve("tokenizer.json"), "{\"model\": ");
        assertThatThrownBy(() -> Tokenizer.open(broken))
                .isInstanceOf(InvalidTokenizerException.class)
                .hasMessageContaining("JSON");
        Files.writeString(broken.resolve("tokenizer.json"), "{\"model\":{\"vocab\":{\"a\":0}}}");
        assertThatThrownBy(() -> Tokenizer.open(broken))
                .isInstanceOf(InvalidTokenizerException.class)
                .hasMessageContaining("neither a token <s> nor [CLS]");
        String whole = Files.readString(folder.resolve("first").resolve("tokenizer.json"), StandardCharsets.UTF_8);
        Files.writeString(broken.resolve("tokenizer.json"), whole.replace("\"Unigram\"", "\"Telegram\""));
        assertThatThrownBy(() -> Tokenizer.open(broken))
                .isInstanceOf(InvalidTokenizerException.class)
                .hasMessageContaining("not taken by the tokenizers library");
    }

    /** Each of them was loaded by the library, which then ended the process at the first text with an unknown piece. */
    @Test
    void refusesModelsWithoutAPieceForWhatIsUnknown() throws IOException {
        JsonMapper mapper = new JsonMapper();
        ObjectNode right = (ObjectNode)
                mapper.readTree(folder.resolve("first").resolve(Tokenizer.FILE).toFile());
        ObjectNode unnamed = right.deepCopy();
        ((ObjectNode) unnamed.get("model")).remove("unk_id");
        ObjectNode outside = right.deepCopy();
        ((ObjectNode) outside.get("model")).put("unk_id", 1_000_000);
        List<ObjectNode> wrong = new ArrayList<>(List.of(unnamed, outside));
        for (String type : List.of("WordPiece", "WordLevel", "BPE")) {
            ObjectNode other = right.deepCopy();
            ObjectNode model = other.putObject("model");
            model.put("type", type).put("unk_token", "<none>").put("continuing_subword_prefix", "##");
            model.put("max_input_chars_per_word", 100).putArray("merges");
            ObjectNode vocabulary = model.putObject("vocab");
            List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>")
                    .forEach(token -> vocabulary.put(token, vocabulary.size()));
            wrong.add(other);
        }

        for (ObjectNode file : wrong) {
            Path other = Files.createTempDirectory(folder, "wrong");
            mapper.writeValue(other.resolve(Tokenizer.FILE).toFile(), file);
            assertThatThrownBy(() -> Tokenizer.open(other))
                    .as(file.at("/model/type").asText())
                    .isInstanceOf(InvalidTokenizerException.class)
                    .hasMessageContaining("has no piece for what is not in it");
        }
    }

    @Test
    void refusesTemplatesThatNameWhatIsNotThere() throws IOException {
        String right = Files.readString(folder.resolve("first").resolve(Tokenizer.FILE));
        Path other = Files.createTempDirectory(folder, "template");

        Files.writeString(
                other.resolve(Tokenizer.FILE),
                right.replaceFirst("\"id\" : \"<s>\",(\\s+\"type_id\")", "\"id\" : \"<t>\",$1"));
        assertThatThrownBy(() -> Tokenizer.open(other))
                .isInstanceOf(InvalidTokenizerException.class)
                .hasMessageContaining("the token <t>, which is not among its special_tokens");
        Files.writeString(other.resolve(Tokenizer.FILE), right.replaceFirst("\"id\" : \"A\"", "\"id\" : \"B\""));
        assertThatThrownBy(() -> Tokenizer.open(other))
                .isInstanceOf(InvalidTokenizerException.class)
                .hasMessageContaining("asks for a second");
    }

    @Test
    void aDefinitionNamesTheFileAndTheMaximumLength() {
        try (Tokenizer same = Tokenizer.open(folder.resolve("first"), 64);
                Tokenizer longer = Tokenizer.open(folder.resolve("first"), 65)) {
            assertThat(same.definition()).isEqualTo(tokenizer.definition()).matches("[0-9a-f]{64}");
            assertThat(longer.definition()).isNotEqualTo(tokenizer.definition());
        }
    }

    @Test
    void aCopyKeepsTheTokensAndTakesAnotherMaximumLength() throws IOException {
        Tokenizer.copy(folder.resolve("first"), folder.resolve("copy"), 32);
        try (Tokenizer copy = Tokenizer.open(folder.resolve("copy"))) {
            assertThat(copy.maximumLength()).isEqualTo(32);
            assertThat(copy.encode("human rights")).isEqualTo(tokenizer.encode("human rights"));
        }
    }
}
