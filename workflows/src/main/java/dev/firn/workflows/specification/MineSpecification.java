package dev.firn.workflows.specification;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hard-negative mining.
 *
 * @param teacher null only in a specification that is not resolved; resolving takes the filter's
 */
public record MineSpecification(
        @Nullable TeacherSpecification teacher,
        int depth,
        int negatives,
        int maximumPositives,
        Threshold threshold,
        List<String> sources) {

    /** The rule that keeps near-positives out; {@code type} is percentage-of-positive or margin-to-positive. */
    public record Threshold(String type, double value) {}
}
