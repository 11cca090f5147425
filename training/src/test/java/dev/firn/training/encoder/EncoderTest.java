package dev.firn.training.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Nd4jKernels;
import dev.firn.training.kernels.Nd4jProducts;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.safetensors.SafetensorsFile;
import dev.firn.training.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EncoderTest {
    private static final EncoderConfiguration CONFIGURATION = EncoderConfiguration.xlmRoberta(50, 24, 2, 3, 40, 70);

    @TempDir
    private Path folder;

    private ComputeContext context;

    @BeforeEach
    void initialise() throws IOException {
        context = new ComputeContext(2);
        Encoder.initialise(CONFIGURATION, 1, folder);
    }

    @AfterEach
    void close() {
        context.close();
    }

    private static int[][] rows(int count) {
        Random random = new Random(2);
        int[][] rows = new int[count][];
        for (int i = 0; i < count; i++) {
            rows[i] = random.ints(1 + random.nextInt(70), 0, 50).toArray();
        }
        return rows;
    }

    private static float[] embed(Encoder encoder, int[]... rows) {
        float[] target = new float[rows.length * CONFIGURATION.hidden()];
        encoder.embed(rows, target);
        return target;
    }

    @Test
    void vectorsHaveLengthOneAndAreThoseOfTheSameTextAloneButForRounding() throws IOException {
        int[][] rows = rows(500);
        try (Encoder encoder = Encoder.load(folder, Pooling.CLS, context)) {
            float[] together = embed(encoder, rows);
            assertThat(embed(encoder, rows)).containsExactly(together);
            for (int i = 0; i < rows.length; i++) {
                float[] vector =
                        Arrays.copyOfRange(together, i * CONFIGURATION.hidden(), (i + 1) * CONFIGURATION.hidden());
                double square = 0;
                for (float value : vector) {
                    square += (double) value * value;
                }
                assertThat(square).isEqualTo(1, within(1e-5));
                assertThat(embed(encoder, rows[i])).containsExactly(vector, within(1e-6f));
            }
        }
    }

    @Test
    void theNumberOfThreadsChangesNothingButRounding() throws IOException {
        int[][] rows = rows(60);
        try (ComputeContext one = new ComputeContext(1);
                Encoder first = Encoder.load(folder, Pooling.CLS, one);
                Encoder second = Encoder.load(folder, Pooling.CLS, context)) {
            assertThat(embed(first, rows)).containsExactly(embed(second, rows), within(1e-6f));
        }
    }

    @Test
    void thePortablePathGivesTheSameVectors() throws IOException {
        int[][] rows = rows(8);
        try (ComputeContext portable = new ComputeContext(1, new Nd4jKernels(), new Nd4jProducts());
                Encoder slow = Encoder.load(folder, Pooling.CLS, portable);
                Encoder fast = Encoder.load(folder, Pooling.CLS, context)) {
            assertThat(embed(slow, rows)).containsExactly(embed(fast, rows), within(2e-6f));
        }
    }

    @Test
    void initialWeightsComeFromTheSeedAndHaveTheDeviationAsked() throws IOException {
        Path again = folder.resolve("again");
        Encoder.initialise(CONFIGURATION, 1, again);
        assertThat(again.resolve("model.safetensors")).hasSameBinaryContentAs(folder.resolve("model.safetensors"));
        Encoder.initialise(CONFIGURATION, 2, again);
        assertThat(Files.mismatch(again.resolve("model.safetensors"), folder.resolve("model.safetensors")))
                .isPositive();
        ParameterLayout layout = new ParameterLayout(CONFIGURATION, true);
        try (Tensor values = WeightsFolder.read(folder, layout)) {
            ParameterLayout.Parameter matrix = layout.parameter("encoder.layer.1.intermediate.dense.weight");
            double squares = 0;
            for (long i = 0; i < matrix.length(); i++) {
                squares += Math.pow(values.get(matrix.offset() + i), 2);
            }
            assertThat(Math.sqrt(squares / matrix.length())).isEqualTo(0.02, within(0.002));
            assertThat(values.get(layout.parameter("lm_head.layer_norm.weight").offset()))
                    .isEqualTo(1f);
            assertThat(values.get(layout.parameter("lm_head.bias").offset())).isZero();
        }
    }

    @Test
    void tensorsHaveHuggingFacesNames() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"))) {
            assertThat(file.names())
                    .contains(
                            "roberta.embeddings.word_embeddings.weight",
                            "roberta.embeddings.LayerNorm.bias",
                            "roberta.encoder.layer.1.attention.self.query.weight",
                            "roberta.encoder.layer.1.attention.output.LayerNorm.weight",
                            "roberta.encoder.layer.1.intermediate.dense.weight",
                            "roberta.encoder.layer.1.output.dense.bias",
                            "lm_head.dense.weight",
                            "lm_head.layer_norm.bias",
                            "lm_head.bias")
                    .hasSize(5 + 2 * 16 + 5);
            assertThat(file.shape("roberta.encoder.layer.0.intermediate.dense.weight"))
                    .hasValue(List.of(40L, 24L));
        }
        assertThat(WeightsFolder.hasMaskedLanguageHead(folder)).isTrue();
    }

    @Test
    void weightsWithoutAHeadCarryNoPrefixAndGiveTheSameVectors() throws IOException {
        Path plain = folder.resolve("plain");
        ParameterLayout layout = new ParameterLayout(CONFIGURATION, false);
        try (Tensor values = WeightsFolder.read(folder, layout)) {
            WeightsFolder.write(plain, layout, values.segment());
        }
        try (SafetensorsFile file = SafetensorsFile.open(plain.resolve("model.safetensors"))) {
            assertThat(file.names())
                    .contains("embeddings.word_embeddings.weight")
                    .hasSize(5 + 2 * 16);
        }
        assertThat(WeightsFolder.hasMaskedLanguageHead(plain)).isFalse();
        try (Encoder first = Encoder.load(folder, Pooling.CLS, context);
                Encoder second = Encoder.load(plain, Pooling.CLS, context)) {
            assertThat(embed(second, rows(3))).containsExactly(embed(first, rows(3)));
        }
    }

    @Test
    void namesEveryTensorThatIsMissingOrOfAnotherShape() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                EncoderConfiguration.xlmRoberta(50, 24, 3, 3, 48, 70).toJson(true));
        assertThatThrownBy(() -> Encoder.load(folder, Pooling.CLS, context))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("encoder.layer.2.attention.self.query.weight is missing")
                .hasMessageContaining("encoder.layer.0.intermediate.dense.weight has shape [40, 24], not [48, 24]");
    }

    @Test
    void refusesLayersAndTablesThatTheConfigurationDoesNotKnow() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                EncoderConfiguration.xlmRoberta(50, 24, 1, 3, 40, 70).toJson(true));
        assertThatThrownBy(() -> Encoder.load(folder, Pooling.CLS, context))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("roberta.encoder.layer.1.attention.self.query.weight belongs to no part of this")
                .hasMessageContaining("and 11 more");
    }

    @Test
    void readsWeightsThatAreSplitOverFilesAndNamedAsTheyOnceWere() throws IOException {
        float[] expected;
        try (Encoder encoder = Encoder.load(folder, Pooling.CLS, context)) {
            expected = embed(encoder, rows(3));
        }
        ParameterLayout layout = new ParameterLayout(CONFIGURATION, false);
        Path split = Files.createDirectories(folder.resolve("split"));
        Files.copy(folder.resolve("config.json"), split.resolve("config.json"));
        StringBuilder index = new StringBuilder();
        try (Tensor values = WeightsFolder.read(folder, layout)) {
            List<SafetensorsWriter.Item> items = WeightsFolder.items(layout, values.segment(), "roberta.").stream()
                    .map(item -> new SafetensorsWriter.Item(
                            item.name()
                                    .replace("LayerNorm.weight", "LayerNorm.gamma")
                                    .replace("LayerNorm.bias", "LayerNorm.beta"),
                            item.shape(),
                            item.values()))
                    .toList();
            for (int part = 0; part < 2; part++) {
                String name = "model-0000" + (part + 1) + "-of-00002.safetensors";
                List<SafetensorsWriter.Item> some = items.subList(part * 10, part == 0 ? 10 : items.size());
                SafetensorsWriter.write(split.resolve(name), some, Map.of());
                some.forEach(item ->
                        index.append(index.isEmpty() ? "" : ",").append("\"%s\":\"%s\"".formatted(item.name(), name)));
            }
        }
        Files.writeString(split.resolve("model.safetensors.index.json"), "{\"weight_map\":{" + index + "}}");
        try (Encoder encoder = Encoder.load(split, Pooling.CLS, context)) {
            assertThat(embed(encoder, rows(3))).containsExactly(expected);
        }
        assertThat(WeightsFolder.hasMaskedLanguageHead(split)).isFalse();
    }

    @Test
    void refusesWeightsThatAreNotNumbers() throws IOException {
        ParameterLayout layout = new ParameterLayout(CONFIGURATION, true);
        try (Tensor values = WeightsFolder.read(folder, layout)) {
            values.set(layout.parameter("encoder.layer.0.output.dense.bias").offset() + 2, Float.NaN);
            WeightsFolder.write(folder, layout, values.segment());
        }
        assertThatThrownBy(() -> Encoder.load(folder, Pooling.CLS, context))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("roberta.encoder.layer.0.output.dense.bias holds NaN at 2");
    }

    @Test
    void refusesAFileThatWasCutOff() throws IOException {
        Path file = folder.resolve("model.safetensors");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 5);
        }
        assertThatThrownBy(() -> Encoder.load(folder, Pooling.CLS, context))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cut off");
    }

    @Test
    void refusesATargetThatIsTooShort() throws IOException {
        try (Encoder encoder = Encoder.load(folder, Pooling.CLS, context)) {
            assertThatThrownBy(() -> encoder.embed(rows(2), new float[47]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the target holds 47 values, 2 vectors of 24 are wanted");
        }
    }
}
