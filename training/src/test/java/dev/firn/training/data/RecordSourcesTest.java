package dev.firn.training.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStream;
import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.batch.PairSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of source, through to the prepared dataset. */
class RecordSourcesTest {
    private static final TokenizerDefinition TOKENIZER = new TokenizerDefinition.Trained(400, 16);

    @TempDir
    private Path folder;

    private DatasetPreparer preparer;

    @BeforeEach
    void makePreparer() {
        preparer = new DatasetPreparer(
                new MavenArtifacts(folder.resolve("cache"), folder.resolve("repository"), List.of()));
    }

    @Test
    void flagEmbeddingGivesAPairForEachPositive() throws IOException {
        Path file = write("lines.jsonl", """
                {"query":"cat","pos":["It meows.","A pet."],"neg":["It barks."],"pos_scores":[0.9,0.8],"neg_scores":[0.1]}
                {"query":"dog","pos":["It barks."]}
                """);
        assertThat(pairs(lines(JsonLines.Format.FLAG_EMBEDDING, SourceRules.USUAL, file)))
                .containsExactly("cat > It meows.", "cat > A pet.", "dog > It barks.");
    }

    @Test
    void negativesThatTheDataNameAreKeptWithTheirScores() throws IOException {
        Path file = write("lines.jsonl", """
                {"query":"cat","pos":["It meows.","A pet."],"neg":["It barks.","It moos."],"pos_scores":[0.9,0.8],"neg_scores":[0.1,0.75]}
                {"query":"dog","pos":["It barks."],"neg":["It meows."],"neg_scores":[0.5]}
                {"query":"cow","pos":["It moos."]}
                """);
        try (PreparedDataset dataset =
                prepare(definition(null, lines(JsonLines.Format.FLAG_EMBEDDING, SourceRules.USUAL, file)))) {
            assertThat(negatives(dataset))
                    .containsExactly(
                            "cat > It barks. 0.1 below 0.8", "cat > It moos. 0.75 below 0.8", "dog > It meows.");
            assertThat(dataset.corpus().texts(0, dataset.corpus().rows()))
                    .containsExactly("cat", "It meows.", "A pet.", "It barks.", "It moos.", "dog", "cow");
        }
    }

    @Test
    void negativesThatAreForEvaluationAreNot() throws IOException {
        write("beir/corpus.jsonl", "{\"_id\":\"1\",\"text\":\"It barks.\"}\n");
        write("beir/queries.jsonl", "{\"_id\":\"a\",\"text\":\"dog\"}\n");
        write("beir/qrels.tsv", "a\t1\t1\n");
        Path file = write("lines.jsonl", """
                {"query":"cat","pos":["It meows."],"neg":["it  BARKS.","It moos."]}
                {"query":"dog","pos":["It growls."],"neg":["It hisses."]}
                """);
        DatasetDefinition definition = new DatasetDefinition(
                List.of(lines(JsonLines.Format.FLAG_EMBEDDING, SourceRules.USUAL, file)),
                List.of(EvaluationCollection.of("e", folder.resolve("beir"), "en")),
                TOKENIZER,
                "",
                "");
        try (PreparedDataset dataset = prepare(definition)) {
            assertThat(negatives(dataset)).containsExactly("cat > It moos.");
            assertThat(dataset.summary().dropped()).containsEntry("texts.evaluationText", 1L);
            assertThat(dataset.corpus().texts(0, dataset.corpus().rows()))
                    .containsExactly("cat", "It meows.", "It moos.", "It hisses.");
        }
    }

    @Test
    void recordsWithTheSameIdInTwoLanguagesArePairedAcrossThem() throws IOException {
        Path file = write("lines.jsonl", """
                {"id":"fr:1","language":"fr","query":"chat","document":"Il miaule."}
                {"id":"en:1","language":"en","query":"cat","document":"It meows."}
                {"id":"en:2","language":"en","query":"dog","document":"It barks."}
                {"id":"fr:2","language":"fr","query":"dog","document":"Il aboie."}
                {"id":"fr:3","language":"fr","query":"vache","document":"Elle meugle."}
                {"id":"fr:4","language":"fr","query":"âne","document":"Il brait."}
                {"id":"en:4","language":"en","query":"donkey","document":"It brays."}
                {"id":"en:4","language":"en","query":"ass","document":"It brays too."}
                """);
        try (PreparedDataset dataset = prepare(definition(null, translated(":", "en", file)))) {
            assertThat(dataset.sources())
                    .extracting(PairSource::name)
                    .containsExactly("s/en", "s/fr", "s/translations/en-fr");
            assertThat(pairs(dataset, 2)).containsExactly("chat > It meows.", "cat > Il miaule.");
            assertThat(dataset.summary().sources().get(2).dropped())
                    .containsExactlyInAnyOrderEntriesOf(
                            Map.of("untranslated", 1L, "noTranslation", 1L, "repeatedId", 1L));
        }
    }

