package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Says which records of a source are translations of each other: those with equal ids.
 *
 * @param idAfter ids are compared from behind its first occurrence; null: the whole id
 */
public record TranslationsSpecification(
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String idAfter, String referenceLanguage) {}
