package dev.firn.training.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What a vocabulary is trained on: the different stretches of text that no piece may cross, each with its frequency, as
 * code points.
 *
 * <p>A text is normalised as the tokeniser does it (NFKC, white space to single spaces, none at the ends) and cut at
 * spaces, each word starting with {@code ▁}; a word is cut where letters of one script, digits and everything else meet,
 * as SentencePiece does (its {@code split_by_unicode_script} and {@code split_by_number}), and after
 * {@link #LONGEST} code points. So the lattice over a text falls apart into those of its segments.
 */
final class Segments {
    /** Stands for a space before a word. */
    static final int WORD_START = '▁';

    /** Code points of the longest segment. */
    static final int LONGEST = 24;

    /** The share of the text's characters that become pieces; the others are spelled in bytes. */
    static final double CHARACTER_COVERAGE = 0.9999;

    private final int[] points;
    private final int[] starts;
    private final long[] counts;
    private final Map<Integer, Long> characters;

    private Segments(int[] points, int[] starts, long[] counts, Map<Integer, Long> characters) {
        this.points = points;
        this.starts = starts;
        this.counts = counts;
        this.characters = characters;
    }

    int size() {
        return counts.length;
    }

    /** Code points of all segments, one segment after the other. */
    int[] points() {
        return points;
    }

    /** Where each segment starts in the points, and the end of the last. */
    int[] starts() {
        return starts;
    }

    /** How often each segment occurs. */
    long[] counts() {
        return counts;
    }

    /** The characters that are pieces, with their frequency. */
    Map<Integer, Long> characters() {
        return characters;
    }

    /** Counts the segments of texts; at most {@code maximumCharacters} different characters are taken. */
    static Segments of(Iterator<String> texts, int maximumCharacters) {
        Map<String, long[]> words = new HashMap<>();
        while (texts.hasNext()) {
            for (String word : normalize(texts.next()).split(" ", -1)) {
                if (!word.isEmpty()) {
                    words.computeIfAbsent(word, ignored -> new long[1])[0]++;
                }
            }
        }
        Map<Integer, Long> characters = characters(words, maximumCharacters);
        Map<String, long[]> segments = new TreeMap<>();
        words.forEach((word, count) -> cut(
                word,
                characters.keySet(),
                segment -> segments.computeIfAbsent(segment, ignored -> new long[1])[0] += count[0]));

        int total = segments.keySet().stream()
                .mapToInt(segment -> segment.codePointCount(0, segment.length()))
                .sum();
        int[] points = new int[total];
        int[] starts = new int[segments.size() + 1];
        long[] counts = new long[segments.size()];
        int index = 0;
        int position = 0;
        for (Map.Entry<String, long[]> segment : segments.entrySet()) {
            starts[index] = position;
            counts[index++] = segment.getValue()[0];
            for (int point : segment.getKey().codePoints().toArray()) {
                points[position++] = point;
            }
        }
        starts[index] = position;
        return new Segments(points, starts, counts, characters);
    }

    /** The tokeniser's normaliser. */
    static String normalize(String text) {
        String composed = Normalizer.normalize(text, Normalizer.Form.NFKC);
        StringBuilder spaced = new StringBuilder(composed.length());
        boolean pending = false;
        for (int i = 0; i < composed.length(); ) {
            int point = composed.codePointAt(i);
            i += Character.charCount(point);
            if (isWhiteSpace(point)) {
                pending = !spaced.isEmpty();
            } else {
                if (pending) {
                    spaced.append(' ');
                    pending = false;
                }
                spaced.appendCodePoint(point);
            }
        }
        return spaced.toString();
    }

    /** Unicode's property White_Space, which the tokeniser's {@code \s} means as well. */
    private static boolean isWhiteSpace(int point) {
        return (point >= 0x09 && point <= 0x0D) || point == 0x85 || Character.isSpaceChar(point);
    }

    private static Map<Integer, Long> characters(Map<String, long[]> words, int maximum) {
        Map<Integer, Long> counted = new HashMap<>();
        words.forEach((word, count) -> {
            counted.merge(WORD_START, count[0], Long::sum);
            word.codePoints().forEach(point -> counted.merge(point, count[0], Long::sum));
        });
        long total = counted.values().stream().mapToLong(Long::longValue).sum();
        List<Map.Entry<Integer, Long>> frequent = counted.entrySet().stream()
                .sorted(Map.Entry.<Integer, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
        List<Map.Entry<Integer, Long>> taken = new ArrayList<>();
        long covered = 0;
        for (Map.Entry<Integer, Long> character : frequent) {
            if (taken.size() >= maximum || covered >= total * CHARACTER_COVERAGE) {
                break;
            }
            covered += character.getValue();
            taken.add(character);
        }
        return taken.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static void cut(String word, Set<Integer> known, Consumer<String> segments) {
        StringBuilder segment = new StringBuilder();
        if (known.contains(WORD_START)) {
            segment.appendCodePoint(WORD_START);
        }
        int length = segment.length();
        Object previous = null;
        for (int point : word.codePoints().toArray()) {
            Object kind = kind(point, previous);
            boolean unknown = !known.contains(point);
            if (unknown || length == LONGEST || (previous != null && !previous.equals(kind))) {
                if (length > 0) {
                    segments.accept(segment.toString());
                }
                segment.setLength(0);
                length = 0;
            }
            if (!unknown) {
                segment.appendCodePoint(point);
                length++;
            }
            previous = kind;
        }
        if (length > 0) {
            segments.accept(segment.toString());
        }
    }

    private enum Kind {
        DIGIT,
        OTHER
    }

    private static Object kind(int point, Object previous) {
        if (Character.isDigit(point)) {
            return Kind.DIGIT;
        }
        if (!Character.isLetter(point)) {
            boolean mark = Character.UnicodeScript.of(point) == Character.UnicodeScript.INHERITED
                    || Character.getType(point) == Character.NON_SPACING_MARK
                    || Character.getType(point) == Character.COMBINING_SPACING_MARK;
            return mark && previous != null ? previous : Kind.OTHER;
        }
        Character.UnicodeScript script = Character.UnicodeScript.of(point);
        // Japanese mixes the three in one word; the prolonged sound mark is of no script
        boolean japanese = script == Character.UnicodeScript.HIRAGANA
                || script == Character.UnicodeScript.KATAKANA
                || script == Character.UnicodeScript.COMMON;
        return japanese ? Character.UnicodeScript.HAN : script;
    }
}
