package dev.firn.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import dev.firn.training.evaluation.EvaluationSet;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

final class RetrievalCollectionTest {
    private static final String CORPUS = """
            {"_id":"d1","title":"Firn","text":"Old snow."}
            {"_id":"d2","title":"","text":"Old snow."}
            {"_id":"d3","text":"Ice."}
            """;
    private static final String QUERIES = """
            {"_id":"q1","text":"snow"}
            {"_id":"q2","text":"nothing asked"}
            """;
    private static final String JUDGEMENTS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td3\t0\n";

    @TempDir
    private Path folder;

    private int scratches;

    @Test
    void readsBeirsLayoutWithoutMergingOrDroppingDocuments() throws IOException {
        beir(CORPUS, QUERIES, JUDGEMENTS);
        try (RetrievalCollection collection = read(selection(BadRecords.REFUSED))) {
            EvaluationSet set = collection.sets().getFirst();
            assertThat(set.name()).isEqualTo("snow");
            assertThat(set.corpus().ids()).containsExactly("d1", "d2", "d3");
            assertThat(set.corpus().texts()).containsExactly("Firn Old snow.", "Old snow.", "Ice.");
            assertThat(set.queries().ids()).containsExactly("q1");
            assertThat(set.qrels().of("q1")).isEqualTo(Map.of("d1", 2, "d3", 0));
            assertThat(collection.notes())
                    .containsExactly("snow: 1 of 2 queries have no judgement and are not searched");
        }
    }

    @Test
    void readsTrecsLayout() throws IOException {
        write("topics.txt", """
                <top>
                <num> Number: 301
                <title> International snow &amp; ice
                <desc> Description:
                What is firn?
                </top>
                <top><num> C302 </num><EN-title> Glaciers </EN-title></top>
                """);
        write("qrels/robust.txt", "301 0 FT-1 1\n301 0 FT-2 0\nC302 0 FT-2 1\n");
        write("corpus/a.trec", """
                <DOC>
                <DOCNO> FT-1 </DOCNO>
                <DATE>920101</DATE>
                <HEADLINE>Snow</HEADLINE>
                <TEXT><P>Firn is
                old.</P></TEXT>
                </DOC><DOC><DOCNO>FT-2</DOCNO>Only this</DOC>
                """);
        write("corpus/b.tsv", "FT-3\tThe third\n");
        try (RetrievalCollection collection = read(selection(BadRecords.REFUSED))) {
            EvaluationSet set = collection.sets().getFirst();
            assertThat(set.queries().ids()).containsExactly("301", "C302");
            assertThat(set.queries().texts()).containsExactly("International snow & ice", "Glaciers");
            assertThat(set.corpus().ids()).containsExactly("FT-1", "FT-2", "FT-3");
            assertThat(set.corpus().texts()).containsExactly("Snow Firn is old.", "Only this", "The third");
            assertThat(set.qrels().of("C302")).isEqualTo(Map.of("FT-2", 1));
        }
    }