    @Test
    void translationsNeedIdsAndTheReferenceLanguage() throws IOException {
        Path file = write("lines.jsonl", """
                {"id":"fr:1","language":"fr","query":"chat","document":"Il miaule."}
                {"id":"fr","language":"fr","query":"chien","document":"Il aboie."}
                {"language":"fr","query":"vache","document":"Elle meugle."}
                """);
        assertThat(faults(translated(":", "en", file)))
                .satisfiesExactly(
                        fault -> assertThat(fault)
                                .endsWith(
                                        "lines.jsonl:2: the id fr has nothing behind a \":\", which translations.idAfter asks for"),
                        fault -> assertThat(fault).contains("lines.jsonl:3: lacks an \"_id\""));
        Path french = write(
                "french.jsonl", "{\"id\":1,\"query\":\"chat\",\"document\":\"Il miaule.\",\"language\":\"fr\"}\n");
        assertThat(faults(translated(null, "en", french)))
                .containsExactly("no record is in the language en, with which all others would be paired");
    }

    private static JsonLines translated(String idAfter, String reference, Path file) {
        return new JsonLines(
                "s",
                JsonLines.Format.PAIR,
                List.of(file),
                null,
                new Translations(idAfter, reference),
                SourceRules.USUAL);
    }

    @Test
    void tevatronGivesAPairForEachPositivePassageWithItsTitle() throws IOException {
        Path file = folder.resolve("lines.jsonl.zst");
        try (OutputStream packed = new ZstdOutputStream(Files.newOutputStream(file))) {
            packed.write("""
                    {"query_id":"1","query":"cat","positive_passages":[{"docid":"7","title":"Cats","text":"They meow."}],\
                    "negative_passages":[{"docid":"8","title":"","text":"They bark."}]}
                    """.getBytes(StandardCharsets.UTF_8));
        }
        JsonLines source = lines(JsonLines.Format.TEVATRON, SourceRules.USUAL, file);
        assertThat(pairs(source)).containsExactly("cat > Cats They meow.");
        assertThat(negatives(source)).containsExactly("cat > They bark.");
    }

    @Test
    void wrongLinesOfEitherAreNamed() throws IOException {
        Path flag = write("flag.jsonl", """
                {"query":"cat"}
                {"query":"cat","pos":[]}
                {"query":"cat","pos":"It meows."}
                {"query":"cat","pos":["It meows.",7]}
                {"query":"cat","pos":["It meows."],"pos_scores":[1,2]}
                {"query":"cat","pos":["It meows."],"pos_scores":["high"]}
                {"pos":["It meows."]}
                {"query":"cat","pos":["It meows."],"language":"qq"}
                {"query":"cat","pos":["It meows."],"neg":"It barks."}
                {"query":"cat","pos":["It meows."],"neg":["It barks."],"neg_scores":[0.1,0.2]}
                {"query":"cat","pos":["It meows."],"neg":["It barks."],"neg_scores":[1e99]}
                """);
        assertThat(faults(lines(JsonLines.Format.FLAG_EMBEDDING, SourceRules.USUAL, flag)))
                .zipSatisfy(
                        List.of(
                                "flag.jsonl:1: the field \"pos\" is missing, it should be a list",
                                "flag.jsonl:2: the list \"pos\" is empty",
                                "flag.jsonl:3: the field \"pos\" is no list, it should be a list",
                                "flag.jsonl:4: the element 1 of \"pos\" is no string with something in it",
                                "flag.jsonl:5: \"pos_scores\" should be a list of 1 numbers, one a text",
                                "flag.jsonl:6: \"pos_scores\" holds \"high\", which is no number",
                                "flag.jsonl:7: lacks the field \"query\"",
                                "flag.jsonl:8: the field \"language\" is no language tag: \"qq\"",
                                "flag.jsonl:9: the field \"neg\" is no list, it should be a list",
                                "flag.jsonl:10: \"neg_scores\" should be a list of 1 numbers, one a text",
                                "flag.jsonl:11: \"neg_scores\" holds 1.0E99, which is no number"),
                        (fault, wanted) -> assertThat(fault).endsWith(wanted));
        Path tevatron = write("tevatron.jsonl", """
                {"query":"cat","positive_passages":["It meows."]}
                {"query":"cat","positive_passages":[{"docid":"1"}]}
                """);
        assertThat(faults(lines(JsonLines.Format.TEVATRON, SourceRules.USUAL, tevatron)))
                .zipSatisfy(
                        List.of(
                                "tevatron.jsonl:1: the element 0 of \"positive_passages\" is no object",
                                "tevatron.jsonl:2: lacks a field \"text\" that is a string"),
                        (fault, wanted) -> assertThat(fault).endsWith(wanted));
    }

