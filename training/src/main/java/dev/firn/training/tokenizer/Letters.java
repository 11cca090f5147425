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

    /**
     * Letters that are spelled as said.
     *
     * @param specialTokens ids of tokens that are no text
     * @param scripts for each script its letters, for each letter its tokens
     */
    public static Letters of(List<Integer> specialTokens, List<int[][]> scripts) {
        return new Letters(specialTokens, scripts);
    }

    /** As a tokeniser spells them in the middle of a word. A letter that it does not know is left out. */
    public static Letters of(Tokenizer tokenizer) {
        requireNonNull(tokenizer, "tokenizer is null");
        int unknown = tokenizer.specialTokens().unknown();
        List<int[][]> scripts = new ArrayList<>();
        for (UnicodeScript script : SCRIPTS) {
            List<String> letters = letters(script);
            int[][] once = tokenizer.encode(letters);
            int[][] twice = tokenizer.encode(
                    letters.stream().map(letter -> letter + letter).toList());
            scripts.add(IntStream.range(0, once.length)
                    .mapToObj(i -> added(once[i], twice[i]))
                    .filter(letter -> letter.length > 0 && Arrays.stream(letter).noneMatch(token -> token == unknown))
                    .toArray(int[][]::new));
        }
        return new Letters(tokenizer.specialTokens().all(), scripts);
    }

    /** What the second of two letters adds before the closing token: the first may be one token with the mark of a word's beginning. */
    private static int[] added(int[] once, int[] twice) {
        int closing = twice.length - 1;
        return Arrays.copyOfRange(twice, closing - Math.max(0, twice.length - once.length), closing);
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

    /** Ids of the special tokens. */
    public List<Integer> specialTokens() {
        return specialTokens;
    }

    /** For each script its letters, for each letter its tokens; not copies. */
    public List<int[][]> scripts() {
        return scripts;
    }
}
