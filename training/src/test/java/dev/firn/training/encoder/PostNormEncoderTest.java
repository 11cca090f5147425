package dev.firn.training.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.firn.training.batch.PackedBatch;
import dev.firn.training.batch.Selection;
import dev.firn.training.encoder.ParameterLayout.Parameter;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PostNormEncoderTest {
    private static final int VOCABULARY = 37;
    private static final int[] LENGTHS = {1, 5, 17, 2, 150, 64, 65, 257, 512};

    private static EncoderConfiguration configuration(EncoderFamily family) {
        // Widths that whole vectors do not cover
        return switch (family) {
            case BERT -> EncoderConfiguration.bert(VOCABULARY, 20, 2, 2, 36, 512);
            case XLM_ROBERTA -> EncoderConfiguration.xlmRoberta(VOCABULARY, 24, 3, 3, 40, 512);
            case GTE -> EncoderConfiguration.gte(VOCABULARY, 36, 2, 3, 20, 512);
        };
    }

    /** Weights large enough that attention is not flat, and norms and biases that differ. */
    private static Tensor randomValues(ParameterLayout layout, long seed) {
        Random random = new Random(seed);
        Tensor values = Tensor.zeros(1, (int) layout.length());
        for (Parameter parameter : layout.parameters()) {
            boolean norm = parameter.name().contains("orm.weight");
            for (long i = 0; i < parameter.length(); i++) {
                double noise = random.nextGaussian() * 0.3;
                values.set(parameter.offset() + i, (float) (norm ? 1 + noise : noise));
            }
        }
        return values;
    }

    private static int[][] sequences() {
        Random random = new Random(4);
        int[][] sequences = new int[LENGTHS.length][];
        for (int i = 0; i < LENGTHS.length; i++) {
            sequences[i] = random.ints(LENGTHS[i], 0, VOCABULARY).toArray();
        }
        return sequences;
    }

    private static PackedBatch batch(int[][] sequences) {
        PackedBatch batch = new PackedBatch();
        for (int[] sequence : sequences) {
            batch.add(sequence, 0, sequence.length);
        }
        return batch;
    }

    private static float[] firstRows(Tensor tensor, int rows) {
        float[] all = tensor.toArray();
        float[] result = new float[rows * tensor.columns()];
        System.arraycopy(all, 0, result, 0, result.length);
        return result;
    }

    @ParameterizedTest
    @EnumSource(EncoderFamily.class)
    void forwardAndEveryGradientAgreeWithPyTorch(EncoderFamily family) {
        ParameterLayout layout = new ParameterLayout(configuration(family), false);
        int hidden = layout.configuration().hidden();
        int[][] sequences = sequences();
        PackedBatch batch = batch(sequences);
        Selection selection = new Selection();
        selection.selectAll(batch);
        Random random = new Random(9);
        float[] direction = new float[batch.size() * hidden];
        for (int i = 0; i < direction.length; i++) {
            direction[i] = (float) random.nextGaussian();
        }
        try (ComputeContext context = new ComputeContext(2);
                Tensor values = randomValues(layout, 1);
                Tensor gradients = Tensor.zeros(1, (int) layout.length());
                Tensor outputGradient = Tensor.of(hidden, direction);
                PostNormEncoder encoder = new PostNormEncoder(layout, values, gradients, context);
                PyTorchEncoder reference = PyTorchEncoder.of(layout, values.toArray())) {
            float[] output = firstRows(encoder.forward(batch, selection), batch.size());
            encoder.backward(batch, selection, outputGradient);
            float[][] expected = new float[1][];
            Map<String, float[]> expectedGradients = reference.gradients(() -> {
                NDList states = new NDList();
                for (int[] sequence : sequences) {
                    states.add(reference.forward(sequence));
                }
                NDArray all = PyTorchEncoder.joined(states);
                expected[0] = all.toFloatArray();
                return all.mul(reference.manager().create(direction, new Shape(batch.size(), hidden)))
                        .sum();
            });
            assertThat(output).containsExactly(expected[0], within(2e-5f));
            assertGradients(layout, gradients, expectedGradients);
        }
    }

    /** Each parameter's gradient within 1e-4 of the reference's, relative to the length of it. */
    static void assertGradients(ParameterLayout layout, Tensor gradients, Map<String, float[]> expected) {
        for (Parameter parameter : layout.parameters()) {
            float[] reference = expected.get(parameter.name());
            double difference = 0;
            double length = 0;
            for (int i = 0; i < reference.length; i++) {
                double gap = gradients.get(parameter.offset() + i) - reference[i];
                difference += gap * gap;
                length += (double) reference[i] * reference[i];
            }
            // The key's bias shifts all scores of a query alike, so its gradient is 0 but for rounding
            double floor = parameter.name().endsWith("key.bias") ? 1 : 1e-12;
            assertThat(Math.sqrt(difference / Math.max(length, floor)))
                    .as("relative difference of the gradient of %s, of length %s", parameter.name(), Math.sqrt(length))
                    .isLessThan(1e-4);
        }
    }

    @ParameterizedTest
    @EnumSource(EncoderFamily.class)
    void theMaskedLanguageHeadAgreesWithPyTorch(EncoderFamily family) {
        ParameterLayout layout = new ParameterLayout(configuration(family), true);
        int[][] sequences = sequences();
        PackedBatch batch = batch(sequences);
        // Nothing of the first and the fourth sequence
        int[][] masked = {{}, {0, 3}, {5}, {}, {0, 1, 77, 130, 149}, {}, {64}, {256}, {511}};
        int[] words = {3, 36, 0, 11, 12, 13, 14, 15, 1, 2, 3};
        Selection selection = new Selection();
        for (int s = 0; s < masked.length; s++) {
            for (int place : masked[s]) {
                selection.add(batch.offset(s) + place);
            }
            selection.endSequence();
        }
        try (ComputeContext context = new ComputeContext(2);
                Tensor values = randomValues(layout, 1);
                Tensor gradients = Tensor.zeros(1, (int) layout.length());
                PostNormEncoder encoder = new PostNormEncoder(layout, values, gradients, context);
                MaskedLanguageHead head = new MaskedLanguageHead(layout, values, gradients, context);
                PyTorchEncoder reference = PyTorchEncoder.of(layout, values.toArray())) {
            Tensor states = encoder.forward(batch, selection);
            double loss = head.lossAndGradient(states, words.length, words, 0, 1f / words.length) / words.length;
            encoder.backward(batch, selection, states);
            float[] expected = new float[1];
            Map<String, float[]> expectedGradients = reference.gradients(() -> {
                NDList rows = new NDList();
                for (int s = 0; s < masked.length; s++) {
                    if (masked[s].length > 0) {
                        NDArray output = reference.forward(sequences[s]);
                        for (int place : masked[s]) {
                            rows.add(output.get(new NDIndex(place + ":" + (place + 1))));
                        }
                    }
                }
                NDArray logProbabilities =
                        reference.logits(PyTorchEncoder.joined(rows)).logSoftmax(1);
                NDArray sum = reference.manager().create(0f);
                for (int i = 0; i < words.length; i++) {
                    sum = sum.sub(logProbabilities.get(new NDIndex(i + ", " + words[i])));
                }
                NDArray mean = sum.div(PyTorchEncoder.kept(reference.manager(), words.length));
                expected[0] = mean.getFloat();
                return mean;
            });
            assertThat((float) loss).isEqualTo(expected[0], within(1e-5f));
            assertGradients(layout, gradients, expectedGradients);
        }
    }

    @ParameterizedTest
    @EnumSource(EncoderFamily.class)
    void everyGradientAgreesWithFiniteDifferences(EncoderFamily family) {
        ParameterLayout layout = new ParameterLayout(configuration(family), true);
        PackedBatch batch = batch(new int[][] {{3, 4, 5}, {6, 7, 8, 9, 10}});
        Selection selection = new Selection();
        selection.add(1);
        selection.endSequence();
        selection.add(3);
        selection.add(5);
        selection.endSequence();
        int[] words = {1, 2, 3};
        try (ComputeContext context = new ComputeContext(2);
                Tensor values = randomValues(layout, 2);
                Tensor gradients = Tensor.zeros(1, (int) layout.length());
                PostNormEncoder encoder = new PostNormEncoder(layout, values, gradients, context);
                MaskedLanguageHead head = new MaskedLanguageHead(layout, values, gradients, context)) {
            Tensor states = encoder.forward(batch, selection);
            head.lossAndGradient(states, words.length, words, 0, 1f);
            encoder.backward(batch, selection, states);
            float[] gradient = gradients.toArray();
            Random random = new Random(7);
            for (Parameter parameter : layout.parameters()) {
                // A random direction in the space of the parameter: the slope along it is one number
                float[] direction = new float[(int) parameter.length()];
                double slope = 0;
                for (int i = 0; i < direction.length; i++) {
                    direction[i] = (float) random.nextGaussian();
                    slope += direction[i] * gradient[(int) parameter.offset() + i];
                }
                double step = 2e-3 / Math.sqrt(direction.length);
                double above =
                        lossAfterMoving(parameter, direction, step, values, encoder, head, batch, selection, words);
                double below =
                        lossAfterMoving(parameter, direction, -step, values, encoder, head, batch, selection, words);
                assertThat((above - below) / (2 * step))
                        .as("slope of %s", parameter.name())
                        .isEqualTo(slope, within(0.02 * Math.abs(slope) + 0.02));
            }
        }
    }

    private static double lossAfterMoving(
            Parameter parameter,
            float[] direction,
            double step,
            Tensor values,
            PostNormEncoder encoder,
            MaskedLanguageHead head,
            PackedBatch batch,
            Selection selection,
            int[] words) {
        float[] before = new float[direction.length];
        for (int i = 0; i < direction.length; i++) {
            before[i] = values.get(parameter.offset() + i);
            values.set(parameter.offset() + i, (float) (before[i] + step * direction[i]));
        }
        double loss = head.lossAndGradient(encoder.forward(batch, selection), words.length, words, 0, 1f);
        values.set(parameter.offset(), before);
        return loss;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theNumberOfThreadsChangesNothingButRounding(int threads) {
        ParameterLayout layout = new ParameterLayout(configuration(EncoderFamily.XLM_ROBERTA), false);
        float[] two = gradientOfFirstTokens(layout, 2);
        float[] other = gradientOfFirstTokens(layout, threads);
        assertThat(other).containsExactly(two, within(2e-4f));
        assertThat(gradientOfFirstTokens(layout, threads)).containsExactly(other);
    }

    private static float[] gradientOfFirstTokens(ParameterLayout layout, int threads) {
        PackedBatch batch = batch(sequences());
        Selection selection = new Selection();
        selection.selectFirst(batch);
        try (ComputeContext context = new ComputeContext(threads);
                Tensor values = randomValues(layout, 1);
                Tensor gradients = Tensor.zeros(1, (int) layout.length());
                PostNormEncoder encoder = new PostNormEncoder(layout, values, gradients, context)) {
            Tensor output = encoder.forward(batch, selection);
            encoder.backward(batch, selection, output);
            return gradients.toArray();
        }
    }

    @Test
    void aPassForInferenceGivesTheNumbersOfTheTrainingPassAndAlwaysTheSameBits() {
        ParameterLayout layout = new ParameterLayout(configuration(EncoderFamily.XLM_ROBERTA), false);
        PackedBatch batch = batch(sequences());
        Selection selection = new Selection();
        selection.selectAll(batch);
        try (ComputeContext context = new ComputeContext(2);
                Tensor values = randomValues(layout, 1);
                Tensor gradients = Tensor.zeros(1, (int) layout.length());
                PostNormEncoder training = new PostNormEncoder(layout, values, gradients, context);
                PostNormEncoder inference = new PostNormEncoder(layout, values, context)) {
            float[] expected = firstRows(training.forward(batch, selection), batch.size());
            float[] first = firstRows(inference.forward(batch, selection), batch.size());
            assertThat(first).containsExactly(expected, within(1e-5f));
            for (int i = 0; i < 50; i++) {
                assertThat(firstRows(inference.forward(batch, selection), batch.size()))
                        .containsExactly(first);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EncoderFamily.class)
    void computingLayersOnceMoreGivesTheBitsOfKeepingThem(EncoderFamily family) {
        ParameterLayout layout = new ParameterLayout(configuration(family), false);
        PackedBatch batch = batch(sequences());
        Selection selection = new Selection();
        selection.selectFirst(batch);
        float[][] gradientsOf = new float[2][];
        for (int i = 0; i < 2; i++) {
            ActivationMemory memory = i == 0 ? ActivationMemory.ALL_LAYERS : ActivationMemory.LAYER_INPUTS;
            try (ComputeContext context = new ComputeContext(2);
                    Tensor values = randomValues(layout, 1);
                    Tensor gradients = Tensor.zeros(1, (int) layout.length());
                    PostNormEncoder encoder = new PostNormEncoder(layout, values, gradients, memory, context)) {
                // Twice, so that what the first pass leaves behind does not show
                for (int pass = 0; pass < 2; pass++) {
                    encoder.backward(batch, selection, encoder.forward(batch, selection));
                }
                gradientsOf[i] = gradients.toArray();
            }
        }
        assertThat(gradientsOf[1]).containsExactly(gradientsOf[0]);
    }

    @ParameterizedTest
    @EnumSource(EncoderFamily.class)
    void aSequenceOf8192TokensGivesTheSameWhetherItsFirstTokenIsWantedOrAll(EncoderFamily family) {
        EncoderConfiguration configuration = switch (family) {
            case BERT -> EncoderConfiguration.bert(VOCABULARY, 16, 1, 1, 16, 8192);
            case XLM_ROBERTA -> EncoderConfiguration.xlmRoberta(VOCABULARY, 16, 1, 1, 16, 8192);
            case GTE -> EncoderConfiguration.gte(VOCABULARY, 16, 1, 1, 16, 8192);
        };
        ParameterLayout layout = new ParameterLayout(configuration, false);
        int[] sequence = new Random(4).ints(8192, 0, VOCABULARY).toArray();
        PackedBatch batch = batch(new int[][] {sequence});
        Selection all = new Selection();
        all.selectAll(batch);
        Selection first = new Selection();
        first.selectFirst(batch);
        try (ComputeContext context = new ComputeContext(1);
                Tensor values = randomValues(layout, 1);
                Tensor gradients = Tensor.zeros(1, (int) layout.length());
                Tensor outputGradient = Tensor.zeros(8192, 16);
                PostNormEncoder encoder = new PostNormEncoder(layout, values, gradients, context)) {
            float[] alone = firstRows(encoder.forward(batch, first), 1);
            float[] output = firstRows(encoder.forward(batch, all), 8192);
            assertThat(Arrays.copyOf(output, 16)).containsExactly(alone, within(1e-5f));
            // The slope along a direction in all parameters, against that of the first token's output on its own
            for (int i = 0; i < 16; i++) {
                outputGradient.set(i, 1f + i);
            }
            encoder.backward(batch, all, outputGradient);
            float[] ofAll = gradients.toArray();
            gradients.segment().fill((byte) 0);
            Tensor output1 = encoder.forward(batch, first);
            for (int i = 0; i < 16; i++) {
                output1.set(i, 1f + i);
            }
            encoder.backward(batch, first, output1);
            float[] ofFirst = gradients.toArray();
            for (int i = 0; i < ofAll.length; i++) {
                assertThat(ofAll[i]).isFinite().isEqualTo(ofFirst[i], within(1e-4f + 1e-4f * Math.abs(ofFirst[i])));
            }
        }
    }

    @Test
    void refusesTokensOutsideTheVocabularyAndSequencesAboveThePositions() {
        ParameterLayout layout = new ParameterLayout(configuration(EncoderFamily.BERT), false);
        try (ComputeContext context = new ComputeContext(1);
                Tensor values = randomValues(layout, 1);
                PostNormEncoder encoder = new PostNormEncoder(layout, values, context)) {
            PackedBatch outside = batch(new int[][] {{1, VOCABULARY}});
            Selection selection = new Selection();
            selection.selectFirst(outside);
            assertThatThrownBy(() -> encoder.forward(outside, selection))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("token 37 is outside the vocabulary of 37");
            PackedBatch longer = batch(new int[][] {new int[513]});
            selection.selectFirst(longer);
            assertThatThrownBy(() -> encoder.forward(longer, selection))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a sequence has 513 tokens, the model has positions for 512");
        }
    }
}