    @Test
    void parquetIsReadInItsOrderFromFilesAndFromASplitOfAFolder() throws Exception {
        Path data = Files.createDirectories(folder.resolve("set").resolve("data"));
        parquet(
                data.resolve("train-00000-of-00002.parquet"),
                "SELECT 'query ' || i AS question, 'answer ' || i AS answer, CASE WHEN i % 2 = 0 THEN 'de' END AS lang"
                        + " FROM range(3000) t(i)");
        parquet(
                data.resolve("train-00001-of-00002.parquet"),
                "SELECT 'last' AS question, 'one' AS answer, 'en' AS lang");
        parquet(data.resolve("test-00000-of-00001.parquet"), "SELECT 'no' AS question, 'no' AS answer, 'en' AS lang");
        ParquetPairs source = new ParquetPairs(
                "p", List.of(folder.resolve("set")), "train", "QUESTION", "answer", "lang", "en", SourceRules.USUAL);
        try (PreparedDataset dataset = prepare(definition(null, source))) {
            assertThat(dataset.sources()).extracting(PairSource::name).containsExactly("p/de", "p/en");
            assertThat(pairs(dataset, 0).getFirst()).isEqualTo("query 0 > answer 0");
            assertThat(pairs(dataset, 0).getLast()).isEqualTo("query 2998 > answer 2998");
            assertThat(pairs(dataset, 1)).hasSize(1501).endsWith("query 2999 > answer 2999", "last > one");
        }
    }

    @Test
    void wrongParquetIsNamedWithItsColumnsAndRows() throws Exception {
        Path file = folder.resolve("a.parquet");
        parquet(file, "SELECT 'q' AS query, ['d'] AS document, 1 AS id");
        assertThat(faults(parquetPairs(file, "question", "document")))
                .satisfiesExactly(
                        fault -> assertThat(fault)
                                .endsWith("a.parquet: has no column question; its columns are query (VARCHAR),"
                                        + " document (VARCHAR[]), id (INTEGER)"),
                        fault -> assertThat(fault)
                                .endsWith("a.parquet: the column document holds VARCHAR[], not text or numbers"));
        Path empty = folder.resolve("b.parquet");
        parquet(empty, "SELECT * FROM (VALUES ('q', 'd'), (NULL, 'd'), ('q', ' ')) t(query, document)");
        assertThat(faults(parquetPairs(empty, "query", "document")))
                .satisfiesExactly(
                        fault -> assertThat(fault).endsWith("b.parquet:2: the column \"query\" is null"),
                        fault -> assertThat(fault).endsWith("b.parquet:3: the column \"document\" is empty"));
        Path text = write("c.parquet", "no parquet");
        assertThat(faults(parquetPairs(text, "query", "document")).getFirst())
                .contains("c.parquet: cannot be read as Parquet: ");
        assertThat(faults(parquetPairs(folder.resolve("d.parquet"), "query", "document")))
                .first()
                .asString()
                .endsWith("d.parquet: there is no such file");
        assertThat(faults(parquetPairs(write("e*.parquet", ""), "query", "document")))
                .first()
                .asString()
                .endsWith("e*.parquet: DuckDB would take *, ? or [ in the name for a pattern");
        Path folderWithout = Files.createDirectories(folder.resolve("without"));
        assertThat(faults(parquetPairs(folderWithout, "query", "document")))
                .first()
                .asString()
                .endsWith("without: has no .parquet file");
    }

