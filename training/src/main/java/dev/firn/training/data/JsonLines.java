package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * Files of JSON lines, plain, {@code .gz}, {@code .zst} or {@code .xz}.
 *
 * @param language the language of records that name none; null when every record must
 * @param translations which records are translations of each other; null: none are looked for
 */
public record JsonLines(
        String name, Format format, List<Path> files, String language, Translations translations, SourceRules rules)
        implements RecordSource {
    /** What a line holds. */
    public enum Format {
        /**
         * One pair: {@code {"id":…,"source":…,"language":…,"query":…,"document":…}}; other fields and source are not used, and id
         * for {@link Translations} alone.
         */
        PAIR,
        /**
         * FlagEmbedding's: {@code {"query":…,"pos":[…],"neg":[…],"pos_scores":[…],"neg_scores":[…]}}: a pair for each of {@code pos}.
         * Each of {@code neg} is a hard negative of the query, weighed by the scores where both lists of them are there.
         */
        FLAG_EMBEDDING,
        /**
         * Tevatron's: {@code {"query":…,"positive_passages":[{"title":…,"text":…}],"negative_passages":[…]}}: likewise, without scores.
         */
        TEVATRON
    }

    public JsonLines {
        requireNonNull(name, "name is null");
        requireNonNull(format, "format is null");
        requireNonNull(rules, "rules is null");
        files = List.copyOf(files);
        if (translations != null && format != Format.PAIR) {
            throw new IllegalArgumentException("only lines of one pair each have an id to find translations by");
        }
    }

    /** Lines of which none are translations of each other. */
    public JsonLines(String name, Format format, List<Path> files, String language, SourceRules rules) {
        this(name, format, files, language, null, rules);
    }

    /** One pair a line, nothing left out. */
    public JsonLines(String name, List<Path> files, String language) {
        this(name, Format.PAIR, files, language, SourceRules.USUAL);
    }
}
