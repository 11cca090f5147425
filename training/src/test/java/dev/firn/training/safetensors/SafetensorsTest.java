package dev.firn.training.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SafetensorsTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("x.safetensors");
    }

    private static MemorySegment floats(float... values) {
        MemorySegment segment = MemorySegment.ofArray(new byte[values.length * Float.BYTES]);
        segment.copyFrom(MemorySegment.ofArray(values));
        return segment;
    }

    private void write(String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(json.length).put(json);
        for (int i = 0; i < dataBytes; i++) {
            buffer.put((byte) i);
        }
        Files.write(file, buffer.array());
    }

    @Test
    void whatIsWrittenIsReadBackAndEqualInputGivesEqualBytes() throws IOException {
        List<SafetensorsWriter.Item> items = List.of(
                new SafetensorsWriter.Item("b", List.of(2L, 2L), floats(1, 2, 3, 4)),
                new SafetensorsWriter.Item("a", List.of(), floats(5)),
                new SafetensorsWriter.Item("empty", List.of(0L, 3L), floats()));
        SafetensorsWriter.write(file, items, Map.of("format", "pt"));
        byte[] bytes = Files.readAllBytes(file);
        SafetensorsWriter.write(file, items, Map.of("format", "pt"));
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThat(read.names()).containsExactly("b", "a", "empty");
            assertThat(read.shape("b")).hasValue(List.of(2L, 2L));
            assertThat(read.shape("c")).isEmpty();
            float[] target = new float[4];
            read.read("b", MemorySegment.ofArray(target));
            assertThat(target).containsExactly(1, 2, 3, 4);
        }
        // The data begins at a multiple of eight bytes, as the format asks
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8)
                .isZero();
    }

    /** Half precision as the standard defines it, by arithmetic on its parts. */
    private static float halfByDefinition(int bits) {
        double sign = (bits & 0x8000) == 0 ? 1 : -1;
        int exponent = (bits >> 10) & 31;
        int fraction = bits & 1023;
        if (exponent == 31) {
            return fraction == 0 ? (float) (sign * Double.POSITIVE_INFINITY) : Float.NaN;
        }
        return (float)
                (exponent == 0
                        ? sign * fraction * Math.pow(2, -24)
                        : sign * (1024 + fraction) * Math.pow(2, exponent - 25));
    }

    @Test
    void everyNumberOfHalfPrecisionBecomesTheSameNumberOfSinglePrecision() throws IOException {
        String header = "{\"f\":{\"dtype\":\"F16\",\"shape\":[256,256],\"data_offsets\":[0,131072]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[65536],\"data_offsets\":[131072,262144]}}";
        write(header, 262144);
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer buffer =
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(bytes.length - 262144);
        for (int i = 0; i < 131072; i++) {
            buffer.putShort((short) i);
        }
        Files.write(file, bytes);
        float[] values = new float[65536];
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            read.read("f", MemorySegment.ofArray(values));
            for (int i = 0; i < values.length; i++) {
                assertThat(values[i]).as("F16 %x", i).isEqualTo(Float.valueOf(halfByDefinition(i)));
            }
            read.read("b", MemorySegment.ofArray(values));
            for (int i = 0; i < values.length; i++) {
                assertThat(Float.floatToRawIntBits(values[i])).as("BF16 %x", i).isEqualTo(i << 16);
            }
        }
    }

    @Test
    void tensorsLargerThanTheBufferComeWhole() throws IOException {
        float[] values = new float[700_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 0.5f;
        }
        SafetensorsWriter.write(
                file,
                List.of(new SafetensorsWriter.Item("large", List.of((long) values.length), floats(values))),
                Map.of());
        float[] target = new float[values.length];
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            read.read("large", MemorySegment.ofArray(target));
        }
        assertThat(Arrays.equals(target, values)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|4|cut off or its header is wrong",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}|8|cannot have 8 bytes",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}|8|more than can be",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}|8|has shape [-2]",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}|8|lies at 8 to 0",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|8|leave a gap at byte 0",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|8|4 bytes belong to no tensor",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}|6|overlap or leave a gap at byte 4",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4.5]}}|8|has data_offsets [0,4.5]",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,36893488147419103232]}}|8|has data_offsets",
                "{\"x\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,4]}}|4|type I64 and shape [1] cannot have 4 bytes",
                "{\"x\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}|4|type 'F31'",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}}|4|no data_offsets",
                "{\"x\":1}|0|has no shape",
                "[1]|0|not an object",
                "{\"x\"|0|not JSON",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"x\":1}|0|not JSON",
            })
    void refusesAHeaderThatDoesNotFitTheFile(String header, int dataBytes, String message) throws IOException {
        write(header, dataBytes);
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("x.safetensors");
    }

    @Test
    void aHeaderThatLiesAboutItsLengthAllocatesNothing() throws IOException {
        for (long length : new long[] {Long.MAX_VALUE, -1, 99_000_000, 0}) {
            byte[] bytes = ByteBuffer.allocate(20)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(length)
                    .array();
            Files.write(file, bytes);
            assertThatThrownBy(() -> SafetensorsFile.open(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is no safetensors file");
        }
        Files.write(file, new byte[3]);
        assertThatThrownBy(() -> SafetensorsFile.open(file)).hasMessageContaining("is no safetensors file: 3 bytes");
    }

    @Test
    void refusesTensorsOfOtherTypesOnlyWhenTheyAreRead() throws IOException {
        write("{\"x\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8);
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThatThrownBy(() -> read.read("x", MemorySegment.ofArray(new float[1])))
                    .hasMessageContaining("is of type I64");
            assertThatThrownBy(() -> read.read("y", MemorySegment.ofArray(new float[1])))
                    .hasMessageContaining("has no tensor y");
        }
    }

    @Test
    void refusesTwoTensorsOfOneNameAndAShapeThatDoesNotFit() {
        SafetensorsWriter.Item item = new SafetensorsWriter.Item("a", List.of(1L), floats(1));
        assertThatThrownBy(() -> SafetensorsWriter.write(file, List.of(item, item), Map.of()))
                .hasMessage("two tensors are named a");
        assertThatThrownBy(() -> new SafetensorsWriter.Item("a", List.of(2L), floats(1)))
                .hasMessage("tensor a of shape [2] cannot have 1 values");
    }
}
