package dev.firn.training.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.training.artifact.ArtifactArchive;
import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.batch.PairSource;
import dev.firn.training.tokenizer.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart's corpus: the artifact is looked up as in a run, so without one at hand it is downloaded (6.4 MB). */
class KeycloakMessagesTest {
    private static final String ARTIFACT = "org.keycloak:keycloak-admin-ui:26.7.3";
    private static final String ENTRIES = "theme/keycloak.v2/admin/messages/messages_{language}.properties";
    private static final List<String> TRAINED = List.of("en", "fr", "es", "de", "pl", "pt_BR");
    private static final List<String> UNSEEN = List.of("ja", "ru", "tr", "zh_Hans");

    @TempDir
    private static Path folder;

    private static MavenArtifacts artifacts;
    private static PreparedDataset dataset;

    @BeforeAll
    static void prepare() throws IOException {
        artifacts = MavenArtifacts.standard(Path.of("target", "artifacts").toAbsolutePath());
        dataset = new DatasetPreparer(artifacts).prepare(definition(), folder, PreparationProgress.none());
    }

    @AfterAll
    static void close() {
        dataset.close();
    }

    private static DatasetDefinition definition() {
        return new DatasetDefinition(
                List.of(MessageCatalogue.of("keycloak", ARTIFACT, ENTRIES, TRAINED, UNSEEN)),
                List.of(),
                new TokenizerDefinition.Trained(8000, 64),
                "query: ",
                "");
    }

    @Test
    void hasAsManyPairsAsThereAreKnownToBe() throws IOException {
        long passages = 0;
        long translations = 0;
        for (PairSource source : dataset.sources()) {
            if (source.name().contains("/passages/")) {
                passages += source.size();
            } else {
                translations += source.size();
            }
        }
        assertThat(dataset.sources()).hasSize(6 + 15);
        // About 2,500 and 33,000 before the split and without leaving any out
        assertThat(passages).isBetween(1_800L, 2_100L);
        assertThat(translations).isBetween(26_000L, 31_000L);
        assertThat(dataset.corpus().rows()).isBetween(15_000, 16_500);
        assertThat(dataset.summary().corpus().characters()).isBetween(850_000L, 1_040_000L);
        assertThat(new DatasetPreparer(artifacts).inspect(definition()).sources())
                .extracting(DataInspection.SourceCount::pairs)
                .containsExactlyElementsOf(dataset.sources().stream()
                        .map(source -> (long) source.size())
                        .toList());
    }

    @Test
    void evaluatesEveryLanguageOnItsOwnPassagesAndAgainstTheEnglishOnes() {
        assertThat(dataset.evaluations()).hasSize(10 + 9);
        EvaluationFolder english = dataset.evaluations().getFirst();
        assertThat(english.name()).isEqualTo("keycloak/en");
        assertThat(english.documentCount()).isBetween(110, 140);
        for (EvaluationFolder set : dataset.evaluations()) {
            assertThat(set.queryCount()).as(set.name()).isGreaterThanOrEqualTo(15);
            if (set.kind() == EvaluationKind.CROSS) {
                assertThat(set.documentCount()).as(set.name()).isEqualTo(english.documentCount());
            }
        }
    }

    @Test
    void noTextAndNoKeyOfTheEvaluationIsInTraining() throws IOException {
        Set<String> heldKeys = new HashSet<>();
        Set<String> evaluated = new HashSet<>();
        for (EvaluationFolder set : dataset.evaluations()) {
            for (EvaluationText query : set.queries()) {
                evaluated.add(query.text());
            }
            set.documents(document -> {
                evaluated.add(document.text());
                heldKeys.add(document.id());
            });
            set.judgements().forEach((query, documents) -> {
                heldKeys.add(query);
                heldKeys.addAll(documents.keySet());
            });
        }
        Set<String> trained = new HashSet<>();
        for (TextTable table : List.of(dataset.queries(), dataset.documents(), dataset.corpus())) {
            for (int row = 0; row < table.rows(); row++) {
                trained.add(table.text(row));
            }
        }
        assertThat(evaluated.stream().filter(trained::contains)).isEmpty();

        // Independently of the reader: whatever stands under a held-back key, in any of the ten languages
        try (ArtifactArchive jar = new ArtifactArchive(artifacts.resolve(ARTIFACT))) {
            for (String language :
                    Stream.concat(TRAINED.stream(), UNSEEN.stream()).toList()) {
                Properties strings = new Properties();
                strings.load(new InputStreamReader(
                        new ByteArrayInputStream(jar.read(ENTRIES.replace("{language}", language), 1 << 20)),
                        StandardCharsets.UTF_8));
                for (String key : heldKeys) {
                    for (String heldBack : Arrays.asList(strings.getProperty(key), strings.getProperty(key + "Help"))) {
                        assertThat(heldBack != null && trained.contains(heldBack.strip()))
                                .as(language + " " + key)
                                .isFalse();
                    }
                }
            }
        }
    }

    @Test
    void translationsAreInTwoLanguagesAndEachWay() {
        Map<String, Integer> byOrder = new HashMap<>();
        for (PairSource source : dataset.sources()) {
            if (source.name().equals("keycloak/translations/en-fr")) {
                for (int pair = 0; pair < source.size(); pair++) {
                    String query = dataset.queries().text(source.query(pair));
                    String document = dataset.documents().text(source.document(pair));
                    assertThat(query).isNotEqualTo(document);
                    byOrder.merge(dataset.queries().language(source.query(pair)), 1, Integer::sum);
                }
            }
        }
        assertThat(byOrder.get("en")).isBetween(1_000, 2_400);
        assertThat(byOrder.get("fr")).isBetween(1_000, 2_400);
    }

    @Test
    void noTextOfAnyLanguageGivesAnUnknownTokenOrOneBeyondTheVocabulary() throws IOException {
        List<String> texts =
                new ArrayList<>(dataset.corpus().texts(0, dataset.corpus().rows()));
        for (EvaluationFolder set : dataset.evaluations()) {
            set.documents(document -> texts.add(document.text()));
        }
        long tokens = 0;
        try (Tokenizer tokenizer = Tokenizer.open(dataset.tokenizerFolder())) {
            assertThat(tokenizer.vocabularySize()).isEqualTo(8000);
            for (int[] row : tokenizer.encode(texts)) {
                tokens += row.length;
                assertThat(Arrays.stream(row).allMatch(id -> id >= 0 && id != 3 && id < 8000))
                        .isTrue();
            }
        }
        assertThat(tokens / texts.size()).isBetween(10L, 25L);
    }
}
