package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** A study specification in a file, with the specification that it is based on in the same file or in another. */
final class StudyFile {
    private static final int MAXIMUM_CHARACTERS = 1_000_000;
    private static final String BASE = "base";
    private static final String TYPE = "type";

    private StudyFile() {}

    /**
     * Reads a study specification. Where its base is a file's name, that file, looked for beside it, is put in its place.
     *
     * @param type the type of study that is meant; a file without one gets it
     * @return JSON
     * @throws InputException when a file is not there, is neither YAML nor JSON, or is a study of another type
     */
    static byte[] read(Path file, String type) throws IOException {
        ObjectNode study = parse(file);
        String given = study.path(TYPE).asText(type);
        if (!given.equals(type)) {
            throw new InputException(
                    file + " is a study of type " + given + "; firn study " + given + " " + file + " starts it");
        }
        study.put(TYPE, type);
        if (study.path(BASE).isTextual()) {
            study.set(BASE, parse(file.resolveSibling(study.get(BASE).textValue())));
        }
        return study.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode parse(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new InputException(
                    "the specification " + file + (Files.exists(file) ? " is not a file" : " does not exist"));
        }
        Object loaded;
        try {
            loaded = new Load(LoadSettings.builder()
                            .setLabel(String.valueOf(file.getFileName()))
                            .setCodePointLimit(MAXIMUM_CHARACTERS)
                            .setAllowDuplicateKeys(false)
                            .build())
                    .loadFromString(Files.readString(file));
        } catch (YamlEngineException e) {
            throw new InputException(file + " is neither YAML nor JSON: " + e.getMessage());
        }
        JsonNode document = new ObjectMapper().valueToTree(loaded);
        if (!(document instanceof ObjectNode object)) {
            throw new InputException(file + " is not a specification: it holds no map of fields");
        }
        return object;
    }
}
