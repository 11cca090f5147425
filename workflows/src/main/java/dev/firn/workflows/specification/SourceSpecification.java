package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One place that pairs of texts are read from. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SourceSpecification.Messages.class, name = "messages"),
    @JsonSubTypes.Type(value = SourceSpecification.JsonLines.class, name = "jsonl")
})
public sealed interface SourceSpecification {
    String name();

    /** Translated message catalogues in a Maven artifact. */
    record Messages(
            String name,
            String artifact,
            String entries,
            List<String> languages,
            List<String> evaluationLanguages,
            String passageSuffix,
            int evaluationShare,
            String referenceLanguage)
            implements SourceSpecification {}

    /**
     * Files of one pair a line.
     *
     * @param language null: each line names its own
     */
    record JsonLines(
            String name, List<String> files, @Nullable String language) implements SourceSpecification {}
}