    @Test
    void triplesAreJoinedByTheirIds() throws Exception {
        parquet(folder.resolve("q"), "SELECT * FROM (VALUES (1, 'cat'), (2, 'dog')) t(QUERY_ID, QUERY_TEXT)");
        parquet(
                folder.resolve("d"),
                "SELECT * FROM (VALUES (10, 'It meows.'), (20, 'It barks.')) t(DOCUMENT_ID, DOCUMENT_TEXT)");
        parquet(
                folder.resolve("l"),
                "SELECT * FROM (VALUES (2, 20, 1.0), (1, 20, 0.0), (1, 10, 2.0)) t(QUERY_ID, DOCUMENT_ID, RELEVANCE)");
        assertThat(pairs(triples("relevance"))).containsExactly("dog > It barks.", "cat > It meows.");
        assertThat(negatives(triples("relevance"))).containsExactly("cat > It barks.");
        parquet(folder.resolve("l"), "SELECT 3 AS QUERY_ID, 10 AS DOCUMENT_ID, 1.0 AS RELEVANCE");
        assertThat(faults(triples("relevance")).getFirst()).endsWith("l:1: there is no query 3");
        parquet(folder.resolve("d"), "SELECT unnest([10, 10]) AS DOCUMENT_ID, 'x' AS DOCUMENT_TEXT");
        assertThat(faults(triples("relevance")).getFirst()).endsWith("d:2: the id 10 is taken by an earlier record");
    }

    /** As its scripts write them: ids of 64 bits without a sign; no relevance before mining, 1 and -1 after it; files or folders. */
    @Test
    void arcticsLabelsNeedNoOptions() throws Exception {
        parquet(
                Files.createDirectories(folder.resolve("q")).resolve("0.parquet"),
                "SELECT 18446744073709551615::UBIGINT AS QUERY_ID, 'cat' AS QUERY_TEXT");
        parquet(
                Files.createDirectories(folder.resolve("d")).resolve("0.parquet"),
                "SELECT * FROM (VALUES (10::UBIGINT, 'It meows.')) t(DOCUMENT_ID, DOCUMENT_TEXT)");
        parquet(
                folder.resolve("d/1.parquet"),
                "SELECT * FROM (VALUES (20::UBIGINT, 'It barks.')) t(DOCUMENT_ID, DOCUMENT_TEXT)");
        parquet(
                folder.resolve("l"),
                "SELECT 18446744073709551615::UBIGINT AS QUERY_ID, unnest([10, 20])::UBIGINT AS DOCUMENT_ID");
        assertThat(pairs(triples(null))).containsExactly("cat > It meows.", "cat > It barks.");
        assertThat(negatives(triples(null))).isEmpty();
        parquet(
                folder.resolve("l"),
                "SELECT 18446744073709551615::UBIGINT AS QUERY_ID, unnest([10, 20])::UBIGINT AS DOCUMENT_ID,"
                        + " unnest([1, -1])::TINYINT AS RELEVANCE");
        assertThat(pairs(triples(null))).containsExactly("cat > It meows.");
        assertThat(negatives(triples(null))).containsExactly("cat > It barks.");
        parquet(
                folder.resolve("l"),
                "SELECT 18446744073709551615::UBIGINT AS QUERY_ID, 10::UBIGINT AS DOCUMENT_ID, 'x' AS RELEVANCE");
        assertThat(faults(triples(null)).getFirst()).endsWith("l:1: the column \"relevance\" is no number: x");
    }

    @Test
    void collectionsGiveAPairForEachRelevantJudgement() throws IOException {
        write("beir/corpus.jsonl", "{\"_id\":\"1\",\"text\":\"It meows.\"}\n{\"_id\":\"2\",\"text\":\"It barks.\"}\n");
        write("beir/queries.jsonl", "{\"_id\":\"a\",\"text\":\"cat\"}\n");
        write("beir/qrels/train.tsv", "query-id\tcorpus-id\tscore\na\t1\t2\na\t2\t0\n");
        CollectionPairs beir =
                new CollectionPairs("c", folder.resolve("beir"), null, "train", "en", 1, SourceRules.USUAL);
        assertThat(pairs(beir)).containsExactly("cat > It meows.");
        assertThat(negatives(beir)).containsExactly("cat > It barks.");
        write("beir/qrels/train.tsv", "query-id\tcorpus-id\tscore\na\t9\t2\n");
        assertThat(faults(beir).getFirst()).endsWith("train.tsv:2: there is no document 9");
        assertThat(faults(new CollectionPairs(
                                "c", folder.resolve("beir"), CollectionLayout.TREC, null, "en", 1, SourceRules.USUAL))
                        .getFirst())
                .contains("qrels/train.tsv");
        assertThat(faults(new CollectionPairs("c", folder.resolve("nowhere"), null, null, "en", 1, SourceRules.USUAL))
                        .getFirst())
                .endsWith("nowhere: there is no such folder");
    }

