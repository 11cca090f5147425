package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The translated strings of an application: one UTF-8 {@code .properties} file a language in a Maven artifact.
 *
 * <p>A key {@code X} with a partner {@code XHelp} is a pair of a label (the query) and the passage that explains it
 * (source {@code name/passages/<language>}); a string in two languages is a pair too (source
 * {@code name/translations/<a>-<b>}, each way for half of the keys). Base keys (without the suffix) are split by their
 * hash: those of the evaluation are in no source and no text for training, in any language. Evaluation sets are
 * {@code name/<language>} (own: label and passage of one language) and {@code name/<language>→<reference>} (cross: label
 * of one language, passage of the reference language).
 *
 * @param artifact {@code group:artifact:version[:type[:classifier]]}
 * @param entry the path of a language's file in the artifact, with {@code {language}} where the language stands
 * @param languages what is trained on, and evaluated
 * @param evaluationLanguages what is evaluated besides, never trained on
 * @param referenceLanguage the language the strings were written in; a string that equals it is not translated
 * @param passageSuffix what makes a label's key the key of its passage, {@code Help} by default
 * @param evaluationShare one in how many base keys goes to the evaluation, 5 by default
 * @param minimumLetters a string with fewer letters (placeholders and markup left out; an ideograph counts as two) is no
 *     text to learn from, 3 by default
 */
public record MessageCatalogue(
        String name,
        String artifact,
        String entry,
        List<String> languages,
        List<String> evaluationLanguages,
        String referenceLanguage,
        String passageSuffix,
        int evaluationShare,
        int minimumLetters)
        implements DataSource {
    /** Stands for the language in {@link #entry()}. */
    public static final String LANGUAGE = "{language}";

    public MessageCatalogue {
        requireNonNull(name, "name is null");
        requireNonNull(artifact, "artifact is null");
        requireNonNull(entry, "entry is null");
        requireNonNull(referenceLanguage, "referenceLanguage is null");
        requireNonNull(passageSuffix, "passageSuffix is null");
        languages = List.copyOf(languages);
        evaluationLanguages = List.copyOf(evaluationLanguages);
        if (evaluationShare < 2) {
            throw new IllegalArgumentException("evaluationShare must be at least 2, is " + evaluationShare);
        }
    }

    /** A catalogue with the defaults for everything that is not about its place. */
    public static MessageCatalogue of(
            String name,
            String artifact,
            String entry,
            List<String> languages,
            List<String> evaluationLanguages,
            String referenceLanguage) {
        return new MessageCatalogue(
                name, artifact, entry, languages, evaluationLanguages, referenceLanguage, "Help", 5, 3);
    }
}
