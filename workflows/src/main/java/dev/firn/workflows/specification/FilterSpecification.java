package dev.firn.workflows.specification;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The consistency filter.
 *
 * @param teacher null: every pair stays
 */
public record FilterSpecification(
        @Nullable TeacherSpecification teacher, int topRank, int shardPairs, List<String> sources) {}
