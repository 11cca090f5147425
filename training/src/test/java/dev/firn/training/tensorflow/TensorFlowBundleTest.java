package dev.firn.training.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TensorFlowBundleTest {
    private static final String DATA = "variables.data-00000-of-00001";

    @TempDir
    private Path folder;

    private static final int LAYERS = 3;

    private static BundleWriter sample() {
        BundleWriter writer = new BundleWriter();
        for (int i = 0; i < LAYERS; i++) {
            writer.add("module/bert/layer_" + i + "/dense/bias", new long[] {2}, i, -i);
            writer.add("module/bert/layer_" + i + "/dense/kernel", new long[] {2, 1}, i + 0.5f, i + 0.25f);
        }
        return writer.add("scalar", new long[0], 7).add("empty", new long[] {0, 3});
    }

    private TensorFlowBundle open() throws IOException {
        return TensorFlowBundle.open(folder.resolve("variables.index"));
    }

    private static float[] read(TensorFlowBundle bundle, String name, int length) throws IOException {
        float[] values = new float[length];
        bundle.read(name, MemorySegment.ofArray(values));
        return values;
    }

    @Test
    void readsVariablesWhoseNamesShareTheirBeginningsFromSeveralBlocks() throws IOException {
        sample().write(folder);
        try (TensorFlowBundle bundle = open()) {
            assertThat(bundle.names()).hasSize(2 * LAYERS + 2).isSorted();
            for (int i = 0; i < LAYERS; i++) {
                assertThat(read(bundle, "module/bert/layer_" + i + "/dense/bias", 2))
                        .containsExactly(i, -i);
                assertThat(read(bundle, "module/bert/layer_" + i + "/dense/kernel", 2))
                        .containsExactly(i + 0.5f, i + 0.25f);
            }
            assertThat(read(bundle, "scalar", 1)).containsExactly(7);
            assertThat(bundle.shape("empty")).hasValue(List.of(0L, 3L));
            assertThat(bundle.shape("module/bert/layer_2/dense/kernel")).hasValue(List.of(2L, 1L));
            assertThat(read(bundle, "empty", 0)).isEmpty();
            assertThatThrownBy(() -> read(bundle, "other", 1)).hasMessageContaining("has no variable other");
            assertThatThrownBy(() -> read(bundle, "scalar", 2))
                    .hasMessageContaining("variable scalar has 1 values, 2 are wanted");
        }
    }

    private void refused(BundleWriter writer, String... parts) throws IOException {
        writer.write(folder);
        assertThatThrownBy(() -> open().close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("variables.index")
                .hasMessageContainingAll(parts);
    }

    @Test
    void refusesAnIndexThatLiesAboutAVariable() throws IOException {
        BundleWriter.Said said = sample().said("scalar");
        refused(sample().say("scalar", said.withPlace(0, 0, 1L << 40)), "variable scalar lies at 0 with 1099511627776");
        refused(sample().say("scalar", said.withPlace(0, Long.MAX_VALUE, 4)), "variable scalar lies at", "outside");
        refused(sample().say("scalar", said.withPlace(0, -4, 4)), "variable scalar lies at -4");
        refused(sample().say("scalar", said.withPlace(0, 4, -4)), "variable scalar lies at 4 with -4");
        refused(sample().say("scalar", said.withPlace(1, 0, 4)), "variable scalar lies in data file 1 of 1");
        refused(sample().say("scalar", said.withPlace(1L << 40, 0, 4)), "variable scalar lies in data file");
        refused(sample().say("scalar", said.withShape(2L)), "variable scalar of shape [2] cannot have 4 bytes");
        refused(sample().say("scalar", said.withShape(1L << 62, 4L)), "variable scalar has shape", "cannot be");
        refused(sample().say("scalar", said.withShape(-1L)), "variable scalar has shape [-1]");
        refused(sample().say("scalar", said.inSlices()), "variable scalar is partitioned");
        refused(sample().header(BundleWriter.number(1, 1L << 50)), "speaks of 1125899906842624 data files");
        refused(sample().header(BundleWriter.number(2, 1)), "highest byte first");
        refused(sample().header(null), "has no header");
        refused(sample().compression(1), "compressed");
    }

    @Test
    void refusesAVariableOfAnotherTypeOnlyWhenItIsRead() throws IOException {
        BundleWriter writer = sample();
        writer.say("scalar", writer.said("scalar").withType(3)).write(folder);
        try (TensorFlowBundle bundle = open()) {
            assertThatThrownBy(() -> read(bundle, "scalar", 1)).hasMessageContaining("scalar is of type 3");
        }
    }

    @Test
    void refusesAnIndexCutOffAnywhere() throws IOException {
        sample().write(folder);
        byte[] index = Files.readAllBytes(folder.resolve("variables.index"));
        for (int length = 0; length < index.length; length++) {
            Files.write(folder.resolve("variables.index"), Arrays.copyOf(index, length));
            assertThat(catchThrowable(() -> open().close()))
                    .as("%s bytes", length)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void noByteOfAnIndexChangesUnnoticed() throws IOException {
        sample().write(folder);
        byte[] index = Files.readAllBytes(folder.resolve("variables.index"));
        for (int place = 0; place < index.length; place++) {
            byte[] changed = index.clone();
            changed[place] ^= 0x41;
            Files.write(folder.resolve("variables.index"), changed);
            try (TensorFlowBundle bundle = open()) {
                // The footer has room to spare between the places of two blocks and its end
                assertThat(place).isGreaterThanOrEqualTo(index.length - 48);
                assertThat(read(bundle, "scalar", 1)).containsExactly(7);
                assertThat(bundle.names()).hasSize(2 * LAYERS + 2);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("variables.index");
            }
        }
    }

    @Test
    void refusesDataThatAreCutOffDamagedOrNotThere() throws IOException {
        sample().write(folder);
        byte[] data = Files.readAllBytes(folder.resolve(DATA));
        data[data.length - 1] ^= 1;
        Files.write(folder.resolve(DATA), data);
        try (TensorFlowBundle bundle = open()) {
            assertThatThrownBy(() -> read(bundle, "scalar", 1))
                    .hasMessageContaining(DATA)
                    .hasMessageContaining("variable scalar is damaged");
        }
        Files.write(folder.resolve(DATA), Arrays.copyOf(data, data.length - 1));
        assertThatThrownBy(() -> open().close()).hasMessageContaining("the file is cut off");
        Files.delete(folder.resolve(DATA));
        assertThatThrownBy(() -> open().close()).hasMessageContaining("needs a file that is not there: " + DATA);
    }
}
