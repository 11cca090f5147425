package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The translated strings of an application: one UTF-8 {@code .properties} file a language in a Maven artifact.
 *
 * <p>A key {@code X} with a partner {@code XHelp} is a pair of a label (the query) and the passage that explains it
 * (source {@code name/passages/<language>}); a string in two languages is a pair too (source
 * {@code name/translations/<a>-<b>}, each way for about half of them). A string that equals the reference language's is not
 * translated, and no pair.
 *
 * <p>Base keys (without the suffix) are split by their hash: those of the evaluation are in no source and in no text for
 * training, in any language. A base key that has label and passage in no language cannot be evaluated, so all of those
 * are for training. Evaluation sets are {@code name/<language>} (own: label and passage of one language) and
 * {@code name/<language>→<reference>} (cross: label of one language, passage of the reference language); ids are the labels' keys.
 *
 * @param artifact {@code group:artifact:version[:type[:classifier]]}
 * @param entries the path of a language's file in the artifact, with {@code {language}} where the language stands
 * @param languages what is trained on, and evaluated
 * @param evaluationLanguages what is evaluated besides, never trained on
 * @param passageSuffix what makes a label's key the key of its passage, such as {@code Help}
 * @param evaluationShare one in how many base keys is held back, at least 2
 * @param referenceLanguage the language that the strings were written in; cross-lingual queries look for its passages
 */
public record MessageCatalogue(
        String name,
        String artifact,
        String entries,
        List<String> languages,
        List<String> evaluationLanguages,
        String passageSuffix,
        int evaluationShare,
        String referenceLanguage)
        implements DataSource {
    /** Stands for the language in {@link #entries()}. */
    public static final String LANGUAGE = "{language}";

    public MessageCatalogue {
        requireNonNull(name, "name is null");
        requireNonNull(artifact, "artifact is null");
        requireNonNull(entries, "entries is null");
        requireNonNull(passageSuffix, "passageSuffix is null");
        requireNonNull(referenceLanguage, "referenceLanguage is null");
        languages = List.copyOf(languages);
        evaluationLanguages = List.copyOf(evaluationLanguages);
        if (evaluationShare < 2) {
            throw new IllegalArgumentException("evaluationShare must be at least 2, is " + evaluationShare);
        }
        if (passageSuffix.isEmpty()) {
            throw new IllegalArgumentException("passageSuffix is empty");
        }
    }

    /** A catalogue with passages under {@code XHelp}, a fifth held back, and English as reference. */
    public static MessageCatalogue of(
            String name, String artifact, String entries, List<String> languages, List<String> evaluationLanguages) {
        return new MessageCatalogue(name, artifact, entries, languages, evaluationLanguages, "Help", 5, "en");
    }

    /** The path of a language's file in the artifact. */
    String entry(String language) {
        return entries.replace(LANGUAGE, language);
    }
}
