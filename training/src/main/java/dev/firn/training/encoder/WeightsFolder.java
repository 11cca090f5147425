package dev.firn.training.encoder;

import dev.firn.training.encoder.ParameterLayout.Parameter;
import dev.firn.training.kernels.Memory;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.random.CounterRandom;
import dev.firn.training.random.Purpose;
import dev.firn.training.safetensors.SafetensorsFolder;
import dev.firn.training.safetensors.SafetensorsWriter;
import dev.firn.training.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A folder of weights as Hugging Face lays it out: {@code config.json} and {@code model.safetensors}, which when read may also be
 * split over several files.
 */
public final class WeightsFolder {
    static final String CONFIGURATION = "config.json";
    private static final int MOST_NAMED = 5;
    static final String WEIGHTS = SafetensorsFolder.FILE;

    // What older files hold besides weights: numbers that follow from the configuration
    private static final Pattern DERIVED = Pattern.compile(".*\\.(position_ids|token_type_ids|inv_freq)");

    // So little that such a token's gradient stays below the epsilon of AdamW, which makes a full step of any other
    private static final double NEVER_SEEN = 1e-10;

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
            // The message begins with the name of the file
            throw new IOException(folder + "/" + e.getMessage(), e);
        }
    }

    /** Whether the folder's weights hold a masked language head. */
    public static boolean hasMaskedLanguageHead(Path folder) throws IOException {
        EncoderConfiguration configuration = readConfiguration(folder);
        try (TensorSource source = SafetensorsFolder.open(folder)) {
            return hasMaskedLanguageHead(source, configuration);
        }
    }

    /** Whether tensors hold a masked language head for an encoder of this shape. */
    public static boolean hasMaskedLanguageHead(TensorSource source, EncoderConfiguration configuration) {
        ParameterLayout layout = new ParameterLayout(configuration, true);
        return layout.parameters().stream()
                .filter(parameter -> parameter.offset() >= layout.head())
                .allMatch(parameter -> find(source, layout, "", parameter).isPresent());
    }

    /**
     * Reads the weights of a folder. A pooler, and a head that the layout does not have, are left out.
     *
     * @return one row of floats in the order of the layout
     * @throws IOException naming the first few tensors that are missing, of another shape, or of an encoder but not of this one; or the first
     *     that holds a NaN or infinity
     */
    public static Tensor read(Path folder, ParameterLayout layout) throws IOException {
        return read(folder, layout, Memory.real());
    }

    /** As {@link #read(Path, ParameterLayout)}, into memory that is taken from somewhere. */
    public static Tensor read(Path folder, ParameterLayout layout, Memory memory) throws IOException {
        try (TensorSource source = SafetensorsFolder.open(folder)) {
            List<String> others = strangers(source, layout);
            if (!others.isEmpty()) {
                throw new IOException(source.place("") + ": " + String.join("; ", others));
            }
            Tensor values = memory.tensor(1, Math.toIntExact(layout.length()));
            try {
                readInto(source, layout, values, "");
            } catch (IOException | RuntimeException e) {
                values.close();
                throw e;
            }
            return values;
        }
    }

    /**
     * Tensors that belong to an encoder, but not to this one: a folder with more layers than its configuration says, or with parts
     * that this encoder lacks, would give other vectors than it was made for. Poolers and heads are none of them.
     *
     * @return a fault for each, the first few by name
     */
    public static List<String> strangers(TensorSource source, ParameterLayout layout) {
        Set<String> known = layout.parameters().stream()
                .flatMap(parameter -> find(source, layout, "", parameter).stream())
                .collect(Collectors.toSet());
        String prefix = layout.configuration().family().prefix();
        return firstOf(source.names().stream()
                .filter(name -> !known.contains(name))
                .filter(name -> {
                    String plain = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
                    return (plain.startsWith("encoder.") || plain.startsWith("embeddings."))
                            && !DERIVED.matcher(plain).matches();
                })
                .map(name -> name + " belongs to no part of this encoder")
                .toList());
    }

    /** Where one number in a configuration is wrong, every tensor is: a few are enough. */
    private static List<String> firstOf(List<String> faults) {
        if (faults.size() <= MOST_NAMED) {
            return faults;
        }
        List<String> first = new ArrayList<>(faults.subList(0, MOST_NAMED));
        first.add("and " + (faults.size() - MOST_NAMED) + " more");
        return first;
    }

    /**
     * What keeps tensors from being read as these parameters: the first few that are missing, and that are of another shape, by name.
     * Nothing is read.
     */
    public static List<String> faults(TensorSource source, ParameterLayout layout, String namePrefix) {
        List<String> missing = new ArrayList<>();
        List<String> misshapen = new ArrayList<>();
        for (Parameter parameter : layout.parameters()) {
            Optional<String> name = find(source, layout, namePrefix, parameter);
            if (name.isEmpty()) {
                missing.add(namePrefix + parameter.name() + " is missing");
                continue;
            }
            List<Long> shape = source.shape(name.get()).orElseThrow();
            if (!shape.equals(parameter.shape())) {
                misshapen.add(name.get() + " has shape " + shape + ", not " + parameter.shape());
            }
        }
        List<String> faults = new ArrayList<>(firstOf(missing));
        faults.addAll(firstOf(misshapen));
        return faults;
    }

    /** Reads tensors into a flat run; each may be named with or without the family's prefix. */
    public static void readInto(TensorSource source, ParameterLayout layout, Tensor values, String namePrefix)
            throws IOException {
        List<String> faults = faults(source, layout, namePrefix);
        if (!faults.isEmpty()) {
            throw new IOException(source.place("") + ": " + String.join("; ", faults));
        }
        for (Parameter parameter : layout.parameters()) {
            String name = find(source, layout, namePrefix, parameter).orElseThrow();
            Tensor view = values.view(parameter.offset(), 1, Math.toIntExact(parameter.length()));
            source.read(name, view.segment());
            requireFinite(source, name, view);
        }
    }

    /**
     * Checks numbers that were read.
     *
     * @throws IOException naming file, tensor and place of the first NaN or infinity
     */
    public static void requireFinite(TensorSource source, String name, Tensor values) throws IOException {
        for (long k = 0; k < values.length(); k++) {
            if (!Float.isFinite(values.get(k))) {
                throw new IOException(source.place(name) + ": " + name + " holds " + values.get(k) + " at " + k);
            }
        }
    }

    /** The name that a parameter has among tensors: with or without the family's prefix, norms also as they were once called. */
    public static Optional<String> find(
            TensorSource source, ParameterLayout layout, String namePrefix, Parameter parameter) {
        String plain = parameter.name();
        String older = plain.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
        String family = layout.configuration().family().prefix();
        return List.of(plain, family + plain, older, family + older).stream()
                .map(namePrefix::concat)
                .filter(source::contains)
                .findFirst();
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
        draw(layout, values, seed, 0);
        clearPaddingRow(layout, values, "embeddings.word_embeddings.weight");
        if (layout.configuration().family() == EncoderFamily.XLM_ROBERTA) {
            clearPaddingRow(layout, values, "embeddings.position_embeddings.weight");
        }
        return values;
    }

    /** New weights for the masked language head alone, as {@link #initialise} draws them. */
    public static void initialiseHead(ParameterLayout layout, Tensor values, long seed) {
        draw(layout, values, seed, layout.head());
    }

    /** Sets the parameters from an offset on, which are all 0 before. */
    private static void draw(ParameterLayout layout, Tensor values, long seed, long from) {
        CounterRandom random = new CounterRandom(seed, Purpose.INITIAL_WEIGHTS);
        int number = 0;
        for (Parameter parameter : layout.parameters()) {
            if (parameter.offset() >= from && parameter.decayed()) {
                for (long i = 0; i < parameter.length(); i++) {
                    double value =
                            random.normal(i, number, 0) * layout.configuration().initializerRange();
                    values.set(parameter.offset() + i, (float) value);
                }
            } else if (parameter.offset() >= from && parameter.name().endsWith(".weight")) {
                for (long i = 0; i < parameter.length(); i++) {
                    values.set(parameter.offset() + i, 1f);
                }
            }
            number++;
        }
    }

    /** Sets the bias of the masked language head to the logarithm of each token's share of the frequencies. */
    static void setHeadBias(ParameterLayout layout, Tensor values, long[] frequencies) {
        Parameter bias = layout.headBias();
        if (frequencies.length != bias.length()) {
            throw new IllegalArgumentException(
                    "there are " + frequencies.length + " frequencies for a vocabulary of " + bias.length());
        }
        double total = Math.max(1.0, (double) Arrays.stream(frequencies).sum());
        for (int token = 0; token < frequencies.length; token++) {
            double share = Math.max(frequencies[token] / total, NEVER_SEEN);
            values.set(bias.offset() + token, (float) StrictMath.log(share));
        }
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
