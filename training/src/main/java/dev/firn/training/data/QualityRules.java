package dev.firn.training.data;

import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Simple signs of a pair's quality, of the kind that Arctic-Embed 1.0 (Merrick et al. 2024, arXiv 2405.05374) filters its web data
 * by. Null means that a rule is not applied. The first rule that a pair breaks counts.
 *
 * @param minimumQueryCharacters code points of the query at least
 * @param minimumLetterShare share of the document's characters, white space aside, that are letters or digits at least
 * @param maximumWordLength mean length of the document's words at most; words are runs of letters and digits
 * @param minimumOverlap share of the query's words that the document has at least; of scripts without spaces between words, two
 *     characters that follow one another count as a word
 * @param maximumOverlap the same at most: a query copied from the document teaches little
 */
public record QualityRules(
        Integer minimumQueryCharacters,
        Integer maximumQueryCharacters,
        Integer minimumDocumentCharacters,
        Integer maximumDocumentCharacters,
        Double minimumLetterShare,
        Double maximumWordLength,
        Double minimumOverlap,
        Double maximumOverlap) {
    /** No rule at all. */
    public static final QualityRules NONE = new QualityRules(null, null, null, null, null, null, null, null);

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]+");
    private static final Set<Character.UnicodeScript> WITHOUT_SPACES = Set.of(
            Character.UnicodeScript.HAN,
            Character.UnicodeScript.HIRAGANA,
            Character.UnicodeScript.KATAKANA,
            Character.UnicodeScript.THAI);

    /** The name of the first rule that a pair breaks; empty when it keeps all. */
    Optional<String> broken(String query, String document) {
        int queryLength = query.codePointCount(0, query.length());
        int documentLength = document.codePointCount(0, document.length());
        if (minimumQueryCharacters != null && queryLength < minimumQueryCharacters) {
            return Optional.of("minimumQueryCharacters");
        }
        if (maximumQueryCharacters != null && queryLength > maximumQueryCharacters) {
            return Optional.of("maximumQueryCharacters");
        }
        if (minimumDocumentCharacters != null && documentLength < minimumDocumentCharacters) {
            return Optional.of("minimumDocumentCharacters");
        }
        if (maximumDocumentCharacters != null && documentLength > maximumDocumentCharacters) {
            return Optional.of("maximumDocumentCharacters");
        }
        if (minimumLetterShare != null && letterShare(document) < minimumLetterShare) {
            return Optional.of("minimumLetterShare");
        }
        if (maximumWordLength != null && meanWordLength(document) > maximumWordLength) {
            return Optional.of("maximumWordLength");
        }
        if (minimumOverlap != null || maximumOverlap != null) {
            double overlap = overlap(query, document);
            if (minimumOverlap != null && overlap < minimumOverlap) {
                return Optional.of("minimumOverlap");
            }
            if (maximumOverlap != null && overlap > maximumOverlap) {
                return Optional.of("maximumOverlap");
            }
        }
        return Optional.empty();
    }

    static double letterShare(String text) {
        long visible = text.codePoints()
                .filter(point -> !Character.isWhitespace(point))
                .count();
        long letters = text.codePoints()
                .filter(point -> Character.isLetterOrDigit(point)
                        || Character.getType(point) == Character.NON_SPACING_MARK
                        || Character.getType(point) == Character.COMBINING_SPACING_MARK)
                .count();
        return visible == 0 ? 0 : (double) letters / visible;
    }

    static double meanWordLength(String text) {
        long[] counts = new long[2];
        WORD.matcher(text).results().forEach(word -> {
            counts[0]++;
            counts[1] += word.group().codePointCount(0, word.group().length());
        });
        return counts[0] == 0 ? 0 : (double) counts[1] / counts[0];
    }

    /** The share of the query's different words that the document has; 0 when it has no word. */
    static double overlap(String query, String document) {
        Set<String> asked = words(query);
        if (asked.isEmpty()) {
            return 0;
        }
        Set<String> there = words(document);
        return (double) asked.stream().filter(there::contains).count() / asked.size();
    }

    private static Set<String> words(String text) {
        Set<String> words = new HashSet<>();
        WORD.matcher(text.toLowerCase(Locale.ROOT)).results().forEach(match -> {
            String word = match.group();
            int[] points = word.codePoints().toArray();
            if (WITHOUT_SPACES.contains(Character.UnicodeScript.of(points[0])) && points.length > 1) {
                for (int i = 0; i + 1 < points.length; i++) {
                    words.add(new String(points, i, 2));
                }
            } else {
                words.add(word);
            }
        });
        return words;
    }
}
