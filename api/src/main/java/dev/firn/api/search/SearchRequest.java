package dev.firn.api.search;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question to models.
 *
 * @param query what is looked for
 * @param models who is asked, 1 to 4
 * @param texts what is searched in, 1 to 1000; or null
 * @param dataset where texts is null, name@version of a dataset that a run prepared
 * @param set an evaluation set of that dataset, whose documents are searched in
 * @param limit how many of the best are given, 1 to 100; 10 when null
 */
public record SearchRequest(
        String query,
        @Nullable List<Candidate> models,
        List<String> texts,
        @Nullable String dataset,
        @Nullable String set,
        @Nullable Integer limit) {

    /**
     * Who is asked.
     *
     * @param model name@alias or name@version
     * @param dimensions how many dimensions to keep (Matryoshka); the model's width when null
     */
    public record Candidate(String model, @Nullable Integer dimensions) {}
}
