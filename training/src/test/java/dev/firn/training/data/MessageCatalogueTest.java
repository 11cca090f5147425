package dev.firn.training.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.batch.PairSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageCatalogueTest {
    private static final int SHARE = 5;

    @TempDir
    private Path folder;

    @Test
    void makesPairsOfLabelsAndPassagesAndOfTranslations() throws IOException {
        String key = keys(false).getFirst();
        writeJar(Map.of(
                "en", key + "=Client name\n" + key + "Help=The name of the client.\nalone=Only a text\n",
                "de", key + "=Clientname\n" + key + "Help=Der Name des Clients.\n"));
        writeHeldBackInto("en");
        try (PreparedDataset dataset = prepare(List.of("en", "de"), List.of())) {
            assertThat(texts(dataset))
                    .containsEntry("words/passages/en", Set.of("Client name > The name of the client."))
                    .containsEntry("words/passages/de", Set.of("Clientname > Der Name des Clients."))
                    .hasEntrySatisfying(
                            "words/translations/en-de",
                            pairs -> assertThat(pairs)
                                    .hasSize(2)
                                    .allMatch(pair -> (pair.contains("Client name") && pair.contains("Clientname"))
                                            || (pair.contains("The name of the client.")
                                                    && pair.contains("Der Name des Clients."))))
                    .hasSize(3);
            assertThat(dataset.corpus().texts(0, dataset.corpus().rows())).contains("Only a text");
        }
    }

    @Test
    void leavesOutWhatIsNoTranslationOrNoText() throws IOException {
        List<String> keys = keys(false);
        writeJar(Map.of(
                "en",
                "%s=Client name\n%s=LDAP\n%s={{count}} <1/>\n%s=OK\n%s=Cancel\n%s=Abort\n%s=Keep\n%sHelp=Untranslated help.\n"
                        .formatted(first(keys, 8)),
                "de",
                "%s=Clientname\n%s=LDAP\n%s=<1/> {{count}}\n%s=ok\n%s=Abbrechen\n%s=Abbrechen\n%s=Behalten\n%sHelp=Untranslated help.\n"
                        .formatted(first(keys, 8)),
                "fr",
                "%s=Nom du client\n".formatted(keys.get(0)) + keys.get(7) + "=Etiquette\n"));
        appendTo("de", keys.get(7) + "=Schild\n");
        writeHeldBackInto("en");
        try (PreparedDataset dataset = prepare(List.of("en", "de"), List.of())) {
            DatasetSummary.SourceSummary translations =
                    dataset.summary().sources().getLast();
            assertThat(translations.name()).isEqualTo("words/translations/en-de");
            assertThat(translations.pairs()).isEqualTo(4);
            assertThat(translations.dropped()).isEqualTo(Map.of("untranslated", 2L, "tooShort", 2L));
            assertThat(dataset.summary().dropped()).containsEntry("pairs.untranslated", 3L);
        }
    }

    @Test
    void countsLettersWithoutPlaceholdersAndMarkup() {
        assertThat(CatalogueContent.letters("{{count}} <b>of</b> ${x} {0} %s 12!"))
                .isEqualTo(2);
        assertThat(CatalogueContent.letters("設定")).isEqualTo(4);
    }

    @Test
    void holdsBackTheSameKeysInEveryLanguageAndOnlyThoseThatCanBeEvaluated() throws IOException {
        String held = keys(true).getFirst();
        String heldAlone = keys(true).get(1);
        String kept = keys(false).getFirst();
        String english = held + "=Held label\n" + held + "Help=Held passage.\n" + heldAlone + "=Has no passage\n" + kept
                + "=Kept label\n" + kept + "Help=Kept passage.\nother=Held  LABEL\n";
        writeJar(Map.of(
                "en", english,
                "de", held + "=Held label\n" + held + "Help=Gehaltener Text.\n" + kept + "=Kept label in German\n",
                "ja", held + "=ラベル\n" + heldAlone + "=文\n"));
        try (PreparedDataset dataset = prepare(List.of("en", "de"), List.of())) {
            List<String> corpus = dataset.corpus().texts(0, dataset.corpus().rows());
            assertThat(corpus)
                    .contains("Has no passage", "Kept label", "Kept passage.")
                    .doesNotContain("Held label", "Held passage.", "Gehaltener Text.", "Held  LABEL");
            assertThat(dataset.evaluations())
                    .extracting(EvaluationFolder::name)
                    .containsExactly("words/en", "words/de");
            assertThat(dataset.summary().dropped()).containsEntry("texts.evaluationText", 1L);
        }
        assertThat(preparer()
                        .inspect(definition(List.of("en", "de"), List.of("ja")))
                        .faults())
                .singleElement()
                .satisfies(fault -> {
                    assertThat(fault.pointer()).isEqualTo("/evaluationLanguages/0");
                    assertThat(fault.message()).contains("no label with a passage in ja");
                });
    }

    @Test
    void crossLingualQueriesLookForThePassageOfTheReferenceLanguage() throws IOException {
        List<String> held = keys(true);
        writeJar(Map.of(
                "en",
                "%1$s=Name\n%1$sHelp=The name.\n%2$s=Realm\n%2$sHelp=The realm.\n%3$s=Name\n%3$sHelp=Another name.\n"
                                .formatted(first(held, 3))
                        + "x=A text\nxHelp=Another text\n",
                "de",
                "%1$s=Bezeichnung\n%2$s=Realm\n%2$sHelp=Der Realm.\n%3$s=Bezeichnung\n".formatted(first(held, 3))));
        try (PreparedDataset dataset = prepare(List.of("en"), List.of("de"))) {
            assertThat(dataset.evaluations())
                    .extracting(EvaluationFolder::name)
                    .containsExactly("words/en", "words/de", "words/de→en");
            EvaluationFolder cross = dataset.evaluations().get(2);
            String first = first(held, 3)[0].toString();
            List<String> keys = held.subList(0, 3).stream().sorted().toList();
            assertThat(cross.documentCount()).isEqualTo(3);
            assertThat(cross.queries()).hasSize(1);
            EvaluationText query = cross.queries().getFirst();
            assertThat(query.text()).isEqualTo("Bezeichnung");
            assertThat(keys).contains(query.id());
            assertThat(cross.judgements().get(query.id())).containsOnlyKeys(first, held.get(2));
            assertThat(dataset.summary().evaluations().get(2).dropped())
                    .isEqualTo(Map.of("sameQuery", 1L, "untranslated", 1L));
            assertThat(dataset.evaluations().get(0).queries()).hasSize(2);
        }
    }

    @Test
    void tellsWhatIsWrongWithALanguagesFile() throws IOException {
        writeJar(Map.of("en", "a=Text one\naHelp=Text two\n", "de", "a=\\u12\n"));
        DataInspection inspection = preparer().inspect(definition(List.of("en", "de", "fr"), List.of("en")));
        assertThat(inspection.faults())
                .extracting(DataFault::pointer)
                .containsExactlyInAnyOrder("/evaluationLanguages/0", "/languages/1", "/languages/2");
        assertThat(inspection.faults().stream().map(DataFault::message))
                .anyMatch(message -> message.endsWith("messages_de.properties: Malformed \\uxxxx encoding."))
                .anyMatch(message -> message.endsWith("messages_fr.properties: there is no such file in the artifact"))
                .anyMatch(message -> message.equals("en is named twice, or trained on"));
    }

    /** Keys that are held back or not, in the order of their number. */
    private static List<String> keys(boolean heldBack) {
        return IntStream.range(0, 200)
                .mapToObj(number -> "key" + number)
                .filter(key -> CatalogueContent.isHeldBack(key, SHARE) == heldBack)
                .toList();
    }

    private static Object[] first(List<String> keys, int count) {
        return keys.subList(0, count).toArray();
    }

    private static String heldBackStrings() {
        String key = keys(true).getLast();
        return key + "=Held\n" + key + "Help=Held back passage.\n";
    }

    private final Map<String, String> files = new LinkedHashMap<>();

    private void writeHeldBackInto(String language) throws IOException {
        appendTo(language, heldBackStrings());
    }

    private void appendTo(String language, String strings) throws IOException {
        Map<String, String> more = new LinkedHashMap<>(files);
        more.merge(language, strings, String::concat);
        writeJar(more);
    }

    private void writeJar(Map<String, String> byLanguage) throws IOException {
        Map<String, String> written = new LinkedHashMap<>(byLanguage);
        files.clear();
        files.putAll(written);
        Path jar = folder.resolve("repository/org/example/words/1/words-1.jar");
        Files.createDirectories(jar.getParent());
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry("messages_" + file.getKey() + ".properties"));
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
    }

    private DatasetPreparer preparer() {
        return new DatasetPreparer(
                new MavenArtifacts(folder.resolve("cache"), folder.resolve("repository"), List.of()));
    }

    private static DatasetDefinition definition(List<String> languages, List<String> evaluationLanguages) {
        return new DatasetDefinition(
                List.of(MessageCatalogue.of(
                        "words",
                        "org.example:words:1",
                        "messages_{language}.properties",
                        languages,
                        evaluationLanguages)),
                List.of(),
                new TokenizerDefinition.Trained(400, 32),
                "",
                "");
    }

    private PreparedDataset prepare(List<String> languages, List<String> evaluationLanguages) throws IOException {
        return preparer()
                .prepare(definition(languages, evaluationLanguages), folder.resolve("out"), PreparationProgress.none());
    }

    private static Map<String, Set<String>> texts(PreparedDataset dataset) {
        return dataset.sources().stream().collect(Collectors.toMap(PairSource::name, source -> {
            List<String> pairs = new ArrayList<>();
            for (int pair = 0; pair < source.size(); pair++) {
                pairs.add(dataset.queries().text(source.query(pair)) + " > "
                        + dataset.documents().text(source.document(pair)));
            }
            return new HashSet<>(pairs);
        }));
    }
}
