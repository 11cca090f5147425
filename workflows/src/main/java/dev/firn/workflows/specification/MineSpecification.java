package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hard-negative mining.
 *
 * @param teacher null only in a specification that is not resolved; resolving takes the filter's
 * @param given {@value #USE} or {@value #IGNORE} the negatives that come with the data; null: use them
 */
public record MineSpecification(
        @Nullable TeacherSpecification teacher,
        int depth,
        int negatives,
        int maximumPositives,
        Threshold threshold,
        List<String> sources,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String given) {
    /** They come first, mined ones fill up. */
    public static final String USE = "use";

    /** All negatives are mined. */
    public static final String IGNORE = "ignore";

    /** The rule that keeps near-positives out; {@code type} is percentage-of-positive or margin-to-positive. */
    public record Threshold(String type, double value) {}
}
