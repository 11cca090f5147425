package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The translated strings of an application: one UTF-8 {@code .properties} file a language in a Maven artifact.
 *
 * <p>A key {@code X} with a partner {@code XHelp} is a pair of a label (the query) and the passage that explains it
 * (source {@code name/passages/<language>}); a string in two languages is a pair too (source
 * {@code name/translations/<a>-<b>}, each way for about half of them). A string that equals the pivot language's is not
 * translated, and no pair.
 *
 * <p>Base keys (without the suffix) are split by their hash: those of the evaluation are in no source and in no text for
 * training, in any language. A base key that has label and passage in no language cannot be evaluated, so all of those
 * are for training. Evaluation sets are {@code name/<language>} (own: label and passage of one language) and
 * {@code name/<language>→<pivot>} (cross: label of one language, passage of the pivot language); ids are the labels' keys.
 *
 * @param artifact {@code group:artifact:version[:type[:classifier]]}
 * @param entries the path of a language's file in the artifact, with {@code {language}} where the language stands
 * @param languages what is trained on, and evaluated
 * @param evaluationLanguages what is evaluated besides, never trained on
 * @param passageSuffix what makes a label's key the key of its passage, such as {@code Help}
 * @param evaluationFraction the share of base keys that is held back, above 0 and below 1
 * @param translations whether a string in two languages is a pair
 * @param pivotLanguage the language that the strings were written in; cross-lingual queries look for its passages
 */
public record MessageCatalogue(
        String name,
        String artifact,
        String entries,
        List<String> languages,
        List<String> evaluationLanguages,
        String passageSuffix,
        double evaluationFraction,
        boolean translations,
        String pivotLanguage)
        implements DataSource {
    /** Stands for the language in {@link #entries()}. */
    public static final String LANGUAGE = "{language}";

    public MessageCatalogue {
        requireNonNull(name, "name is null");
        requireNonNull(artifact, "artifact is null");
        requireNonNull(entries, "entries is null");
        requireNonNull(passageSuffix, "passageSuffix is null");
        requireNonNull(pivotLanguage, "pivotLanguage is null");
        languages = List.copyOf(languages);
        evaluationLanguages = List.copyOf(evaluationLanguages);
        if (!(evaluationFraction > 0 && evaluationFraction < 1)) {
            throw new IllegalArgumentException(
                    "evaluationFraction must be above 0 and below 1, is " + evaluationFraction);
        }
        if (passageSuffix.isEmpty()) {
            throw new IllegalArgumentException("passageSuffix is empty");
        }
    }

    /** A catalogue with passages under {@code XHelp}, a fifth held back, translations, and English as pivot. */
    public static MessageCatalogue of(
            String name, String artifact, String entries, List<String> languages, List<String> evaluationLanguages) {
        return new MessageCatalogue(name, artifact, entries, languages, evaluationLanguages, "Help", 0.2, true, "en");
    }

    /** The path of a language's file in the artifact. */
    String entry(String language) {
        return entries.replace(LANGUAGE, language);
    }
}
