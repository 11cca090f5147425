package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Truncated widths that are evaluated beside the full one, how documents are searched, and of which weights.
 *
 * @param exactSearchLimit number of documents up to which search is exact; null: always
 * @param weights which; null: all that there are, and BM25
 */
public record EvaluateSpecification(
        List<Integer> dimensions,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer exactSearchLimit,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<String> weights) {}
