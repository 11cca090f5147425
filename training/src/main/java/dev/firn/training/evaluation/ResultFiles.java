package dev.firn.training.evaluation;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.measure.ScoredDocument;
import dev.firn.training.measure.TrecRun;
import dev.firn.training.search.Quantisation;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Writes results as files: for each a TREC run ({@code runs/NAME.run}) and the values per query ({@code queries/NAME.jsonl}), where
 * NAME is the retriever, the set, the dimension and how vectors were quantised, if they were. White space in ids, which a TREC run cannot hold, is written as {@code %20} and
 * the like. No clock: the same results give the same bytes.
 */
public final class ResultFiles {
    private static final Pattern WHITESPACE = Pattern.compile("\\s|%");

    private final Path folder;

    public ResultFiles(Path folder) {
        this.folder = requireNonNull(folder, "folder is null");
    }

    /**
     * Writes one result.
     *
     * @param retriever what retrieved, such as {@code finetuned} or {@code bm25}
     */
    public void write(String retriever, SetResult result) throws IOException {
        String name = name(retriever, result);
        Path runs = Files.createDirectories(folder.resolve("runs"));
        printable(result.run()).write(runs.resolve(name + ".run"), fileName(retriever));
        Path queries = Files.createDirectories(folder.resolve("queries"));
        JsonMapper mapper = new JsonMapper();
        try (BufferedWriter writer = Files.newBufferedWriter(queries.resolve(name + ".jsonl"))) {
            for (Map.Entry<String, Map<String, Double>> query :
                    result.measured().perQuery().entrySet()) {
                ObjectNode line = mapper.createObjectNode().put("query", query.getKey());
                query.getValue().forEach(line::put);
                writer.write(line + "\n");
            }
        }
    }

    private static String name(String retriever, SetResult result) {
        String name = name(retriever, result.set(), result.dimension());
        return result.dimension() == null || result.quantisation() == Quantisation.NONE
                ? name
                : name + "." + result.quantisation().word();
    }

    private static String name(String retriever, String set, Integer dimension) {
        String name = fileName(retriever) + "." + fileName(set);
        return dimension == null ? name : name + "." + dimension;
    }

    /**
     * The file with the values per query of one result that was not quantised, from the folder on.
     *
     * @param dimension null for one without vectors
     */
    public static String ofQueries(String retriever, String set, Integer dimension) {
        return "queries/" + name(retriever, set, dimension) + ".jsonl";
    }

    /** Returns a name that is safe as a file's: letters, digits and {@code _ - .}, other characters as their code points. */
    private static String fileName(String name) {
        StringBuilder safe = new StringBuilder();
        name.codePoints().forEach(point -> {
            if (point == '/') {
                safe.append('.');
            } else if (point == '→') {
                safe.append("-to-");
            } else if (point < 128 && (Character.isLetterOrDigit(point) || point == '_' || point == '-')) {
                safe.appendCodePoint(point);
            } else {
                safe.append('=').append(Integer.toHexString(point)).append('=');
            }
        });
        return safe.toString();
    }

    private static TrecRun printable(TrecRun run) {
        Map<String, List<ScoredDocument>> retrieved = new LinkedHashMap<>();
        for (String query : run.queries()) {
            retrieved.put(
                    printable(query),
                    run.of(query).stream()
                            .map(each -> new ScoredDocument(printable(each.document()), each.score()))
                            .toList());
        }
        return new TrecRun(retrieved);
    }

    private static String printable(String id) {
        return WHITESPACE
                .matcher(id)
                .replaceAll(match -> "%%%02X".formatted((int) match.group().charAt(0)));
    }
}
