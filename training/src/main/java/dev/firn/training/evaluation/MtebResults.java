package dev.firn.training.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.measure.Measure;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Results in the shape of MTEB's task files (Muennighoff et al. 2023, arXiv 2210.07316): its names, its cuts, five decimals, nDCG@10
 * as the main score. Means are over all judged queries, and recip_rank with a cut is its MRR. Nothing tells when or how long.
 */
public final class MtebResults {
    private static final List<String> KINDS = List.of("ndcg_cut", "map_cut", "recall", "P", "recip_rank_cut");
    private static final Map<String, String> NAMES =
            Map.of("ndcg_cut", "ndcg", "map_cut", "map", "recall", "recall", "P", "precision", "recip_rank_cut", "mrr");
    private static final List<Integer> CUTS = List.of(1, 3, 5, 10, 20, 100, 1000);
    private static final int DECIMALS = 5;
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private MtebResults() {}

    /** The measures that a task file holds. */
    public static List<Measure> measures() {
        return KINDS.stream()
                .flatMap(kind -> CUTS.stream().map(cut -> Measure.parse(kind + "_" + cut)))
                .toList();
    }

    /**
     * Writes a task file.
     *
     * @param results of one retriever on the task's sets, measured by {@link #measures} at least
     */
    public static void write(Path file, String task, String split, List<SetResult> results) throws IOException {
        ObjectNode content = MAPPER.createObjectNode();
        content.putNull("dataset_revision");
        content.put("task_name", task);
        content.putNull("evaluation_time");
        ArrayNode scores = content.putObject("scores").putArray(split);
        for (SetResult result : results) {
            ObjectNode score = scores.addObject();
            for (String kind : KINDS) {
                for (int cut : CUTS) {
                    score.put(
                            NAMES.get(kind) + "_at_" + cut,
                            rounded(result.measured().mean().get(kind + "_" + cut)));
                }
            }
            score.put("main_score", rounded(result.measured().mean().get("ndcg_cut_10")));
            score.put("hf_subset", results.size() == 1 ? "default" : result.queryLanguage());
            score.putArray("languages").add(result.queryLanguage());
        }
        Files.createDirectories(file.getParent());
        Files.writeString(file, MAPPER.writeValueAsString(content) + "\n");
    }

    /** Five decimals, as Python's {@code round} gives them: of the number's exact value, half to even. */
    static double rounded(double value) {
        return new BigDecimal(value).setScale(DECIMALS, RoundingMode.HALF_EVEN).doubleValue();
    }
}
