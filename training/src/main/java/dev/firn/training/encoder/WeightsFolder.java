package dev.firn.training.encoder;

import dev.firn.training.encoder.ParameterLayout.Parameter;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.random.CounterRandom;
import dev.firn.training.random.Purpose;
import dev.firn.training.safetensors.SafetensorsFile;
import dev.firn.training.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A folder of weights as Hugging Face lays it out: {@code config.json} and {@code model.safetensors}. */
public final class WeightsFolder {
    static final String CONFIGURATION = "config.json";
    static final String WEIGHTS = "model.safetensors";

    private WeightsFolder() {}

    /**
     * Reads the configuration of a folder.
     *
     * @throws IOException when it is missing or describes no encoder that is supported
     */
    public static EncoderConfiguration readConfiguration(Path folder) throws IOException {
        try {
            return EncoderConfiguration.fromJson(Files.readString(folder.resolve(CONFIGURATION)));
        } catch (IllegalArgumentException e) {
            throw new IOException(folder + ": " + e.getMessage(), e);
        }
    }

    /** Whether the folder's weights hold a masked language head. */
    public static boolean hasMaskedLanguageHead(Path folder) throws IOException {
        ParameterLayout layout = new ParameterLayout(readConfiguration(folder), true);
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(WEIGHTS))) {
            return layout.parameters().stream()
                    .filter(parameter -> parameter.offset() >= layout.head())
                    .allMatch(parameter -> file.contains(parameter.name()));
        }
    }

    /**
     * Reads the weights of a folder. Tensors that the layout does not know (a pooler, a head) are left out.
     *
     * @return one row of floats in the order of the layout
     * @throws IOException naming every tensor that is missing or of another shape; or the first that holds a NaN or infinity
     */
    public static Tensor read(Path folder, ParameterLayout layout) throws IOException {
        Tensor values = Tensor.zeros(1, Math.toIntExact(layout.length()));
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(WEIGHTS))) {
            readInto(file, layout, values, "");
        } catch (IOException | RuntimeException e) {
            values.close();
            throw e;
        }
        return values;
    }

    /** Reads tensors into a flat run; each may be named with or without the family's prefix. */
    public static void readInto(SafetensorsFile file, ParameterLayout layout, Tensor values, String namePrefix)
            throws IOException {
        List<String> faults = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Parameter parameter : layout.parameters()) {
            String plain = namePrefix + parameter.name();
            String prefixed = namePrefix + layout.configuration().family().prefix() + parameter.name();
            String name = file.contains(plain) ? plain : prefixed;
            names.add(name);
            List<Long> shape = file.shape(name).orElse(null);
            if (shape == null) {
                faults.add(plain + " is missing");
            } else if (!shape.equals(parameter.shape())) {
                faults.add(plain + " has shape " + shape + ", not " + parameter.shape());
            }
        }
        if (!faults.isEmpty()) {
            throw new IOException(file.path() + ": " + String.join("; ", faults));
        }
        for (int i = 0; i < names.size(); i++) {
            Parameter parameter = layout.parameters().get(i);
            Tensor view = values.view(parameter.offset(), 1, Math.toIntExact(parameter.length()));
            file.read(names.get(i), view.segment());
            for (long k = 0; k < view.length(); k++) {
                if (!Float.isFinite(view.get(k))) {
                    throw new IOException(file.path() + ": " + names.get(i) + " holds " + view.get(k) + " at " + k);
                }
            }
        }
    }

    /** Writes configuration and weights; the same weights give the same bytes. */
    public static void write(Path folder, ParameterLayout layout, MemorySegment values) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(CONFIGURATION), layout.configuration().toJson(layout.hasMaskedLanguageHead()));
        SafetensorsWriter.write(folder.resolve(WEIGHTS), items(layout, values, ""), Map.of("format", "pt"));
    }

    /** The tensors of a flat run under their names. */
    public static List<SafetensorsWriter.Item> items(ParameterLayout layout, MemorySegment values, String namePrefix) {
        return layout.parameters().stream()
                .map(parameter -> new SafetensorsWriter.Item(
                        namePrefix + layout.fileName(parameter),
                        parameter.shape(),
                        values.asSlice(parameter.offset() * Float.BYTES, parameter.length() * Float.BYTES)))
                .toList();
    }

    /**
     * New weights: matrices and tables normal with deviation {@code initializerRange} (the padding row of the word table and, in
     * XLM-R, of the position table 0), norms 1, biases 0.
     */
    public static Tensor initialise(ParameterLayout layout, long seed) {
        Tensor values = Tensor.zeros(1, Math.toIntExact(layout.length()));
        CounterRandom random = new CounterRandom(seed, Purpose.INITIAL_WEIGHTS);
        EncoderConfiguration configuration = layout.configuration();
        int number = 0;
        for (Parameter parameter : layout.parameters()) {
            if (parameter.decayed()) {
                for (long i = 0; i < parameter.length(); i++) {
                    double value = random.normal(i, number, 0) * configuration.initializerRange();
                    values.set(parameter.offset() + i, (float) value);
                }
            } else if (parameter.name().endsWith(".weight")) {
                for (long i = 0; i < parameter.length(); i++) {
                    values.set(parameter.offset() + i, 1f);
                }
            }
            number++;
        }
        clearPaddingRow(layout, values, "embeddings.word_embeddings.weight");
        if (configuration.family() == EncoderFamily.XLM_ROBERTA) {
            clearPaddingRow(layout, values, "embeddings.position_embeddings.weight");
        }
        return values;
    }

    private static void clearPaddingRow(ParameterLayout layout, Tensor values, String table) {
        int hidden = layout.configuration().hidden();
        long start =
                layout.parameter(table).offset() + (long) layout.configuration().paddingToken() * hidden;
        for (int i = 0; i < hidden; i++) {
            values.set(start + i, 0f);
        }
    }
}
