package dev.firn.activities.stage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.evaluation.NewEvaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/** The measurements of an evaluation as a file, {@code results.json}, so that they are part of the artifact. */
final class EvaluationFile {
    private static final String NAME = "results.json";
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private EvaluationFile() {}

    static void write(Path folder, Collection<NewEvaluation> evaluations) throws IOException {
        ArrayNode content = MAPPER.createArrayNode();
        for (NewEvaluation evaluation : evaluations) {
            ObjectNode entry = content.addObject();
            entry.put("weights", evaluation.weights());
            entry.put("set", evaluation.set());
            entry.put("kind", evaluation.kind());
            entry.put("queryLanguage", evaluation.queryLanguage());
            entry.put("documentLanguage", evaluation.documentLanguage());
            evaluation.dimension().ifPresent(dimension -> entry.put("dimension", dimension));
            entry.put("queries", evaluation.queries());
            entry.set("measures", MAPPER.valueToTree(new TreeMap<>(evaluation.measures())));
        }
        Files.writeString(folder.resolve(NAME), MAPPER.writeValueAsString(content) + "\n");
    }

    static List<NewEvaluation> read(Path folder) throws IOException {
        List<NewEvaluation> evaluations = new ArrayList<>();
        for (JsonNode entry : MAPPER.readTree(folder.resolve(NAME).toFile())) {
            Map<String, Double> measures = new TreeMap<>();
            entry.path("measures")
                    .properties()
                    .forEach(measure ->
                            measures.put(measure.getKey(), measure.getValue().doubleValue()));
            evaluations.add(new NewEvaluation(
                    entry.path("weights").asText(),
                    entry.path("set").asText(),
                    entry.path("kind").asText(),
                    entry.path("queryLanguage").asText(),
                    entry.path("documentLanguage").asText(),
                    entry.has("dimension")
                            ? OptionalInt.of(entry.path("dimension").intValue())
                            : OptionalInt.empty(),
                    entry.path("queries").intValue(),
                    measures));
        }
        return evaluations;
    }
}
