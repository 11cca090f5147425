package dev.firn.training.safetensors;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.training.json.JsonFault;
import dev.firn.training.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The weights of a Hugging Face folder: {@code model.safetensors}, or several files with {@code model.safetensors.index.json}. */
public final class SafetensorsFolder implements TensorSource {
    /** The file of a model that is not split. */
    public static final String FILE = "model.safetensors";

    /** The file that says which file holds which tensor, where there are several. */
    public static final String INDEX = "model.safetensors.index.json";

    private static final long LARGEST_INDEX = 16 << 20;
    private static final int MOST_FILES = 1000;
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*\\.safetensors");

    private final Path start;
    private final Map<String, SafetensorsFile> fileOfTensor;
    private final Map<String, SafetensorsFile> files;

    private SafetensorsFolder(
            Path start, Map<String, SafetensorsFile> fileOfTensor, Map<String, SafetensorsFile> files) {
        this.start = start;
        this.fileOfTensor = fileOfTensor;
        this.files = files;
    }

    /**
     * Opens a folder's weights and checks every header.
     *
     * @throws IOException when there are none, a file is missing or broken, or the index does not fit the files
     */
    public static TensorSource open(Path folder) throws IOException {
        requireNonNull(folder, "folder is null");
        Path whole = folder.resolve(FILE);
        if (Files.isRegularFile(whole)) {
            return SafetensorsFile.open(whole);
        }
        Path index = folder.resolve(INDEX);
        if (Files.isRegularFile(index)) {
            return openSplit(folder, index);
        }
        throw new IOException(folder + " has neither " + FILE + " nor " + INDEX
                + (Files.isRegularFile(folder.resolve("pytorch_model.bin"))
                        ? "; pytorch_model.bin is not read, save the model as safetensors first"
                        : ""));
    }

    /** The files that hold a folder's weights, the index included, in the order of their names; not opened. */
    public static List<Path> files(Path folder) throws IOException {
        if (Files.isRegularFile(folder.resolve(FILE)) || !Files.isRegularFile(folder.resolve(INDEX))) {
            return List.of(folder.resolve(FILE));
        }
        TreeSet<String> names = new TreeSet<>(readIndex(folder.resolve(INDEX)).values());
        names.add(INDEX);
        return names.stream().map(folder::resolve).toList();
    }

    private static SafetensorsFolder openSplit(Path folder, Path index) throws IOException {
        Map<String, String> places = readIndex(index);
        Map<String, SafetensorsFile> files = new TreeMap<>();
        SafetensorsFolder opened = new SafetensorsFolder(index, new LinkedHashMap<>(), files);
        try {
            for (String name : new TreeSet<>(places.values())) {
                if (!Files.isRegularFile(folder.resolve(name))) {
                    throw new IOException(index + " names a file that is not there: " + name);
                }
                SafetensorsFile file = SafetensorsFile.open(folder.resolve(name));
                files.put(name, file);
                for (String tensor : file.names()) {
                    if (!name.equals(places.getOrDefault(tensor, name))) {
                        throw new IOException(folder.resolve(name) + " holds tensor " + tensor + ", which "
                                + index.getFileName() + " says is in " + places.get(tensor));
                    }
                }
            }
            for (Map.Entry<String, String> place : places.entrySet()) {
                SafetensorsFile file = files.get(place.getValue());
                if (!file.contains(place.getKey())) {
                    throw new IOException(folder.resolve(place.getValue()) + " lacks tensor " + place.getKey()
                            + ", which " + index.getFileName() + " says it holds");
                }
                opened.fileOfTensor.put(place.getKey(), file);
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private static Map<String, String> readIndex(Path index) throws IOException {
        if (Files.size(index) > LARGEST_INDEX) {
            throw new IOException(index + " is larger than " + LARGEST_INDEX + " bytes");
        }
        JsonNode map;
        try {
            map = new ObjectMapper()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .readTree(Files.readAllBytes(index))
                    .path("weight_map");
        } catch (JsonProcessingException e) {
            throw new IOException(index + " is not JSON: " + JsonFault.said(e), e);
        }
        if (!map.isObject() || map.isEmpty()) {
            throw new IOException(index + " has no weight_map");
        }
        Map<String, String> places = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> place : map.properties()) {
            // A name with a folder in it could lead anywhere
            if (!FILE_NAME.matcher(place.getValue().asText()).matches()) {
                throw new IOException(index + ": tensor " + place.getKey() + " is in " + place.getValue()
                        + ", which is no name of a safetensors file");
            }
            places.put(place.getKey(), place.getValue().asText());
        }
        if (new TreeSet<>(places.values()).size() > MOST_FILES) {
            throw new IOException(index + " names more than " + MOST_FILES + " files");
        }
        return places;
    }

    @Override
    public List<String> names() {
        return List.copyOf(fileOfTensor.keySet());
    }

    @Override
    public Optional<List<Long>> shape(String name) {
        return Optional.ofNullable(fileOfTensor.get(name)).flatMap(file -> file.shape(name));
    }

    @Override
    public void read(String name, MemorySegment target) throws IOException {
        SafetensorsFile file = fileOfTensor.get(name);
        if (file == null) {
            throw new IOException(start + " names no tensor " + name);
        }
        file.read(name, target);
    }

    @Override
    public Path place(String name) {
        SafetensorsFile file = fileOfTensor.get(name);
        return file == null ? start : file.place(name);
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (SafetensorsFile file : files.values()) {
            try {
                file.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
