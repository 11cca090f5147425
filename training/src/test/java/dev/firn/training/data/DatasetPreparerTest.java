package dev.firn.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.github.luben.zstd.ZstdOutputStream;
import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.TokenTable;
import dev.firn.training.evaluation.EvaluationSet;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.tokenizer.TokenizerTrainer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetPreparerTest {
    private static final String HEADER = "query-id\tcorpus-id\tscore\n";
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
    void makesOneSourceALanguageAndReadsItsPairsBack() throws IOException {
        Path first = write("first.jsonl", """
                {"id":"1","source":"s","language":"de","query":"Katze","document":"Ein Tier, das miaut."}
                {"language":"en","query":"cat","document":"An animal that meows."}

                {"language":"en","query":"dog","document":"An animal that barks."}
                """);
        Path second = gzip("second.jsonl.gz", "{\"query\":\"pet\",\"document\":\"An animal that barks.\"}\n");
        try (PreparedDataset dataset =
                prepare("out", List.of(new JsonLines("animals", List.of(first, second), "en")))) {
            assertThat(dataset.sources())
                    .extracting(PairSource::name, PairSource::language, PairSource::size)
                    .containsExactly(tuple("animals/de", "de", 1), tuple("animals/en", "en", 3));
            assertThat(pairs(dataset, 1))
                    .containsExactly(
                            "cat > An animal that meows.",
                            "dog > An animal that barks.",
                            "pet > An animal that barks.");
            assertThat(dataset.documents().rows()).isEqualTo(3);
            assertThat(dataset.corpus().rows()).isEqualTo(7);
            assertThat(dataset.queries().language(0)).isEqualTo("de");
            assertThat(dataset.queries().texts(1, 3)).containsExactly("cat", "dog");
            assertThat(dataset.summary().corpus().characters())
                    .isEqualTo(IntStream.range(0, 7)
                            .map(row -> dataset.corpus().text(row).length())
                            .sum());
        }
    }

    @Test
    void tokensCarryThePrefixAndAreCutWithTheirClosingToken() throws IOException {
        Path file = write(
                "pairs.jsonl",
                "{\"query\":\"cat\",\"document\":\"" + "An animal that meows and barks. ".repeat(9) + "\"}\n");
        DatasetDefinition definition = new DatasetDefinition(
                List.of(new JsonLines("animals", List.of(file), "en")), List.of(), TOKENIZER, "query: ", "passage: ");
        try (PreparedDataset dataset = preparer.prepare(definition, folder.resolve("out"), PreparationProgress.none());
                Tokenizer tokenizer = Tokenizer.open(dataset.tokenizerFolder())) {
            assertThat(tokenizer.maximumLength()).isEqualTo(16);
            assertThat(row(dataset.queryTokens(), 0)).isEqualTo(tokenizer.encode("query: cat"));
            int[] document = row(dataset.documentTokens(), 0);
            assertThat(document).hasSize(16).endsWith(2);
            assertThat(document)
                    .isEqualTo(
                            tokenizer.encode("passage: " + dataset.documents().text(0)));
            assertThat(row(dataset.corpusTokens(), 0)).isEqualTo(tokenizer.encode("cat"));
            int[] cut = new int[6];
            dataset.documentTokens().copy(0, 5, cut, 1);
            assertThat(cut).containsExactly(0, document[0], document[1], document[2], document[3], 2);
            assertThat(dataset.summary().documents().full()).isPositive();
            assertThat(dataset.summary().tokenizer().definition()).isEqualTo(tokenizer.definition());
            assertThatThrownBy(() -> dataset.documentTokens().copy(0, 17, new int[17], 0))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void givesTheSameBytesForTheSameInputsWhereverTheyLie() throws IOException {
        Path set = beir("set", HEADER + "q1\td1\t1\n");
        Path moved = Files.createDirectories(folder.resolve("elsewhere"));
        for (String file : List.of("corpus.jsonl", "queries.jsonl", "qrels.tsv")) {
            Files.copy(set.resolve(file), moved.resolve(file));
        }
        Path pairs = write("pairs.jsonl", "{\"query\":\"cat\",\"document\":\"It meows.\"}\n");
        Path movedPairs = Files.copy(pairs, moved.resolve("other.jsonl"));
        prepare("one", List.of(new JsonLines("p", List.of(pairs), "en")), EvaluationCollection.of("s", set, "en"))
                .close();
        prepare(
                        "two",
                        List.of(new JsonLines("p", List.of(movedPairs), "en")),
                        EvaluationCollection.of("s", moved, "en"))
                .close();
        assertThat(contents("two")).isEqualTo(contents("one"));
        assertThat(contents("one").values().stream().map(String::valueOf).collect(Collectors.joining()))
                .doesNotContain(folder.getFileName().toString());
    }

    @Test
    void dropsAndCountsTrainingTextsOfTheEvaluationWhateverTheirCase() throws IOException {
        Path set = beir("set", HEADER + "q1\td1\t1\n");
        Path pairs = write("pairs.jsonl", """
                {"query":"What  meows?","document":"Something else."}
                {"query":"something","document":"a CAT meows."}
                {"query":"cat","document":"It meows."}
                {"query":"cat","document":"It meows."}
                {"query":"same","document":"Same"}
                """);
        try (PreparedDataset dataset = prepare(
                "out", List.of(new JsonLines("p", List.of(pairs), "en")), EvaluationCollection.of("s", set, "en"))) {
            assertThat(pairs(dataset, 0)).containsExactly("cat > It meows.");
            assertThat(dataset.summary().sources().getFirst().dropped())
                    .isEqualTo(Map.of("evaluationText", 2L, "duplicate", 1L, "identical", 1L));
            assertThat(dataset.corpus().texts(0, dataset.corpus().rows())).containsExactly("cat", "It meows.");
        }
    }

    @Test
    void mergesEqualPassagesAndQueriesOfAnEvaluationSetWithAllTheirJudgements() throws IOException {
        Path set = Files.createDirectories(folder.resolve("set"));
        Files.writeString(set.resolve("corpus.jsonl"), """
                {"_id":"d1","title":"Cats","text":"They meow."}
                {"_id":"d2","text":"Cats They meow."}
                {"_id":"d3","text":"Dogs bark."}
                """);
        Files.writeString(set.resolve("queries.jsonl"), """
                {"_id":"q1","text":"What meows?"}
                {"_id":"q2","text":"What meows?"}
                {"_id":"q3","text":"What barks?"}
                {"_id":"q4","text":"Who asks?"}
                """);
        Files.writeString(set.resolve("qrels.tsv"), HEADER + "q1\td1\t1\nq2\td2\t2\nq2\td3\t0\nq3\td3\t1\n");
        Path pairs = write("pairs.jsonl", "{\"query\":\"cat\",\"document\":\"It meows.\"}\n");
        try (PreparedDataset dataset = prepare(
                "out", List.of(new JsonLines("p", List.of(pairs), "en")), EvaluationCollection.of("s", set, "en"))) {
            EvaluationFolder prepared = dataset.evaluations().getFirst();
            List<EvaluationText> documents = new ArrayList<>();
            prepared.documents(documents::add);
            assertThat(documents)
                    .containsExactly(
                            new EvaluationText("d1", "Cats They meow."), new EvaluationText("d3", "Dogs bark."));
            assertThat(prepared.queries())
                    .containsExactly(new EvaluationText("q1", "What meows?"), new EvaluationText("q3", "What barks?"));
            assertThat(prepared.judgements()).isEqualTo(Map.of("q1", Map.of("d1", 2, "d3", 0), "q3", Map.of("d3", 1)));
            assertThat(prepared.kind()).isEqualTo(EvaluationKind.OWN);
            assertThat(dataset.summary().evaluations().getFirst().dropped())
                    .isEqualTo(Map.of("sameDocument", 1L, "sameQuery", 1L, "queryWithoutJudgement", 1L));
        }
    }

    @Test
    void aCorpusOfAnotherFolderMakesACrossLingualSetAndSharesItsDocuments() throws IOException {
        Path english = beir("en", HEADER + "q1\td1\t1\n");
        Path german = Files.createDirectories(folder.resolve("de"));
        Files.writeString(german.resolve("queries.jsonl"), "{\"_id\":\"q1\",\"text\":\"Was miaut?\"}\n");
        Files.createDirectories(german.resolve("qrels"));
        Files.writeString(german.resolve("qrels/test.tsv"), HEADER + "q1\td1\t1\nq1\td9\t1\n");
        Path pairs = write("pairs.jsonl", "{\"query\":\"cat\",\"document\":\"It meows.\"}\n");
        try (PreparedDataset dataset = prepare(
                "out",
                List.of(new JsonLines("p", List.of(pairs), "en")),
                EvaluationCollection.of("en", english, "en"),
                new EvaluationCollection("de→en", german, english, null, null, "de", "en"))) {
            assertThat(dataset.evaluations().get(1).kind()).isEqualTo(EvaluationKind.CROSS);
            assertThat(dataset.summary().evaluations().get(1).dropped())
                    .isEqualTo(Map.of("judgementOfUnknownDocument", 1L));
            List<EvaluationSet> sets = EvaluationSets.load(dataset.evaluations());
            assertThat(sets.get(1).corpus()).isSameAs(sets.get(0).corpus());
            assertThat(sets.get(1).queries().texts()).containsExactly("Was miaut?");
            assertThat(sets.get(1).name()).isEqualTo("de→en");
        }
    }

    @Test
    void evaluationSetsMayLieInTrecsAndMiraclsLayouts() throws IOException {
        Path trec = Files.createDirectories(folder.resolve("trec/corpus"));
        Files.writeString(trec.resolve("a.trec"), "<DOC><DOCNO>FT-1</DOCNO><TEXT>A cat meows.</TEXT></DOC>\n");
        try (OutputStream packed = new ZstdOutputStream(Files.newOutputStream(trec.resolve("b.tsv.zst")))) {
            packed.write("FT-2\tA dog barks.\n".getBytes(StandardCharsets.UTF_8));
        }
        write("trec/topics.txt", "<top><num> Number: 301 <title> What meows?\n</top>\n");
        gzip("trec/qrels.txt.gz", "301 0 FT-1 1\n301 0 FT-2 0\n");
        for (String language : List.of("de", "sw")) {
            Path set = Files.createDirectories(folder.resolve("miracl/miracl-v1.0-" + language + "/topics"));
            Files.createDirectories(set.resolveSibling("qrels"));
            Files.createDirectories(folder.resolve("miracl/miracl-corpus-v1.0-" + language));
            String end = "miracl-v1.0-" + language + "-dev.tsv";
            Files.writeString(set.resolve("topics." + end), "1\tquestion " + language + "\n");
            Files.writeString(set.resolveSibling("qrels").resolve("qrels." + end), "1\tQ0\t7#0\t1\n");
            gzip(
                    "miracl/miracl-corpus-v1.0-" + language + "/docs-0.jsonl.gz",
                    "{\"docid\":\"7#0\",\"title\":\"Answer\",\"text\":\"" + language + "\"}\n");
        }
        Path pairs = write("pairs.jsonl", """
                {"query":"cat","document":"It meows."}
                {"query":"dog","document":"A dog barks."}
                {"query":"question sw","document":"It asks."}
                """);
        List<DataSource> sources = List.of(new JsonLines("p", List.of(pairs), "en"));
        try (PreparedDataset dataset = prepare(
                "out",
                sources,
                EvaluationCollection.of("trec", folder.resolve("trec"), "en"),
                EvaluationCollection.of("sw", folder.resolve("miracl"), "sw"))) {
            EvaluationFolder robust = dataset.evaluations().getFirst();
            List<EvaluationText> documents = new ArrayList<>();
            robust.documents(documents::add);
            assertThat(documents)
                    .containsExactly(
                            new EvaluationText("FT-1", "A cat meows."), new EvaluationText("FT-2", "A dog barks."));
            assertThat(robust.queries()).containsExactly(new EvaluationText("301", "What meows?"));
            assertThat(robust.judgements()).isEqualTo(Map.of("301", Map.of("FT-1", 1, "FT-2", 0)));
            EvaluationFolder swahili = dataset.evaluations().getLast();
            assertThat(swahili.queries()).containsExactly(new EvaluationText("1", "question sw"));
            assertThat(swahili.judgements()).isEqualTo(Map.of("1", Map.of("7#0", 1)));
            // What is for evaluation is kept out of training
            assertThat(pairs(dataset, 0)).containsExactly("cat > It meows.");
        }
        assertThat(preparer.inspect(definition(
                                sources,
                                EvaluationCollection.of("fi", folder.resolve("miracl"), "fi"),
                                EvaluationCollection.of("none", folder.resolve("miracl/miracl-v1.0-de/topics"), "de"),
                                new EvaluationCollection(
                                        "test",
                                        folder.resolve("miracl"),
                                        null,
                                        CollectionLayout.MIRACL,
                                        "test",
                                        "de",
                                        "de")))
                        .faults())
                .extracting(fault -> fault.index() + " " + fault.pointer() + " "
                        + fault.message().replace(folder + "/", ""))
                .containsExactly(
                        "0 /folder miracl: has no set of the language fi",
                        "1 /folder miracl/miracl-v1.0-de/topics: is in none of the layouts beir, trec, miracl",
                        "2 /folder miracl/miracl-v1.0-de/topics/topics.miracl-v1.0-de-test.tsv: there is no such file",
                        "2 /folder miracl/miracl-v1.0-de/qrels/qrels.miracl-v1.0-de-test.tsv: there is no such file");
    }

    @Test
    void tellsEveryFaultAtOnceWithFileLineAndField() throws IOException {
        Path broken = write("broken.jsonl", """
                {"query":"cat","document":"It meows."}
                {"query":"cat","document":
                ["cat"]
                {"query":"cat"}
                {"query":"","document":"x"}
                {"query":1,"document":"x"}
                {"language":"no language","query":"cat","document":"It meows."}
                {"query":"cat","document":"It meows."} {}
                """);
        Path set = beir("set", "q1\td7\t1\nq1 d1\nq1\td1\tmuch\nq8\td1\t1\n");
        Path empty = beir("empty", HEADER);
        DatasetDefinition definition = new DatasetDefinition(
                List.of(
                        new JsonLines("a", List.of(broken), "en"),
                        new JsonLines("b", List.of(broken, folder.resolve("missing.jsonl")), "en"),
                        new JsonLines("c", List.of(write("none.jsonl", "\n")), "en"),
                        MessageCatalogue.of("d", "org.example:words:1", "x_{language}", List.of("en"), List.of()),
                        new JsonLines("a", List.of(write("ok.jsonl", "{\"query\":\"a\",\"document\":\"b\"}")), null)),
                List.of(
                        EvaluationCollection.of("s", set, "en"),
                        EvaluationCollection.of("e", empty, "en"),
                        EvaluationCollection.of("m", folder.resolve("nowhere"), "en")),
                new TokenizerDefinition.Existing(folder.resolve("tokenizer"), 16, 0, false),
                "",
                "");
        DataInspection inspection = preparer.inspect(definition);
        assertThat(inspection.sound()).isFalse();
        assertThat(inspection.faults().stream()
                        .map(fault -> fault.section() + " " + fault.index() + " " + fault.pointer() + " "
                                + fault.message().replace(folder + "/", "")))
                .anySatisfy(fault -> assertThat(fault)
                        .startsWith("SOURCES 0 /files/0 broken.jsonl:2: is no JSON: Unexpected end-of-input"))
                .contains(
                        "SOURCES 0 /files/0 broken.jsonl:3: is no JSON object",
                        "SOURCES 0 /files/0 broken.jsonl:4: lacks the field \"document\"",
                        "SOURCES 0 /files/0 broken.jsonl:5: the field \"query\" is empty",
                        "SOURCES 0 /files/0 broken.jsonl:6: the field \"query\" is no string",
                        "SOURCES 0 /files/0 broken.jsonl:7: the field \"language\" is no language tag: \"no language\"",
                        "SOURCES 1 /files/1 missing.jsonl: there is no such file",
                        "SOURCES 2  c gives no pairs",
                        "SOURCES 4 /name another source is also named a",
                        "SOURCES 4 /files/0 ok.jsonl:1: lacks the field \"language\", and the source names no language",
                        "EVALUATIONS 0 /folder set/qrels.tsv:1: there is no document d7",
                        "EVALUATIONS 0 /folder set/qrels.tsv:2: has 2 fields, not query-id, corpus-id and score between"
                                + " tabs",
                        "EVALUATIONS 0 /folder set/qrels.tsv:3: the relevance is no whole number: much",
                        "EVALUATIONS 0 /folder set/qrels.tsv:4: there is no query q8",
                        "EVALUATIONS 1 /folder empty/qrels.tsv: the evaluation set is empty: no query has a judgement",
                        "EVALUATIONS 2 /folder nowhere: there is no such folder",
                        "TOKENIZER 0 /folder there is no file tokenizer/tokenizer.json")
                .anyMatch(fault -> fault.startsWith("SOURCES 0 /files/0 broken.jsonl:8: is no JSON: "))
                .anyMatch(fault -> fault.startsWith("SOURCES 3 /artifact org.example:words:1 is not on this machine"));
        assertThatThrownBy(() -> preparer.prepare(definition, folder.resolve("out"), PreparationProgress.none()))
                .isInstanceOf(DataFaultException.class);
    }

    @Test
    void tellsTwentyFaultsOfAFileAndCountsTheRest() throws IOException {
        Path broken = write("broken.jsonl", "{\n".repeat(25) + "{\"query\":\"a\",\"document\":\"b\"}\n");
        DataInspection inspection = preparer.inspect(definition(List.of(new JsonLines("a", List.of(broken), "en"))));
        assertThat(inspection.faults()).hasSize(21);
        assertThat(inspection.faults().getLast().message()).endsWith("broken.jsonl: and 5 more faults");
    }

    @Test
    void tellsWhereACompressedFileIsDamagedAndWhatIsNoUtf8() throws IOException {
        Path whole = gzip("whole.jsonl.gz", "{\"query\":\"a\",\"document\":\"b\"}\n".repeat(2000));
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = folder.resolve("cut.jsonl.gz");
        Files.write(cut, Arrays.copyOf(bytes, bytes.length - 12));
        Path plain = Files.writeString(folder.resolve("plain.jsonl.gz"), "no gzip");
        Path latin = folder.resolve("latin.jsonl");
        Files.write(latin, "{\"query\":\"é\",\"document\":\"b\"}\n".getBytes(StandardCharsets.ISO_8859_1));
        DataInspection inspection =
                preparer.inspect(definition(List.of(new JsonLines("a", List.of(cut, plain, latin), "en"))));
        assertThat(inspection.faults())
                .extracting(DataFault::pointer)
                .containsExactly("/files/0", "/files/1", "/files/2");
        assertThat(inspection.faults().get(0).message())
                .contains("cut.jsonl.gz:")
                .contains("too early");
        assertThat(inspection.faults().get(1).message()).contains("plain.jsonl.gz: cannot be read");
        assertThat(inspection.faults().get(2).message()).contains("latin.jsonl:1: is no JSON: Invalid UTF-8");
    }

    @Test
    void anInspectionCountsWhatPreparingGives() throws IOException {
        Path set = beir("set", HEADER + "q1\td1\t1\n");
        Path pairs = write("pairs.jsonl", """
                {"query":"cat","document":"It meows."}
                {"query":"cat","document":"It meows."}
                {"language":"de","query":"Katze","document":"Sie miaut."}
                """);
        DatasetDefinition definition =
                definition(List.of(new JsonLines("p", List.of(pairs), "en")), EvaluationCollection.of("s", set, "en"));
        DataInspection inspection = preparer.inspect(definition);
        assertThat(inspection.sound()).isTrue();
        assertThat(inspection.sources())
                .containsExactly(
                        new DataInspection.SourceCount("p/de", "de", 1),
                        new DataInspection.SourceCount("p/en", "en", 1));
        assertThat(inspection.evaluations())
                .containsExactly(new DataInspection.EvaluationCount("s", EvaluationKind.OWN, "en", "en", 1, 2));
        try (PreparedDataset dataset =
                preparer.prepare(definition, folder.resolve("out"), PreparationProgress.none())) {
            assertThat(dataset.summary().inputDigest()).isEqualTo(inspection.inputDigest());
        }
        Files.writeString(pairs, "{\"query\":\"cat\",\"document\":\"It meows!\"}\n");
        assertThat(preparer.inspect(definition).inputDigest()).isNotEqualTo(inspection.inputDigest());
    }

    @Test
    void takesAnExistingTokeniserUnlessTheWeightsHaveTooFewRows() throws IOException {
        Path tokenizer = folder.resolve("tokenizer");
        new TokenizerTrainer(400, 512)
                .train(List.of("a cat meows", "a dog barks").iterator(), tokenizer);
        Path pairs = write("pairs.jsonl", "{\"query\":\"cat\",\"document\":\"It meows.\"}\n");
        List<DataSource> sources = List.of(new JsonLines("p", List.of(pairs), "en"));
        DatasetDefinition tooFew = new DatasetDefinition(
                sources, List.of(), new TokenizerDefinition.Existing(tokenizer, 32, 100, false), "", "");
        assertThat(preparer.inspect(tooFew).faults()).singleElement().satisfies(fault -> {
            assertThat(fault.section()).isEqualTo(DataFault.Section.TOKENIZER);
            assertThat(fault.message()).endsWith("ids, the weights have 100");
        });
        DatasetDefinition fits = new DatasetDefinition(
                sources, List.of(), new TokenizerDefinition.Existing(tokenizer, 32, 0, false), "", "");
        try (PreparedDataset dataset = preparer.prepare(fits, folder.resolve("out"), PreparationProgress.none())) {
            assertThat(dataset.tokenizerFolder().resolve("tokenizer.json"))
                    .hasSameBinaryContentAs(tokenizer.resolve("tokenizer.json"));
            assertThat(dataset.summary().tokenizer().maximumLength()).isEqualTo(32);
        }
    }

    @Test
    void aPrunedTokeniserGivesTheSamePiecesAndSaysWhichRowsTheyHad() throws IOException {
        Path tokenizer = folder.resolve("tokenizer");
        new TokenizerTrainer(400, 512)
                .train(
                        List.of("a cat meows loudly", "a dog barks", "ein Vogel singt")
                                .iterator(),
                        tokenizer);
        // The second document is cut; its end counts among the texts all the same
        Path pairs = write(
                "pairs.jsonl",
                "{\"query\":\"cat\",\"document\":\"It meows.\"}\n{\"query\":\"dog\",\"document\":\"a dog barks and a cat meows loudly\"}\n");
        List<DataSource> sources = List.of(new JsonLines("p", List.of(pairs), "en"));
        DatasetDefinition definition = new DatasetDefinition(
                sources, List.of(), new TokenizerDefinition.Existing(tokenizer, 8, 0, true), "query: ", "");
        try (PreparedDataset dataset = preparer.prepare(definition, folder.resolve("out"), PreparationProgress.none());
                Tokenizer whole = Tokenizer.open(tokenizer, 8);
                Tokenizer pruned = Tokenizer.open(dataset.tokenizerFolder())) {
            int[] rows = dataset.vocabularyRows().orElseThrow();
            assertThat(pruned.vocabularySize()).isEqualTo(rows.length).isLessThan(whole.vocabularySize());
            assertThat(dataset.summary().tokenizer().definition()).isEqualTo(pruned.definition());
            assertThat(dataset.summary().documents().full()).isPositive();
            for (int i = 0; i < dataset.documents().rows(); i++) {
                String text = dataset.documents().text(i);
                assertThat(row(dataset.documentTokens(), i)).as(text).containsExactly(pruned.encode(text));
                assertThat(Arrays.stream(row(dataset.documentTokens(), i))
                                .map(id -> rows[id])
                                .boxed())
                        .containsExactly(
                                Arrays.stream(whole.encode(text)).boxed().toArray(Integer[]::new));
            }
            assertThat(row(dataset.queryTokens(), 0))
                    .containsExactly(pruned.encode("query: " + dataset.queries().text(0)));
            assertThat(dataset.tokenizerFolder().toFile().list())
                    .containsExactlyInAnyOrder(Tokenizer.FILE, Tokenizer.CONFIG_FILE, Tokenizer.SPECIAL_TOKENS_FILE);
        }
        Map<String, String> first = contents("out");
        preparer.prepare(definition, folder.resolve("again"), PreparationProgress.none())
                .close();
        assertThat(contents("again")).isEqualTo(first);
    }

    @Test
    void stopsWhenTheListenerSaysSo() throws IOException {
        Path pairs = write("pairs.jsonl", "{\"query\":\"cat\",\"document\":\"It meows.\"}\n");
        DatasetDefinition definition = definition(List.of(new JsonLines("p", List.of(pairs), "en")));
        assertThatThrownBy(() -> preparer.prepare(definition, folder.resolve("out"), (phase, done, total) -> {
                    throw new IllegalStateException("stopped in " + phase);
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("stopped in tokeniser");
        assertThatThrownBy(() -> preparer.prepare(definition, folder.resolve("out"), PreparationProgress.none()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not empty");
    }

    @Test
    void findsEveryOneOfManyDigests() {
        DigestIndex index = new DigestIndex();
        for (int i = 0; i < 10_000; i++) {
            assertThat(index.add(TextDigest.of("text " + i))).isEqualTo(DigestIndex.ABSENT);
        }
        for (int i = 0; i < 10_000; i++) {
            assertThat(index.find(TextDigest.of("text " + i))).isEqualTo(i);
        }
        assertThat(index.add(TextDigest.of("text 77"))).isEqualTo(77);
        assertThat(index.contains(TextDigest.of("another"))).isFalse();
        assertThat(index.size()).isEqualTo(10_000);
    }

    private PreparedDataset prepare(String name, List<DataSource> sources, EvaluationCollection... evaluations)
            throws IOException {
        return preparer.prepare(definition(sources, evaluations), folder.resolve(name), PreparationProgress.none());
    }

    private static DatasetDefinition definition(List<DataSource> sources, EvaluationCollection... evaluations) {
        return new DatasetDefinition(sources, List.of(evaluations), TOKENIZER, "query: ", "");
    }

    private Path beir(String name, String judgements) throws IOException {
        Path set = Files.createDirectories(folder.resolve(name));
        Files.writeString(set.resolve("corpus.jsonl"), """
                {"_id":"d1","text":"A cat meows."}
                {"_id":"d2","text":"A dog barks."}
                """);
        Files.writeString(set.resolve("queries.jsonl"), "{\"_id\":\"q1\",\"text\":\"What meows?\"}\n");
        Files.writeString(set.resolve("qrels.tsv"), judgements);
        return set;
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private Path gzip(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        try (OutputStream stream = new GZIPOutputStream(Files.newOutputStream(file))) {
            stream.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    private static List<String> pairs(PreparedDataset dataset, int source) {
        PairSource pairs = dataset.sources().get(source);
        return IntStream.range(0, pairs.size())
                .mapToObj(pair -> dataset.queries().text(pairs.query(pair)) + " > "
                        + dataset.documents().text(pairs.document(pair)))
                .toList();
    }

    private static int[] row(TokenTable table, int row) {
        int[] tokens = new int[table.length(row)];
        table.copy(row, tokens.length, tokens, 0);
        return tokens;
    }

    private Map<String, String> contents(String name) throws IOException {
        Path root = folder.resolve(name);
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .collect(Collectors.toMap(file -> root.relativize(file).toString(), DatasetPreparerTest::content));
        }
    }

    private static String content(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
