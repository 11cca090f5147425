package dev.firn.training.mining;

import dev.firn.training.batch.GivenNegatives;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which of the negatives that come with the data are used. One with scores has to stay below the threshold that the lowest score
 * of its positives gives, as a mined one has to by the teacher's scores; one without is taken as it is. Those with scores come
 * first, the highest foremost; the others follow as they were given.
 */
public final class KeptNegatives {
    private KeptNegatives() {}

    /**
     * Returns the document rows that are kept, by query row.
     *
     * @param queries rows of the queries that are asked for; no other is in the result
     */
    public static Map<Integer, int[]> of(GivenNegatives given, Set<Integer> queries, NegativeThreshold threshold) {
        Map<Integer, List<Integer>> indexes = new HashMap<>();
        for (int i = 0; i < given.size(); i++) {
            boolean kept = !given.scored(i) || given.score(i) < threshold.bound(given.lowestPositiveScore(i));
            if (kept && queries.contains(given.query(i))) {
                indexes.computeIfAbsent(given.query(i), any -> new ArrayList<>())
                        .add(i);
            }
        }
        Comparator<Integer> hardestFirst =
                Comparator.comparingDouble(i -> given.scored(i) ? -given.score(i) : Double.POSITIVE_INFINITY);
        Map<Integer, int[]> rows = HashMap.newHashMap(indexes.size());
        indexes.forEach((query, of) -> rows.put(
                query,
                of.stream()
                        .sorted(hardestFirst)
                        .mapToInt(given::document)
                        .distinct()
                        .toArray()));
        return rows;
    }
}
