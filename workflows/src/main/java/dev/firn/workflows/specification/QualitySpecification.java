package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** Rules that a pair must keep; null where one is not applied. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QualitySpecification(
        @Nullable Integer minimumQueryCharacters,
        @Nullable Integer maximumQueryCharacters,
        @Nullable Integer minimumDocumentCharacters,
        @Nullable Integer maximumDocumentCharacters,
        @Nullable Double minimumLetterShare,
        @Nullable Double maximumWordLength,
        @Nullable Double minimumOverlap,
        @Nullable Double maximumOverlap) {}
