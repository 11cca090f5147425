package dev.firn.training.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.teacher.ModelTeacher;
import dev.firn.training.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ModelFolderTest {
    @TempDir
    private static Path parent;

    private static Path folder;

    @BeforeAll
    static void write() throws IOException {
        folder = SampleModel.write(parent, 32, 3);
    }

    @Test
    void holdsEveryFileOfTheLayout() throws IOException {
        assertThat(files(folder).keySet())
                .containsExactly(
                        "1_Pooling/config.json",
                        "2_Normalize/config.json",
                        "README.md",
                        "config.json",
                        "config_sentence_transformers.json",
                        "model.safetensors",
                        "modules.json",
                        "sentence_bert_config.json",
                        "special_tokens_map.json",
                        "tokenizer.json",
                        "tokenizer_config.json");
        assertThat(json("modules.json")).hasSize(3);
        assertThat(json("modules.json").get(1).get("type").asText()).isEqualTo("sentence_transformers.models.Pooling");
        assertThat(json("1_Pooling/config.json").get("pooling_mode_cls_token").asBoolean())
                .isTrue();
        assertThat(json("1_Pooling/config.json").get("word_embedding_dimension").asInt())
                .isEqualTo(32);
        assertThat(json("tokenizer_config.json").get("model_max_length").asInt())
                .isEqualTo(16);
        assertThat(json("sentence_bert_config.json").get("max_seq_length").asInt())
                .isEqualTo(16);
        assertThat(json("config_sentence_transformers.json")
                        .get("prompts")
                        .get("query")
                        .asText())
                .isEqualTo("query: ");
        assertThat(json("config.json").get("architectures").get(0).asText()).isEqualTo("XLMRobertaModel");
    }

    @Test
    void theSameInputsGiveTheSameBytes(@TempDir Path other) throws IOException {
        assertThat(files(SampleModel.write(other, 32, 3))).isEqualTo(files(folder));
    }

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void anotherImplementationGivesTheSameTokensAndVectors(Pooling pooling, @TempDir Path own) throws IOException {
        Path folder = SampleModel.write(own, 32, 3, pooling);
        try (EmbeddingModel model = EmbeddingModel.load(folder, 2);
                PlainEncoder plain = new PlainEncoder(folder);
                Tokenizer ours = Tokenizer.open(folder);
                HuggingFaceTokenizer library = HuggingFaceTokenizer.builder()
                        .optTokenizerPath(folder.resolve("tokenizer.json"))
                        .optTruncation(true)
                        .optMaxLength(16)
                        .optPadding(false)
                        .build()) {
            assertThat(plain.names()).noneMatch(name -> name.startsWith("lm_head.") || name.startsWith("roberta."));
            assertThat(ours.encode(SampleModel.TEXTS.getLast())).hasSize(16).endsWith(2);
            for (TextKind kind : TextKind.values()) {
                String prefix = kind == TextKind.QUERY ? "query: " : "";
                float[] vectors = model.embed(kind, SampleModel.TEXTS);
                for (int row = 0; row < SampleModel.TEXTS.size(); row++) {
                    String text = prefix + SampleModel.TEXTS.get(row);
                    long[] ids = library.encode(text).getIds();
                    assertThat(ids.length).isLessThanOrEqualTo(16);
                    assertThat(Arrays.stream(ours.encode(text)).asLongStream().toArray())
                            .isEqualTo(ids);
                    float[] expected = plain.embed(ids);
                    for (int i = 0; i < 32; i++) {
                        assertThat(vectors[row * 32 + i]).isCloseTo(expected[i], within(1e-5f));
                    }
                }
            }
        }
    }

    @Test
    void aTruncatedVectorIsTheBeginningOfTheFullOneBroughtToLengthOne() throws IOException {
        try (EmbeddingModel model = EmbeddingModel.load(folder, 1)) {
            float[] full = model.embed(TextKind.DOCUMENT, SampleModel.TEXTS);
            float[] truncated = model.embed(TextKind.DOCUMENT, SampleModel.TEXTS, 5);
            for (int row = 0; row < SampleModel.TEXTS.size(); row++) {
                double square = 0;
                for (int i = 0; i < 5; i++) {
                    square += (double) full[row * 32 + i] * full[row * 32 + i];
                }
                for (int i = 0; i < 5; i++) {
                    assertThat((double) truncated[row * 5 + i])
                            .isCloseTo(full[row * 32 + i] / Math.sqrt(square), within(1e-7));
                }
            }
            assertThat(model.embed(TextKind.DOCUMENT, SampleModel.TEXTS, 32)).containsExactly(full);
            assertThatThrownBy(() -> model.embed(TextKind.DOCUMENT, SampleModel.TEXTS, 33))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("dimensions must be between 1 and 32, is 33");
        }
    }

    @Test
    void theSameListGivesTheSameBitsAndATextsCompanyOrTheNumberOfThreadsOnlyARoundingError() throws IOException {
        try (EmbeddingModel one = EmbeddingModel.load(folder, 1);
                EmbeddingModel two = EmbeddingModel.load(folder, 2)) {
            float[] together = two.embed(TextKind.QUERY, SampleModel.TEXTS);
            assertThat(two.embed(TextKind.QUERY, SampleModel.TEXTS)).containsExactly(together);
            assertThat(one.embed(TextKind.QUERY, SampleModel.TEXTS)).containsExactly(together, within(1e-6f));
            for (int row = 0; row < SampleModel.TEXTS.size(); row++) {
                assertThat(two.embed(TextKind.QUERY, List.of(SampleModel.TEXTS.get(row))))
                        .containsExactly(Arrays.copyOfRange(together, row * 32, (row + 1) * 32), within(1e-6f));
            }
            assertThat(two.embed(TextKind.QUERY, List.of())).isEmpty();
        }
    }

    @Test
    void servesAsATeacherThatIsDefinedByItsFiles(@TempDir Path other) throws IOException {
        Path copy = Files.createDirectories(other.resolve("copy"));
        copy(folder, copy);
        Path prompts = copy.resolve("config_sentence_transformers.json");
        try (EmbeddingModel model = EmbeddingModel.load(folder, 1);
                ModelTeacher teacher = ModelTeacher.load(folder, 1);
                ModelTeacher same = ModelTeacher.load(copy, 1)) {
            assertThat(teacher.embed(TextKind.QUERY, SampleModel.TEXTS))
                    .containsExactly(model.embed(TextKind.QUERY, SampleModel.TEXTS));
            assertThat(same.definition()).isEqualTo(teacher.definition());
            Files.writeString(prompts, Files.readString(prompts).replace("query: ", "question: "));
            try (ModelTeacher changed = ModelTeacher.load(copy, 1)) {
                assertThat(changed.definition()).isNotEqualTo(teacher.definition());
            }
        }
    }

    @Test
    void aFolderThatAsksForAnotherPoolingIsRefused(@TempDir Path other) throws IOException {
        copy(folder, other);
        Path pooling = other.resolve("1_Pooling/config.json");
        Files.writeString(
                pooling,
                Files.readString(pooling)
                        .replace("\"pooling_mode_cls_token\" : true", "\"pooling_mode_cls_token\" : false"));
        assertThatThrownBy(() -> EmbeddingModel.load(other, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "asks for no pooling; pooling_mode_cls_token and pooling_mode_mean_tokens are supported");
    }

    private static JsonNode json(String file) throws IOException {
        return new JsonMapper().readTree(Files.readAllBytes(folder.resolve(file)));
    }

    /** The bytes of all files by name, as text of one character a byte so that they compare. */
    private static Map<String, String> files(Path root) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(root.relativize(file).toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return files;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }
}
