package dev.firn.training.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.firn.training.measure.ScoredDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class Bm25Test {
    @TempDir
    private Path folder;

    @Test
    void scoresAsTheFormulaSays() throws IOException {
        // Lengths 2, 4 and 1; mean 7/3. "xx" has no analyser of its own and no stop words.
        try (Bm25 index =
                Bm25.index(folder, "xx", List.of("a", "b", "c"), List.of("snow ice", "snow snow rock moss", "moss"))) {
            List<ScoredDocument> found = index.search("snow glacier", 10);
            assertThat(found).extracting(ScoredDocument::document).containsExactly("b", "a");
            double idf = Math.log(1 + (3 - 2 + 0.5) / (2 + 0.5));
            assertThat(found.get(0).score()).isCloseTo(idf * 2 / (2 + 0.9 * (0.6 + 0.4 * 4 / (7 / 3.0))), within(1e-6));
            assertThat(found.get(1).score()).isCloseTo(idf * 1 / (1 + 0.9 * (0.6 + 0.4 * 2 / (7 / 3.0))), within(1e-6));
            List<ScoredDocument> twice = index.search("snow snow", 10);
            assertThat(twice.get(0).score()).isCloseTo(2 * found.get(0).score(), within(1e-6));
        }
    }

    @Test
    void ordersTiesByIdDescendingAlsoWhereTheDepthCuts() throws IOException {
        List<String> ids =
                IntStream.range(0, 500).mapToObj(i -> "doc" + (i * 7919) % 500).toList();
        List<String> texts = ids.stream().map(id -> "the same text").toList();
        try (Bm25 index = Bm25.index(folder, "xx", ids, texts)) {
            assertThat(index.search("text", 3))
                    .extracting(ScoredDocument::document)
                    .containsExactly("doc99", "doc98", "doc97");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "en, The houses were built, house",
        "fr, Les chevaux couraient, cheval",
        "es, Las ventanas abiertas, ventana",
        "de, Die Häuser waren groß, Haus",
        "pl, Stare komputery, komputer",
        "pt_BR, As casas brancas, casa",
        "ja, 東京都に住んでいます, 住む",
        "ru, Большие дома, дом",
        "tr, Büyük evler, ev",
        "zh_Hans, 我住在北京, 北京",
        "it, Le finestre aperte, finestra",
        "ko, 서울에서 살았다, 서울",
        "fi, Suuret talot, talo",
        "xx, Plain words, words"
    })
    void findsAnotherFormOfAWordInItsLanguage(String language, String text, String query) throws IOException {
        try (Bm25 index = Bm25.index(folder, language, List.of("document"), List.of(text))) {
            assertThat(index.search(query, 10)).hasSize(1);
        }
    }

    @Test
    void aQueryWithoutWordsOrWithThousandsOfThemIsAnswered() throws IOException {
        try (Bm25 index = Bm25.index(folder, "en", List.of("document"), List.of("word1 word2"))) {
            assertThat(index.search("", 10)).isEmpty();
            assertThat(index.search("the of !!", 10)).isEmpty();
            String many =
                    IntStream.range(0, 5000).mapToObj(i -> "word" + i).reduce("", (all, word) -> all + " " + word);
            assertThat(index.search(many, 10)).hasSize(1);
        }
    }
}
