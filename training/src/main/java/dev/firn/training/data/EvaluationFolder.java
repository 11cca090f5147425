package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * An evaluation set of a prepared dataset: a folder in BEIR's layout ({@code corpus.jsonl}, {@code queries.jsonl},
 * {@code qrels.tsv}) with a {@code set.json}.
 *
 * @param name such as {@code keycloak/de} or {@code keycloak/de→en}
 * @param queryCount queries, every one with at least one judgement
 */
public record EvaluationFolder(
        String name,
        EvaluationKind kind,
        String queryLanguage,
        String documentLanguage,
        int queryCount,
        int documentCount,
        Path folder) {
    static final String CORPUS = "corpus.jsonl";
    static final String QUERIES = "queries.jsonl";
    static final String JUDGEMENTS = "qrels.tsv";
    static final String SET = "set.json";

    private static final JsonMapper JSON = new JsonMapper();

    public EvaluationFolder {
        requireNonNull(name, "name is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(queryLanguage, "queryLanguage is null");
        requireNonNull(documentLanguage, "documentLanguage is null");
        requireNonNull(folder, "folder is null");
    }

    /** Opens a folder with a {@code set.json}. */
    public static EvaluationFolder open(Path folder) throws IOException {
        JsonNode set = JSON.readTree(Files.readAllBytes(folder.resolve(SET)));
        return new EvaluationFolder(
                set.required("name").asText(),
                EvaluationKind.of(set.required("kind").asText()),
                set.required("queryLanguage").asText(),
                set.required("documentLanguage").asText(),
                set.required("queries").asInt(),
                set.required("documents").asInt(),
                folder);
    }

    /** All queries, in the order of the file. */
    public List<EvaluationText> queries() throws IOException {
        List<EvaluationText> queries = new ArrayList<>(queryCount);
        read(QUERIES, queries::add);
        return queries;
    }

    /** Gives all documents, in the order of the file, one at a time. */
    public void documents(Consumer<EvaluationText> documents) throws IOException {
        read(CORPUS, documents);
    }

    /** Relevance by query id and document id, in the order of the file. */
    public Map<String, Map<String, Integer>> judgements() throws IOException {
        Map<String, Map<String, Integer>> judgements = new LinkedHashMap<>();
        try (BufferedReader lines = Files.newBufferedReader(folder.resolve(JUDGEMENTS))) {
            lines.readLine();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split("\t", -1);
                judgements
                        .computeIfAbsent(fields[0], ignored -> new LinkedHashMap<>())
                        .put(fields[1], Integer.valueOf(fields[2]));
            }
        }
        return judgements;
    }

    // A reader also ends a line at a lone carriage return; JSON escapes those, so none is in these files
    private void read(String file, Consumer<EvaluationText> texts) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(folder.resolve(file))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode text = JSON.readTree(line);
                texts.accept(new EvaluationText(
                        text.required("_id").asText(), text.required("text").asText()));
            }
        }
    }
}
