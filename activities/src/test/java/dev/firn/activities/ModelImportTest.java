package dev.firn.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.activities.importing.ImportRefusedException;
import dev.firn.activities.importing.ModelImport;
import dev.firn.registry.model.ModelVersion;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.model.EmbeddingModel;
import dev.firn.training.model.ImportSettings;
import dev.firn.training.model.TextKind;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.tokenizer.TokenizerTrainer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Hugging Face folder becomes a model, which teaches and is started from. */
class ModelImportTest {
    private static final ImportSettings SAID =
            new ImportSettings(Optional.of(Pooling.MEAN), Optional.of("query: "), Optional.empty(), Optional.of(32));

    @TempDir
    static Path folder;

    private static String specification;
    private static TestBed firn;
    private static ModelImport imports;
    private static byte[] archive;

    @BeforeAll
    static void start() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        specification = SmallData.write(data)
                .replaceAll("steps: \\d+", "steps: 4")
                .replaceAll("(?m)^tokenizer:.*\n", "")
                .replaceAll("(?m)^encoder:.*\n", "")
                .replace("initialise:\n  {", "initialise:\n  {from: {type: model, model: base@1}, ")
                .replaceAll("(?s)teacher: &teacher.*?(?=  topRank)", "teacher: {type: model, model: base@1}\n");
        firn = new TestBed(folder.resolve("home"));
        imports = new ModelImport(firn.stores, folder.resolve("imports"));
        Path weights = folder.resolve("weights");
        try (Stream<String> lines = Files.lines(data.resolve("pairs.jsonl"))) {
            new TokenizerTrainer(600, 64).train(lines.iterator(), weights);
        }
        try (Tokenizer tokenizer = Tokenizer.open(weights)) {
            Encoder.initialise(
                    EncoderConfiguration.xlmRoberta(tokenizer.vocabularySize(), 32, 2, 2, 64, 48), 5, weights);
        }
        archive = zip(weights);
    }

    @AfterAll
    static void stop() {
        firn.close();
    }

    private static byte[] zip(Path weights) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out);
                Stream<Path> files = Files.list(weights)) {
            for (Path file : files.sorted().toList()) {
                zip.putNextEntry(new ZipEntry(file.getFileName().toString()));
                Files.copy(file, zip);
            }
        }
        return out.toByteArray();
    }

    private static void nothingStays() throws IOException {
        try (Stream<Path> left = Files.list(folder.resolve("imports"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void anImportedModelEmbedsTeachesAndIsStartedFrom() throws IOException {
        ModelImport.Imported imported = imports.register("base", new ByteArrayInputStream(archive), SAID);

        assertThat(imported.created()).isTrue();
        ModelVersion version = imported.version();
        assertThat(version.version()).isEqualTo(1);
        assertThat(version.dimension()).isEqualTo(32);
        assertThat(version.runId()).isEmpty();
        assertThat(version.metrics().at("/imported/pooling").asText()).isEqualTo("mean");
        nothingStays();
        Path exported = folder.resolve("exported");
        firn.stores.artifacts().fetch(version.artifact(), exported);
        try (EmbeddingModel model = EmbeddingModel.load(exported, 2)) {
            assertThat(model.embed(TextKind.QUERY, List.of("bace bas"))).hasSize(32);
        }

        Run run = firn.ended(
                firn.submission.submit(specification, Optional.empty()).runId());
        assertThat(run.state()).as("%s", run.failure()).isEqualTo(RunState.SUCCEEDED);

        ModelImport.Imported again = imports.register("base", new ByteArrayInputStream(archive), SAID);
        assertThat(again.created()).isFalse();
        assertThat(again.version().version()).isEqualTo(1);
    }

    @Test
    void whatIsRefusedOrBreaksOffLeavesNothing() throws IOException {
        InputStream breaksOff =
                new SequenceInputStream(new ByteArrayInputStream(archive, 0, archive.length / 2), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("the client is gone");
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) throws IOException {
                        throw new IOException("the client is gone");
                    }
                });
        assertThatThrownBy(() -> imports.register("gone", breaksOff, SAID))
                .isInstanceOf(IOException.class)
                .hasMessage("the client is gone");
        ByteArrayInputStream half = new ByteArrayInputStream(archive, 0, archive.length / 2);
        assertThatThrownBy(() -> imports.register("gone", half, SAID)).isInstanceOf(ImportRefusedException.class);
        Path empty = Files.createDirectories(folder.resolve("empty"));
        Files.writeString(empty.resolve("README.md"), "nothing");
        ByteArrayInputStream noModel = new ByteArrayInputStream(zip(empty));
        assertThatThrownBy(() -> imports.register("gone", noModel, SAID))
                .isInstanceOf(ImportRefusedException.class)
                .hasMessage("the folder has no config.json");
        Files.writeString(empty.resolve("config.json"), "{\"model_type\":\"gpt2\"}");
        ByteArrayInputStream other = new ByteArrayInputStream(zip(empty));
        assertThatThrownBy(() -> imports.register("gone", other, SAID))
                .isInstanceOf(ImportRefusedException.class)
                .hasMessageContaining("model_type 'gpt2' is not supported");
        nothingStays();
        assertThat(firn.stores.models().findModel("gone")).isEmpty();
    }
}
