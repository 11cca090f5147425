package dev.firn.api.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Reads the YAML files of the deploy folder; a key twice in one mapping is a fault. */
final class YamlFiles {
    static final Path DEPLOY = Path.of("..", "deploy");
    static final Path KUBERNETES = DEPLOY.resolve("kubernetes");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private YamlFiles() {}

    /** Every YAML file below a folder. */
    static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file ->
                            file.toString().endsWith(".yaml") || file.toString().endsWith(".yml"))
                    .sorted()
                    .toList();
        }
    }

    /** The documents of a file. */
    static List<JsonNode> documents(Path file) throws IOException {
        return documents(Files.readString(file));
    }

    /** The documents of a text. Merge keys are left to the reader: they stay as {@code <<}. */
    static List<JsonNode> documents(String text) {
        Load load = new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build());
        List<JsonNode> documents = new ArrayList<>();
        for (Object document : load.loadAllFromString(text)) {
            documents.add(MAPPER.valueToTree(document));
        }
        return documents;
    }
}
