package dev.firn.training.start;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.ParameterLayout.Parameter;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.safetensors.SafetensorsFolder;
import dev.firn.training.tensorflow.TensorFlowBert;
import dev.firn.training.tensorflow.TensorFlowBundle;
import dev.firn.training.tokenizer.InvalidTokenizerException;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.weights.TensorSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder to start from: {@code config.json}, weights (safetensors, whole or split, or a TensorFlow bundle) and {@code
 * tokenizer.json}.
 */
public final class Start {
    private static final String CONFIGURATION = "config.json";

    private final Path folder;
    private final EncoderConfiguration configuration;

    private Start(Path folder, EncoderConfiguration configuration) {
        this.folder = folder;
        this.configuration = configuration;
    }

    /**
     * Opens a folder.
     *
     * @throws IOException when there is none, or its {@code config.json} is missing or describes no encoder that is supported
     */
    public static Start open(Path folder) throws IOException {
        requireNonNull(folder, "folder is null");
        if (!Files.isDirectory(folder)) {
            throw new IOException("there is no folder " + folder);
        }
        if (!Files.isRegularFile(folder.resolve(CONFIGURATION))) {
            throw new IOException(folder + " has no " + CONFIGURATION);
        }
        return new Start(folder, WeightsFolder.readConfiguration(folder));
    }

    /** The encoder's shape as it is in the folder. */
    public EncoderConfiguration configuration() {
        return configuration;
    }

    /** The encoder's shape with its first layers only. */
    public EncoderConfiguration configuration(int layers) {
        return shaped(layers, configuration.vocabularySize());
    }

    /** The folder with {@code tokenizer.json}. */
    public Path tokenizerFolder() {
        return folder;
    }

    /** Whether the weights hold a masked language head. */
    public boolean hasMaskedLanguageHead() throws IOException {
        try (TensorSource tensors = tensors()) {
            return WeightsFolder.hasMaskedLanguageHead(tensors, configuration);
        }
    }

