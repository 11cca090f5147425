package dev.firn.training.data;

import dev.firn.training.data.RecordReader.WrongRecordException;
import java.util.IllformedLocaleException;
import java.util.Locale;
import java.util.Set;

/** Checks language tags: BCP 47, a hyphen or an underscore between the parts; two letters must be a language of ISO 639-1. */
public final class LanguageTags {
    private static final Set<String> TWO_LETTERS = Set.of(Locale.getISOLanguages());
    private static final int LONGEST = 35;

    private LanguageTags() {}

    /** Whether a tag is one. */
    public static boolean isValid(String tag) {
        if (tag.isEmpty() || tag.length() > LONGEST) {
            return false;
        }
        String language;
        try {
            language = new Locale.Builder()
                    .setLanguageTag(tag.replace('_', '-'))
                    .build()
                    .getLanguage();
        } catch (IllformedLocaleException e) {
            return false;
        }
        return language.length() == 2 ? TWO_LETTERS.contains(language) : language.length() == 3;
    }

    /**
     * The language of a record.
     *
     * @param named null when the record names none
     * @param otherwise of records that name none; null when every record must
     */
    static String of(String named, String otherwise, String field) throws WrongRecordException {
        if (named == null) {
            if (otherwise == null) {
                throw new WrongRecordException("lacks \"" + field + "\", and the source names no language");
            }
            return otherwise;
        }
        if (!isValid(named)) {
            throw new WrongRecordException("\"" + field + "\" is no language tag: \"" + named + "\"");
        }
        return named;
    }
}