    @Test
    void readsMiraclsLayoutOfCompressedShardsLanguageByLanguage() throws IOException {
        for (String language : List.of("de", "fi")) {
            String set = "miracl/miracl-v1.0-" + language;
            write(set + "/topics/topics.miracl-v1.0-" + language + "-dev.tsv", "1\tfrage " + language + "\n");
            write(set + "/qrels/qrels.miracl-v1.0-" + language + "-dev.tsv", "1\tQ0\t7#0\t1\n1\tQ0\t8#0\t0\n");
        }
        compressed("miracl-corpus-v1.0-de/docs-0.jsonl.zst", "{\"docid\":\"7#0\",\"title\":\"A\",\"text\":\"b\"}\n");
        compressed("miracl-corpus-v1.0-de/docs-1.jsonl.xz", "{\"docid\":\"8#0\",\"title\":\"C\",\"text\":\"d\"}\n");
        write("miracl-corpus-v1.0-fi/docs-0.jsonl", """
                {"docid":"7#0","title":"E","text":"f"}
                {"docid":"8#0","title":"G","text":"h"}
                """);
        try (RetrievalCollection collection = read(selection(BadRecords.REFUSED))) {
            assertThat(collection.sets()).extracting(EvaluationSet::name).containsExactly("snow/de", "snow/fi");
            assertThat(collection.sets())
                    .extracting(set -> set.corpus().language())
                    .containsExactly("de", "fi");
            assertThat(collection.sets().getFirst().corpus().texts()).containsExactly("A b", "C d");
            assertThat(collection.sets().getFirst().qrels().of("1")).isEqualTo(Map.of("7#0", 1, "8#0", 0));
        }
        RetrievalCollection.Selection german = new RetrievalCollection.Selection(
                "snow", null, "en", null, List.of("de"), "", false, BadRecords.REFUSED);
        try (RetrievalCollection collection = read(german)) {
            assertThat(collection.sets()).extracting(EvaluationSet::name).containsExactly("snow/de");
        }
    }

    @Test
    void everythingWrongIsNamedWithFileAndLine() throws IOException {
        beir(
                CORPUS + "{\"_id\":\"d1\",\"text\":\"Again.\"}\nno json\n",
                QUERIES + "{\"_id\":\"q3\"}\n",
                "query-id\tcorpus-id\tscore\nq1\td1\n");
        assertThat(faults())
                .satisfiesExactly(
                        fault -> assertThat(fault).endsWith("corpus.jsonl:4: the id d1 is taken by an earlier record"),
                        fault -> assertThat(fault).contains("corpus.jsonl:5: is no JSON: "),
                        fault -> assertThat(fault).endsWith("queries.jsonl:3: lacks a field \"text\" that is a string"),
                        fault -> assertThat(fault)
                                .contains("test.tsv:2: has ", " fields, not query-id, corpus-id and score"));
        beir(CORPUS, QUERIES, JUDGEMENTS + "q1\td9\t1\nq9\td1\t1\nq1\td1\t1\nq1\td2\tx\n");
        assertThat(faults())
                .satisfiesExactly(
                        fault -> assertThat(fault).endsWith("test.tsv:4: there is no document d9"),
                        fault -> assertThat(fault).endsWith("test.tsv:5: there is no query q9"),
                        fault -> assertThat(fault)
                                .endsWith("test.tsv:6: the document d1 is judged twice for the query q1"),
                        fault -> assertThat(fault).endsWith("test.tsv:7: the relevance is no whole number: x"));
        beir(CORPUS, QUERIES, "query-id\tcorpus-id\tscore\n");
        assertThat(faults()).singleElement().asString().endsWith("test.tsv: no query has a judgement");
    }

    @Test
    void badRecordsAreLeftOutAndNamedUpToALimit() throws IOException {
        beir(CORPUS + "no json\n", QUERIES, JUDGEMENTS + "q1\td9\t1\n");
        try (RetrievalCollection collection = read(selection(BadRecords.skippedUpTo(2)))) {
            assertThat(collection.sets().getFirst().corpus().ids()).hasSize(3);
            assertThat(collection.notes().getLast())
                    .startsWith("2 bad records are left out: ")
                    .contains("corpus.jsonl:4: is no JSON", "test.tsv:4: there is no document d9");
        }
        assertThatThrownBy(() -> read(selection(BadRecords.skippedUpTo(1))))
                .isInstanceOf(DataFaultException.class)
                .hasMessageContaining("more than 1 bad records, which is the limit")
                .hasMessageContaining("corpus.jsonl:4: is no JSON");
    }

