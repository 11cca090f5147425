package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;

/** The embedding model that judges pairs and finds hard negatives. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({@JsonSubTypes.Type(value = TeacherSpecification.Onnx.class, name = "onnx")})
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
}
