package dev.firn.workflows.specification;

import java.util.List;

/** Where the texts come from. */
public record DataSpecification(List<SourceSpecification> sources, List<EvaluationSetSpecification> evaluation) {}
