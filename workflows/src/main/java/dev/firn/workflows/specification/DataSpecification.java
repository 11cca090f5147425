package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the texts come from.
 *
 * @param nearDuplicates null: only equal texts are looked for
 */
public record DataSpecification(
        List<SourceSpecification> sources,
        List<EvaluationSetSpecification> evaluation,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable NearDuplicatesSpecification nearDuplicates) {}
