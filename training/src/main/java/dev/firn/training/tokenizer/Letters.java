package dev.firn.training.tokenizer;

import static java.util.Objects.requireNonNull;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** How a tokeniser spells letters of the world's scripts, and which of its tokens are no text. Immutable. */
public final class Letters {
    private static final List<UnicodeScript> SCRIPTS = List.of(
            UnicodeScript.LATIN,
            UnicodeScript.CYRILLIC,
            UnicodeScript.GREEK,
            UnicodeScript.ARMENIAN,
            UnicodeScript.GEORGIAN,
            UnicodeScript.HEBREW,
            UnicodeScript.ARABIC,
            UnicodeScript.DEVANAGARI,
            UnicodeScript.BENGALI,
            UnicodeScript.TAMIL,
            UnicodeScript.TELUGU,
            UnicodeScript.THAI,
            UnicodeScript.ETHIOPIC,
            UnicodeScript.HIRAGANA,
            UnicodeScript.KATAKANA,
            UnicodeScript.HANGUL,
            UnicodeScript.HAN);
    // An alphabet's common letters come first in Unicode; of a script of thousands, some from everywhere
    private static final int LETTERS_OF_AN_ALPHABET = 64;
    private static final int LETTERS_OF_THOUSANDS = 512;

    private static final Letters NONE = new Letters(List.of(), List.of());

    private final List<Integer> specialTokens;
    private final List<int[][]> scripts;

    private Letters(List<Integer> specialTokens, List<int[][]> scripts) {
        this.specialTokens = List.copyOf(specialTokens);
        this.scripts = List.copyOf(scripts);
    }

    /** No letters and no special tokens. */
    public static Letters none() {
        return NONE;
    }

    /** Letters that are spelled as said. */
    static Letters of(List<Integer> specialTokens, List<int[][]> scripts) {
        return new Letters(specialTokens, scripts);
    }

    /** As a tokeniser spells them. A letter that it does not know is left out. */
    public static Letters of(Tokenizer tokenizer) {
        requireNonNull(tokenizer, "tokenizer is null");
        List<int[][]> sequences = SCRIPTS.stream()
                .map(script -> tokenizer.encode(letters(script)))
                .toList();
        // What stands before and after every letter is not of the letter: special tokens, a mark for the beginning of a
        // word
        int[][] all = sequences.stream().flatMap(Arrays::stream).toArray(int[][]::new);
        int opening = common(all, true);
        int closing = common(all, false);
        int unknown = tokenizer.specialTokens().unknown();
        List<int[][]> scripts = new ArrayList<>();
        for (int[][] script : sequences) {
            scripts.add(Arrays.stream(script)
                    .map(tokens -> Arrays.copyOfRange(tokens, opening, Math.max(opening, tokens.length - closing)))
                    .filter(tokens -> tokens.length > 0 && Arrays.stream(tokens).noneMatch(token -> token == unknown))
                    .toArray(int[][]::new));
        }
        return new Letters(tokenizer.specialTokens().all(), scripts);
    }

    private static List<String> letters(UnicodeScript script) {
        int[] all = IntStream.range(0x80, 0x10000)
                .filter(point -> Character.isLetter(point) && UnicodeScript.of(point) == script)
                .toArray();
        boolean thousands = all.length > 1000;
        int count = Math.min(all.length, thousands ? LETTERS_OF_THOUSANDS : LETTERS_OF_AN_ALPHABET);
        return IntStream.range(0, count)
                .map(i -> thousands ? all[(int) ((long) i * all.length / count)] : all[i])
                .mapToObj(Character::toString)
                .toList();
    }

    /** How many tokens all sequences have in common at their beginning, or end. */
    private static int common(int[][] sequences, boolean beginning) {
        for (int count = 0; ; count++) {
            for (int[] tokens : sequences) {
                if (count >= tokens.length || at(tokens, count, beginning) != at(sequences[0], count, beginning)) {
                    return count;
                }
            }
        }
    }

    private static int at(int[] tokens, int place, boolean beginning) {
        return tokens[beginning ? place : tokens.length - 1 - place];
    }

    /** Ids of the special tokens. */
    public List<Integer> specialTokens() {
        return specialTokens;
    }

    /** For each script its letters, for each letter its tokens; not copies. */
    public List<int[][]> scripts() {
        return scripts;
    }
}
