package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

/**
 * Says which records of a source are translations of each other: those whose ids are equal. The query of each language is
 * paired with the document of the reference language, and the other way round.
 *
 * @param idAfter ids are compared from behind its first occurrence, as {@code page#3} of {@code fr:page#3} with {@code :}; null:
 *     the whole id
 * @param referenceLanguage the language that all others are paired with
 */
public record Translations(String idAfter, String referenceLanguage) {
    public Translations {
        requireNonNull(referenceLanguage, "referenceLanguage is null");
    }

    /** What of an id is the same in all languages; null when the id lacks {@link #idAfter}, or ends with it. */
    String common(String id) {
        if (idAfter == null) {
            return id;
        }
        int at = id.indexOf(idAfter);
        return at < 0 || at + idAfter.length() == id.length() ? null : id.substring(at + idAfter.length());
    }
}