    @Test
    void refusesFoldersOfNoKnownLayout() throws IOException {
        write("readme", "nothing");
        assertThat(faults()).singleElement().asString().contains("has neither BEIR's corpus.jsonl");
        write("corpus.jsonl", CORPUS);
        assertThat(faults())
                .satisfiesExactly(
                        fault -> assertThat(fault).endsWith("queries.jsonl: there is no such file"),
                        fault -> assertThat(fault).endsWith("test.tsv: there is no such file"));
        write("corpus.jsonl", "");
        Files.write(
                folder.resolve("data/queries.jsonl"), "{\"_id\":\"q\u00e9\"}\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(faults().getFirst()).contains("queries.jsonl:1: is no JSON: Invalid UTF-8");
    }

    @Test
    void namedCollectionsSayWhatIsReadForEachTask() throws IOException {
        CollectionDefinition mteb = CollectionDefinition.named("mteb-r").orElseThrow();
        assertThat(mteb.tasks().stream()
                        .map(task -> task.group() == null ? task.name() : task.group())
                        .distinct())
                .hasSize(15);
        for (CollectionDefinition.Task task : mteb.tasks()) {
            RetrievalCollection.Selection selection = mteb.selection(task, BadRecords.REFUSED);
            assertThat(selection.split()).isEqualTo(task.name().equals("MSMARCO") ? "dev" : "test");
            assertThat(selection.ignoreIdenticalIds()).isTrue();
            assertThat(selection.layout()).isEqualTo(CollectionLayout.BEIR);
        }
        assertThat(CollectionDefinition.named("miracl")
                        .orElseThrow()
                        .tasks()
                        .getFirst()
                        .languages())
                .hasSize(18);
        assertThat(CollectionDefinition.named("clef").orElseThrow().tasks())
                .extracting(CollectionDefinition.Task::language)
                .containsExactly("en", "fr", "de", "es", "it");
        assertThat(CollectionDefinition.named("other")).isEmpty();
    }

    @Test
    void aCollectionOfOnesOwnIsReadFromAFileOrRefused() throws IOException {
        write("own.json", """
                {"name":"own","split":"dev","tasks":[{"name":"a","folder":"x","queryPrompt":"Find: ","language":"de"}]}
                """);
        CollectionDefinition own = CollectionDefinition.read(folder.resolve("data/own.json"));
        RetrievalCollection.Selection selection = own.selection(own.tasks().getFirst(), BadRecords.REFUSED);
        assertThat(selection.queryPrompt()).isEqualTo("Find: ");
        assertThat(selection.language()).isEqualTo("de");
        assertThat(selection.split()).isEqualTo("dev");
        for (String wrong : List.of("{\"name\":\"own\",\"tasks\":[]}", "{\"nome\":1}", "[", "{\"tasks\":[]}")) {
            write("own.json", wrong);
            assertThatThrownBy(() -> CollectionDefinition.read(folder.resolve("data/own.json")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("own.json: ");
        }
    }

    private List<String> faults() {
        try {
            read(selection(BadRecords.REFUSED)).close();
            return List.of();
        } catch (DataFaultException e) {
            return e.faults().stream().map(DataFault::message).collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RetrievalCollection.Selection selection(BadRecords badRecords) {
        return new RetrievalCollection.Selection("snow", null, "en", null, List.of(), "", false, badRecords);
    }

    private RetrievalCollection read(RetrievalCollection.Selection selection) throws IOException {
        return RetrievalCollection.read(
                folder.resolve("data"), selection, Files.createDirectory(folder.resolve("scratch" + scratches++)));
    }

    private void beir(String corpus, String queries, String judgements) throws IOException {
        write("corpus.jsonl", corpus);
        write("queries.jsonl", queries);
        write("qrels/test.tsv", judgements);
    }

    private void write(String name, String content) throws IOException {
        Path file = folder.resolve("data").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private void compressed(String name, String content) throws IOException {
        Path file = folder.resolve("data").resolve(name);
        Files.createDirectories(file.getParent());
        try (OutputStream target = Files.newOutputStream(file);
                OutputStream packed = name.endsWith(".xz")
                        ? new XZOutputStream(target, new LZMA2Options())
                        : new ZstdOutputStream(target)) {
            packed.write(content.getBytes(StandardCharsets.UTF_8));
        }
    }
}
