package dev.firn.training.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImportedFolderTest {
    @TempDir
    private Path parent;

    private Path folder;

    @BeforeEach
    void writeModel() throws IOException {
        folder = SampleModel.write(parent, 32, 2, Pooling.MEAN);
    }

    private Path imported(ImportSettings said) throws IOException {
        Path target = Files.createTempDirectory(parent, "imported");
        ImportedFolder.open(folder, said).write("sample", target);
        return target;
    }

    private static float[] embed(Path model) throws IOException {
        try (EmbeddingModel loaded = EmbeddingModel.load(model, 1)) {
            return loaded.embed(TextKind.QUERY, SampleModel.TEXTS);
        }
    }

    @Test
    void aFolderOfItsOwnComesBackAsItWas() throws IOException {
        Path target = imported(ImportSettings.NONE);
        for (String file : List.of(
                "model.safetensors",
                "config.json",
                "tokenizer.json",
                "1_Pooling/config.json",
                "config_sentence_transformers.json",
                "sentence_bert_config.json",
                "modules.json",
                "README.md")) {
            assertThat(target.resolve(file)).hasSameBinaryContentAs(folder.resolve(file));
        }
    }

    @Test
    void aFolderOfWeightsAloneIsPooledByTheMeanAndHasNoPrompts() throws IOException {
        for (String file : List.of(
                "modules.json",
                "1_Pooling/config.json",
                "config_sentence_transformers.json",
                "sentence_bert_config.json",
                "README.md")) {
            Files.delete(folder.resolve(file));
        }
        // The tokeniser says 16, the encoder has positions for 32
        assertThat(ImportedFolder.open(folder, ImportSettings.NONE).settings())
                .isEqualTo(new EmbeddingSettings("", "", Pooling.MEAN, 16));
        ImportSettings said = new ImportSettings(
                Optional.of(Pooling.CLS), Optional.of("query: "), Optional.of("passage: "), Optional.of(24));
        assertThat(ImportedFolder.open(folder, said).settings())
                .isEqualTo(new EmbeddingSettings("query: ", "passage: ", Pooling.CLS, 24));
        Path target = imported(said);
        assertThat(ModelFolder.readSettings(target))
                .isEqualTo(ImportedFolder.open(folder, said).settings());
        assertThat(target.resolve("README.md")).content().contains("# sample");
    }

    @Test
    void promptsAndPlacesAreThoseOfItsFiles() throws IOException {
        Files.writeString(
                folder.resolve("config_sentence_transformers.json"),
                "{\"prompts\":{\"query\":\"q: \",\"passage\":\"p: \"},\"similarity_fn_name\":null}");
        Files.createDirectories(folder.resolve("other"));
        Files.move(folder.resolve("1_Pooling/config.json"), folder.resolve("other/config.json"));
        Files.writeString(folder.resolve("modules.json"), """
                [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
                 {"idx":1,"name":"1","path":"other","type":"sentence_transformers.models.Pooling"}]""");
        assertThat(ImportedFolder.open(folder, ImportSettings.NONE).settings())
                .isEqualTo(new EmbeddingSettings("q: ", "p: ", Pooling.MEAN, 16));
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> ImportedFolder.open(folder, ImportSettings.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void whatIsNotSupportedIsNamed() throws IOException {
        String modules = Files.readString(folder.resolve("modules.json"));
        Files.writeString(folder.resolve("modules.json"), modules.replace("models.Normalize", "models.Dense"));
        refused("modules.json asks for sentence_transformers.models.Dense");
        Files.writeString(folder.resolve("modules.json"), modules.replace("1_Pooling", "../elsewhere"));
        refused("outside of the folder");
        Files.writeString(folder.resolve("modules.json"), modules);

        String pooling = Files.readString(folder.resolve("1_Pooling/config.json"));
        Files.writeString(
                folder.resolve("1_Pooling/config.json"),
                pooling.replace("\"include_prompt\" : true", "\"include_prompt\" : false"));
        refused("leaves prompts out");
        Files.writeString(
                folder.resolve("1_Pooling/config.json"),
                pooling.replace("\"pooling_mode_max_tokens\" : false", "\"pooling_mode_max_tokens\" : true"));
        refused("pooling_mode_max_tokens");
        Files.writeString(folder.resolve("1_Pooling/config.json"), pooling);

        String prompts = Files.readString(folder.resolve("config_sentence_transformers.json"));
        Files.writeString(folder.resolve("config_sentence_transformers.json"), prompts.replace("cosine", "dot"));
        refused("compares vectors by dot");
        Files.writeString(folder.resolve("config_sentence_transformers.json"), prompts);

        Files.writeString(folder.resolve("sentence_bert_config.json"), "{\"do_lower_case\":true}");
        refused("do_lower_case");
        Files.writeString(folder.resolve("sentence_bert_config.json"), "{");
        refused("sentence_bert_config.json is not JSON");
        assertThatThrownBy(() -> ImportedFolder.open(
                        folder,
                        new ImportSettings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(33))))
                .hasMessageContaining("maximumTokens is 33, but the encoder has positions for 32");

        Files.delete(folder.resolve("model.safetensors"));
        Files.delete(folder.resolve("tokenizer.json"));
        refused("has neither model.safetensors", "there is no file");
    }

    /** The same tensors in half precision. */
    private static void halve(Path weights) throws IOException {
        ByteBuffer whole = ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[Math.toIntExact(whole.getLong())];
        whole.get(header);
        String text = new String(header, StandardCharsets.UTF_8).replace("F32", "F16");
        Matcher places = Pattern.compile("\\[(\\d+),(\\d+)]}").matcher(text);
        String halved = places.replaceAll(
                match -> "[" + Long.parseLong(match.group(1)) / 2 + "," + Long.parseLong(match.group(2)) / 2 + "]}");
        byte[] json = halved.strip().getBytes(StandardCharsets.UTF_8);
        ByteBuffer half =
                ByteBuffer.allocate(8 + json.length + whole.remaining() / 2).order(ByteOrder.LITTLE_ENDIAN);
        half.putLong(json.length).put(json);
        while (whole.hasRemaining()) {
            half.putShort(Float.floatToFloat16(whole.getFloat()));
        }
        Files.write(weights, half.array());
    }

    @Test
    void weightsInHalfPrecisionWithAHeadBecomeSingleAndKeepIt() throws IOException {
        float[] before = embed(folder);
        Path weights = parent.resolve("weights");
        EncoderConfiguration configuration = WeightsFolder.readConfiguration(weights);
        Files.copy(weights.resolve("config.json"), folder.resolve("config.json"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(
                weights.resolve("model.safetensors"),
                folder.resolve("model.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        halve(folder.resolve("model.safetensors"));

        Path target = imported(ImportSettings.NONE);

        assertThat(WeightsFolder.hasMaskedLanguageHead(target)).isTrue();
        ParameterLayout layout = new ParameterLayout(configuration, true);
        try (Tensor half = WeightsFolder.read(folder, layout);
                Tensor single = WeightsFolder.read(target, layout)) {
            assertThat(single.toArray()).isEqualTo(half.toArray());
        }
        assertThat(embed(target)).containsExactly(before, within(2e-3f));
    }

    @Test
    void tensorsOfTheEncoderThatItsConfigurationDoesNotKnowAreRefusedNotDropped() throws IOException {
        Path configuration = folder.resolve("config.json");
        String content = Files.readString(configuration);
        Files.writeString(configuration, content.replace("\"num_hidden_layers\" : 2", "\"num_hidden_layers\" : 1"));
        refused("model.safetensors: encoder.layer.1.attention.", "belongs to no part of this encoder; and ", " more");
    }
}