    @Test
    void badRecordsAreLeftOutCountedAndNamedUpToALimit() throws IOException {
        Path file = write(
                "lines.jsonl",
                IntStream.range(0, 500)
                        .mapToObj(i -> i % 100 == 50 ? "bad" : "{\"query\":\"q" + i + "\",\"document\":\"d\"}")
                        .collect(Collectors.joining("\n")));
        SourceRules five = new SourceRules(BadRecords.skippedUpTo(5), QualityRules.NONE);
        List<String> notes = new ArrayList<>();
        PreparationProgress progress = new PreparationProgress() {
            @Override
            public void report(String phase, long done, long total) {}

            @Override
            public void note(String message) {
                notes.add(message);
            }
        };
        try (PreparedDataset dataset = preparer.prepare(
                definition(null, lines(JsonLines.Format.PAIR, five, file)), folder.resolve("out"), progress)) {
            assertThat(dataset.sources().getFirst().size()).isEqualTo(495);
            assertThat(dataset.summary().dropped()).containsEntry("records.bad", 5L);
        }
        assertThat(notes)
                .singleElement()
                .asString()
                .startsWith("s: 5 bad records are left out: ")
                .contains(":51: ");
        SourceRules four = new SourceRules(BadRecords.skippedUpTo(4), QualityRules.NONE);
        assertThat(faults(lines(JsonLines.Format.PAIR, four, file)))
                .last()
                .asString()
                .endsWith("more than 4 bad records, which is the limit; line 451 is one");
    }

    @Test
    void pairsThatBreakARuleOfQualityAreCountedByRule() throws IOException {
        Path file = write("lines.jsonl", """
                {"query":"a","document":"What is firn? Old snow."}
                {"query":"what is firn","document":"Old snow."}
                {"query":"what is old snow","document":"=== --- ??? Old snow. !!! *** ((( )))"}
                {"query":"what is old snow","document":"Firn is old snow."}
                {"query":"old snow","document":"old snow"}
                {"query":"is old snow","document":"it is old snow"}
                """);
        QualityRules rules = new QualityRules(3, null, 5, 40, 0.5, 20.0, 0.5, 0.9);
        try (PreparedDataset dataset = prepare(
                definition(null, lines(JsonLines.Format.PAIR, new SourceRules(BadRecords.REFUSED, rules), file)))) {
            assertThat(pairs(dataset, 0)).containsExactly("what is old snow > Firn is old snow.");
            assertThat(dataset.summary().sources().getFirst().dropped())
                    .isEqualTo(Map.of(
                            "quality.minimumQueryCharacters",
                            1L,
                            "quality.minimumOverlap",
                            1L,
                            "quality.minimumLetterShare",
                            1L,
                            "quality.maximumOverlap",
                            2L));
        }
    }

