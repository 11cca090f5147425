package dev.firn.training.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LettersTest {
    @TempDir
    private Path folder;

    @Test
    void lettersThatATokeniserWasNotTrainedOnAreTheirBytesAndNothingElse() throws Exception {
        List<String> texts = List.of("words of few letters", "a text of few words", "é is a letter too");
        new TokenizerTrainer(320, 64).train(texts.iterator(), folder);
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            Letters letters = Letters.of(tokenizer);
            assertThat(letters.specialTokens())
                    .containsExactlyInAnyOrderElementsOf(
                            tokenizer.specialTokens().all());
            assertThat(letters.scripts()).hasSize(17).allMatch(script -> script.length >= 30);
            // Cyrillic and Han, with two and three bytes a letter
            List<String> cyrillic = spelled(letters.scripts().get(1), tokenizer);
            assertThat(cyrillic)
                    .contains("ж", "Я")
                    .allMatch(letter -> isLetterOf(letter, Character.UnicodeScript.CYRILLIC));
            assertThat(Arrays.stream(letters.scripts().get(1))).allMatch(letter -> letter.length == 2);
            List<String> han = spelled(letters.scripts().get(16), tokenizer);
            assertThat(han).hasSize(512).doesNotHaveDuplicates();
            assertThat(han).allMatch(letter -> isLetterOf(letter, Character.UnicodeScript.HAN));
            assertThat(Arrays.stream(letters.scripts().get(16))).allMatch(letter -> letter.length == 3);
        }
    }

    private static boolean isLetterOf(String letter, Character.UnicodeScript script) {
        return letter.codePointCount(0, letter.length()) == 1
                && Character.UnicodeScript.of(letter.codePointAt(0)) == script;
    }

    /** What the tokens of each letter are as text. */
    private static List<String> spelled(int[][] script, Tokenizer tokenizer) {
        // The tokens of single bytes stand in their order, and the first byte of this letter is D0
        int[] zhe = tokenizer.encode("ж");
        int first = zhe[zhe.length - 3] - 0xD0;
        return Arrays.stream(script)
                .map(letter -> {
                    byte[] bytes = new byte[letter.length];
                    for (int i = 0; i < letter.length; i++) {
                        bytes[i] = (byte) (letter[i] - first);
                    }
                    return new String(bytes, StandardCharsets.UTF_8);
                })
                .toList();
    }
}
