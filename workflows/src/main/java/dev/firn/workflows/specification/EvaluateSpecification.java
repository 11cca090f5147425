package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Truncated widths that are evaluated beside the full one, and how documents are searched.
 *
 * @param exactSearchLimit number of documents up to which search is exact; null: always
 */
public record EvaluateSpecification(
        List<Integer> dimensions,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer exactSearchLimit) {}