    @Test
    void nearDuplicatesAreCountedAndDroppedWhenAsked() throws IOException {
        String passage = "Firn is snow that has survived a whole summer without being turned into glacier ice yet";
        write("beir/corpus.jsonl", "{\"_id\":\"1\",\"text\":\"" + passage + "\"}\n");
        write("beir/queries.jsonl", "{\"_id\":\"a\",\"text\":\"what is firn\"}\n");
        write("beir/qrels.tsv", "a\t1\t1\n");
        String other = "The quick brown fox jumps over the lazy dog while nobody at all is looking at either of them";
        Path file = write(
                "lines.jsonl",
                line("snow", passage + ".") + line("fox", other) + line("fox", other + "!") + line("ice", "Cold."));
        EvaluationCollection set = EvaluationCollection.of("e", folder.resolve("beir"), "en");
        for (boolean dropped : new boolean[] {false, true}) {
            DatasetDefinition definition = new DatasetDefinition(
                    List.of(lines(JsonLines.Format.PAIR, SourceRules.USUAL, file)),
                    List.of(set),
                    new NearDuplicates(0.8, dropped, 100),
                    TOKENIZER,
                    "",
                    "");
            try (PreparedDataset dataset = prepare(definition)) {
                assertThat(dataset.sources().getFirst().size()).isEqualTo(dropped ? 2 : 4);
                Map<String, Long> source =
                        dataset.summary().sources().getFirst().dropped();
                if (dropped) {
                    assertThat(source).isEqualTo(Map.of("nearEvaluationText", 1L, "nearDuplicate", 1L));
                    assertThat(dataset.summary().found()).isEmpty();
                } else {
                    assertThat(source).isEmpty();
                    assertThat(dataset.summary().found())
                            .isEqualTo(Map.of("pairs.nearEvaluationText", 1L, "pairs.nearDuplicate", 1L));
                }
            }
        }
    }

    @Test
    void languageTagsAreThoseOfBcp47AndTwoLettersALanguage() throws IOException {
        assertThat(List.of("en", "pt_BR", "zh-Hans", "yue", "sr_Latn_RS")).allMatch(LanguageTags::isValid);
        assertThat(List.of("", "e", "qq", "english", "en_", "zh-Hans-Hans-Hans-x", "en us"))
                .noneMatch(LanguageTags::isValid);
        Path file = write("lines.jsonl", line("a", "b"));
        assertThat(faults(new JsonLines("s", List.of(file), "qq"))).containsExactly("qq is no language tag");
    }

    private static String line(String query, String document) {
        return "{\"query\":\"" + query + "\",\"document\":\"" + document + "\"}\n";
    }

    private static JsonLines lines(JsonLines.Format format, SourceRules rules, Path file) {
        return new JsonLines("s", format, List.of(file), "en", rules);
    }

    private static ParquetPairs parquetPairs(Path file, String query, String document) {
        return new ParquetPairs("p", List.of(file), null, query, document, null, "en", SourceRules.USUAL);
    }

    private ParquetTriples triples(String relevance) {
        return new ParquetTriples(
                "t",
                folder.resolve("q"),
                folder.resolve("d"),
                folder.resolve("l"),
                new ParquetTriples.Columns("query_id", "query_text", "document_id", "document_text"),
                relevance,
                1,
                "en",
                SourceRules.USUAL);
    }

    private static DatasetDefinition definition(NearDuplicates nearDuplicates, DataSource source) {
        return new DatasetDefinition(List.of(source), List.of(), nearDuplicates, TOKENIZER, "", "");
    }

    private PreparedDataset prepare(DatasetDefinition definition) throws IOException {
        return preparer.prepare(definition, Files.createTempDirectory(folder, "prepared"), PreparationProgress.none());
    }

    private List<String> pairs(DataSource source) throws IOException {
        try (PreparedDataset dataset = prepare(definition(null, source))) {
            return pairs(dataset, 0);
        }
    }

    private static List<String> pairs(PreparedDataset dataset, int source) {
        PairSource pairs = dataset.sources().get(source);
        return IntStream.range(0, pairs.size())
                .mapToObj(pair -> dataset.queries().text(pairs.query(pair)) + " > "
                        + dataset.documents().text(pairs.document(pair)))
                .toList();
    }

    private List<String> negatives(DataSource source) throws IOException {
        try (PreparedDataset dataset = prepare(definition(null, source))) {
            return negatives(dataset);
        }
    }

    /** Those of the first source. */
    private static List<String> negatives(PreparedDataset dataset) {
        return dataset.givenNegatives(dataset.sources().getFirst().name()).stream()
                .flatMap(given -> IntStream.range(0, given.size())
                        .mapToObj(i -> dataset.queries().text(given.query(i)) + " > "
                                + dataset.documents().text(given.document(i))
                                + (given.scored(i)
                                        ? " " + given.score(i) + " below " + given.lowestPositiveScore(i)
                                        : "")))
                .toList();
    }

    private List<String> faults(DataSource source) throws IOException {
        return preparer.inspect(definition(null, source)).faults().stream()
                .map(DataFault::message)
                .toList();
    }

    private Path write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private static void parquet(Path file, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet)");
        }
    }
}