    /** The files that decide the weights, by name. The tokeniser's are not among them. */
    public List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>(List.of(folder.resolve(CONFIGURATION)));
        if (isBundle()) {
            try (Stream<Path> inFolder = Files.list(folder)) {
                inFolder.filter(file -> file.getFileName().toString().startsWith("variables."))
                        .sorted()
                        .forEach(files::add);
            }
        } else {
            files.addAll(SafetensorsFolder.files(folder));
        }
        return files;
    }

    private boolean isBundle() {
        return !Files.isRegularFile(folder.resolve(SafetensorsFolder.FILE))
                && !Files.isRegularFile(folder.resolve(SafetensorsFolder.INDEX))
                && Files.isRegularFile(folder.resolve(TensorFlowBundle.INDEX));
    }

    private TensorSource tensors() throws IOException {
        return isBundle()
                ? TensorFlowBert.open(folder.resolve(TensorFlowBundle.INDEX))
                : SafetensorsFolder.open(folder);
    }

    /**
     * What keeps this folder from being a start: tensors that are missing, of another shape, or of an encoder but not of this one;
     * weights or a tokeniser that cannot be read; a tokeniser with more ids than the weights have rows. Reads headers, no weights.
     *
     * @param layers how many of the first layers are wanted
     */
    public List<String> faults(int layers) {
        List<String> faults = new ArrayList<>();
        try (TensorSource tensors = tensors()) {
            ParameterLayout layout = new ParameterLayout(shaped(layers, configuration.vocabularySize()), false);
            List<String> inWeights = new ArrayList<>(WeightsFolder.faults(tensors, layout, ""));
            if (inWeights.isEmpty() && layout.length() > Integer.MAX_VALUE) {
                inWeights.add("%,d weights are more than the %,d that one array can hold"
                        .formatted(layout.length(), Integer.MAX_VALUE));
            }
            inWeights.addAll(WeightsFolder.strangers(tensors, new ParameterLayout(configuration, false)));
            if (!inWeights.isEmpty()) {
                faults.add(tensors.place("") + ": " + String.join("; ", inWeights));
            }
        } catch (IOException e) {
            faults.add(e.getMessage());
        }
        faults.addAll(tokenizerFaults());
        return faults;
    }

    /** What is wrong with the tokeniser alone, or between it and the shape of the weights. */
    public List<String> tokenizerFaults() {
        List<String> faults = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.open(folder, configuration.maximumTokens())) {
            if (tokenizer.vocabularySize() > configuration.vocabularySize()) {
                faults.add(folder.resolve(Tokenizer.FILE) + " has " + tokenizer.vocabularySize()
                        + " ids, the weights have rows for " + configuration.vocabularySize());
            }
        } catch (InvalidTokenizerException e) {
            faults.add(e.getMessage());
        }
        return faults;
    }

    /** This encoder's shape with fewer layers or words. */
    private EncoderConfiguration shaped(int layers, int vocabularySize) {
        try {
            JsonMapper mapper = new JsonMapper();
            ObjectNode root = (ObjectNode) mapper.readTree(configuration.toJson(false));
            root.put("num_hidden_layers", layers);
            root.put("vocab_size", vocabularySize);
            return EncoderConfiguration.fromJson(root.toString());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes the weights to start with, {@code config.json} and {@code model.safetensors}.
     *
     * @param layers how many of the first layers are kept
     * @param rows the rows of the word table that are kept, in their new order; all where empty
     * @param head whether a masked language head is wanted; where the folder has none, a new one is drawn by the seed
     * @throws IOException when tensors are missing, of another shape, not numbers, or cannot be read
     */
    public void write(int layers, Optional<int[]> rows, boolean head, long seed, Path target) throws IOException {
        EncoderConfiguration wanted =
                shaped(layers, rows.map(kept -> kept.length).orElse(configuration.vocabularySize()));
        try (TensorSource tensors = tensors()) {
            boolean hasHead = WeightsFolder.hasMaskedLanguageHead(tensors, configuration);
            ParameterLayout stored =
                    new ParameterLayout(shaped(layers, configuration.vocabularySize()), head && hasHead);
            List<String> faults = WeightsFolder.faults(tensors, stored, "");
            if (!faults.isEmpty()) {
                throw new IOException(tensors.place("") + ": " + String.join("; ", faults));
            }
            ParameterLayout layout = new ParameterLayout(wanted, head);
            try (Tensor values = Tensor.zeros(1, Math.toIntExact(layout.length()))) {
                if (head && !hasHead) {
                    WeightsFolder.initialiseHead(layout, values, seed);
                }
                for (int i = 0; i < stored.parameters().size(); i++) {
                    Parameter from = stored.parameters().get(i);
                    Parameter to = layout.parameters().get(i);
                    String name = WeightsFolder.find(tensors, stored, "", from).orElseThrow();
                    Tensor view = values.view(to.offset(), 1, Math.toIntExact(to.length()));
                    if (from.shape().equals(to.shape())) {
                        tensors.read(name, view.segment());
                    } else {
                        readRows(tensors, name, from, rows.orElseThrow(), view.segment());
                    }
                    WeightsFolder.requireFinite(tensors, name, view);
                }
                WeightsFolder.write(target, layout, values.segment());
            }
        }
    }

    /** Some rows of a table that has one for each word; a bias has one number for each. */
    private static void readRows(TensorSource tensors, String name, Parameter table, int[] rows, MemorySegment target)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment whole = arena.allocate(table.length() * Float.BYTES, Float.BYTES);
            tensors.read(name, whole);
            long rowBytes = whole.byteSize() / table.shape().getFirst();
            for (int row = 0; row < rows.length; row++) {
                MemorySegment.copy(whole, rows[row] * rowBytes, target, row * rowBytes, rowBytes);
            }
        }
    }
}
