package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A resolved study specification. Field meanings and ranges stand in {@code study.schema.json}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = StudySpecification.Transfer.class, name = "transfer"),
    @JsonSubTypes.Type(value = StudySpecification.Languages.class, name = "languages"),
    @JsonSubTypes.Type(value = StudySpecification.Ablation.class, name = "ablation")
})
public sealed interface StudySpecification {
    int specVersion();

    String name();

    String description();

    /** How many of its runs may be unfinished at once. */
    int parallelism();

    /** The model that the runs register versions of; null: one of the study's name. */
    @Nullable
    String model();

    /** The run specification that it starts from, as it was given. */
    ObjectNode base();

    /** A merge patch of the base. */
    ObjectNode change();

    /** What is varied, as it stands in specifications. */
    default String type() {
        return switch (this) {
            case Transfer _ -> "transfer";
            case Languages _ -> "languages";
            case Ablation _ -> "ablation";
        };
    }

    /** The base with the change. */
    default ObjectNode changedBase() {
        return (ObjectNode) MergePatch.apply(base(), change());
    }

    /**
     * Pretraining after so many steps, as it is and after a full finetune.
     *
     * @param steps as they were given
     */
    record Transfer(
            int specVersion,
            String name,
            String description,
            int parallelism,
            @Nullable String model,
            ObjectNode base,
            ObjectNode change,
            List<Long> steps)
            implements StudySpecification {}

    /** The languages of each stage swapped. */
    record Languages(
            int specVersion,
            String name,
            String description,
            int parallelism,
            @Nullable String model,
            ObjectNode base,
            ObjectNode change,
            List<Setting> settings)
            implements StudySpecification {}

    /**
     * What each stage learns from; null: what it does in the base.
     *
     * @param initialise languages
     * @param pretrain patterns of sources
     * @param finetune patterns of sources
     */
    record Setting(
            String name,
            @Nullable List<String> initialise,
            @Nullable List<String> pretrain,
            @Nullable List<String> finetune) {}

    /** Fields over lists of values, and whole changes. */
    record Ablation(
            int specVersion,
            String name,
            String description,
            int parallelism,
            @Nullable String model,
            ObjectNode base,
            ObjectNode change,
            String combine,
            List<VariedField> vary,
            List<Point> points)
            implements StudySpecification {}

    /** A field, as a JSON pointer, and its values. */
    record VariedField(String field, List<com.fasterxml.jackson.databind.JsonNode> values) {}

    /** A merge patch of the base under a name. */
    record Point(String name, ObjectNode change) {}
}
