package dev.firn.training.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.training.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SafetensorsFolderTest {
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    private Path folder;

    private void writeFile(String name, String... tensors) throws IOException {
        SafetensorsWriter.write(
                folder.resolve(name),
                Arrays.stream(tensors)
                        .map(tensor -> {
                            MemorySegment value = MemorySegment.ofArray(new byte[Float.BYTES]);
                            value.copyFrom(MemorySegment.ofArray(new float[] {tensor.charAt(0)}));
                            return new SafetensorsWriter.Item(tensor, List.of(1L), value);
                        })
                        .toList(),
                Map.of());
    }

    private void writeIndex(String map) throws IOException {
        Files.writeString(folder.resolve(SafetensorsFolder.INDEX), "{\"weight_map\":{" + map + "}}");
    }

    @BeforeEach
    void split() throws IOException {
        writeFile(FIRST, "a", "b");
        writeFile(SECOND, "c");
        writeIndex("\"c\":\"" + SECOND + "\",\"a\":\"" + FIRST + "\",\"b\":\"" + FIRST + "\"");
    }

    @Test
    void readsEachTensorFromTheFileThatTheIndexNames() throws IOException {
        try (TensorSource source = SafetensorsFolder.open(folder)) {
            assertThat(source.names()).containsExactly("c", "a", "b");
            float[] value = new float[1];
            for (String name : source.names()) {
                source.read(name, MemorySegment.ofArray(value));
                assertThat(value).containsExactly(name.charAt(0));
            }
            assertThat(source.place("c")).isEqualTo(folder.resolve(SECOND));
            assertThat(source.shape("d")).isEmpty();
            assertThatThrownBy(() -> source.read("d", MemorySegment.ofArray(value)))
                    .hasMessageContaining("names no tensor d");
        }
        assertThat(SafetensorsFolder.files(folder))
                .containsExactly(
                        folder.resolve(FIRST), folder.resolve(SECOND), folder.resolve(SafetensorsFolder.INDEX));
    }

    @Test
    void aSingleFileIsTakenBeforeAnIndex() throws IOException {
        writeFile(SafetensorsFolder.FILE, "x");
        try (TensorSource source = SafetensorsFolder.open(folder)) {
            assertThat(source.names()).containsExactly("x");
        }
        assertThat(SafetensorsFolder.files(folder)).containsExactly(folder.resolve(SafetensorsFolder.FILE));
    }

    private void refused(String message) {
        assertThatThrownBy(() -> SafetensorsFolder.open(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(message);
    }

    @Test
    void refusesAnIndexThatDoesNotFitTheFiles() throws IOException {
        writeIndex("\"c\":\"" + SECOND + "\",\"a\":\"" + FIRST + "\",\"z\":\"" + FIRST + "\"");
        refused(FIRST + " lacks tensor z");
        writeIndex("\"c\":\"model-00003-of-00002.safetensors\"");
        refused("names a file that is not there: model-00003-of-00002.safetensors");
        writeIndex("\"c\":\"../secret.safetensors\"");
        refused("no name of a safetensors file");
        writeIndex("\"c\":\"" + SECOND + "\",\"c\":\"" + FIRST + "\"");
        refused("is not JSON: Duplicate field 'c'");
        Files.writeString(folder.resolve(SafetensorsFolder.INDEX), "{\"weight_map\":[]}");
        refused("has no weight_map");
        Files.writeString(folder.resolve(SafetensorsFolder.INDEX), "{");
        refused("is not JSON");
    }

    @Test
    void refusesATensorThatTwoFilesHold() throws IOException {
        writeFile(SECOND, "c", "a");
        refused(SECOND + " holds tensor a, which model.safetensors.index.json says is in " + FIRST);
    }

    @Test
    void refusesAFolderWhoseFilesAreCutOff() throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve(SECOND));
        Files.write(folder.resolve(SECOND), Arrays.copyOf(bytes, bytes.length - 2));
        refused("tensor c lies at 0 to 4 of 2 bytes");
    }

    @Test
    void saysWhatAFolderWithoutSafetensorsLacks() throws IOException {
        Files.delete(folder.resolve(SafetensorsFolder.INDEX));
        refused("has neither model.safetensors nor model.safetensors.index.json");
        Files.createFile(folder.resolve("pytorch_model.bin"));
        refused("save the model as safetensors first");
    }
}
