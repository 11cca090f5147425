package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;

/** The embedding model that judges pairs and finds hard negatives. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TeacherSpecification.Onnx.class, name = "onnx"),
    @JsonSubTypes.Type(value = TeacherSpecification.Model.class, name = "model")
})
public sealed interface TeacherSpecification {
    /** An ONNX file with its tokenizer, in a Maven artifact or a folder: exactly one of the two is given. */
    record Onnx(
            @Nullable String artifact,
            @Nullable String folder,
            String model,
            String tokenizer,
            String pooling,
            String queryPrefix,
            String documentPrefix,
            int maximumTokens)
            implements TeacherSpecification {}

    /**
     * A model of the registry.
     *
     * @param model name@alias or name@version
     * @param sha256 digest of the version's folder, as hex digits; null only in a specification that was not accepted yet
     */
    record Model(String model, @Nullable String sha256) implements TeacherSpecification {}
}
