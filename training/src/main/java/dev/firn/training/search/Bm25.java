package dev.firn.training.search;

import static java.util.Objects.requireNonNull;

import dev.firn.training.measure.RankingOrder;
import dev.firn.training.measure.ScoredDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * BM25 by Lucene, with k1 0.9 and b 0.4: the line that a dense model has to beat. A query is the bag of its terms. Documents with
 * equal scores come in trec_eval's order, also where the depth cuts.
 *
 * <p>Documents and queries are analysed with Lucene's analyser of the documents' language: ar {@code ArabicAnalyzer}, bn {@code
 * BengaliAnalyzer}, ca {@code CatalanAnalyzer}, cs {@code CzechAnalyzer}, da {@code DanishAnalyzer}, de {@code GermanAnalyzer}, el
 * {@code GreekAnalyzer}, en {@code EnglishAnalyzer}, es {@code SpanishAnalyzer}, fa {@code PersianAnalyzer}, fi {@code
 * FinnishAnalyzer}, fr {@code FrenchAnalyzer}, hi {@code HindiAnalyzer}, hu {@code HungarianAnalyzer}, id {@code
 * IndonesianAnalyzer}, it {@code ItalianAnalyzer}, ja {@code JapaneseAnalyzer} (kuromoji), ko {@code KoreanAnalyzer} (nori), nl
 * {@code DutchAnalyzer}, no and nb {@code NorwegianAnalyzer}, pl {@code PolishAnalyzer} (stempel), pt and pt_BR {@code
 * PortugueseAnalyzer}, ro {@code RomanianAnalyzer}, ru {@code RussianAnalyzer}, sv {@code SwedishAnalyzer}, te {@code
 * TeluguAnalyzer}, th {@code ThaiAnalyzer}, tr {@code TurkishAnalyzer}, zh, zh_Hans and zh_Hant {@code SmartChineseAnalyzer} (made
 * for simplified characters); every other language {@code StandardAnalyzer}. Each with its own stop words.
 *
 * <p>So it is stronger than a BM25 over plain words with the same k1 and b. On help pages with titles as queries, nDCG@10 of words as
 * they stand (lower case, {@code \w+}) is .43 in English and .44 in French; of stems, all else alike, .52 and .49. Stop words are
 * worth less than .004 there, and k1 1.2 with b 0.75 less than .025. Japanese, which has no spaces, is .19 by such words, .54 by single
 * characters or pairs of them, and .55 by kuromoji's words. A language that has the {@code StandardAnalyzer} is not stemmed.
 *
 * <p>Limit: of a query with more than 1,024 different terms the first 1,024 are used.
 */
public final class Bm25 implements AutoCloseable {
    private static final float K1 = 0.9f;
    private static final float B = 0.4f;
    private static final int MOST_TERMS = 1024;
    private static final String FIELD = "text";

    private final Directory directory;
    private final Analyzer analyzer;
    private final DirectoryReader reader;
    private final IndexSearcher searcher;
    private final List<String> ids;

    private Bm25(Directory directory, Analyzer analyzer, DirectoryReader reader, List<String> ids) {
        this.directory = directory;
        this.analyzer = analyzer;
        this.reader = reader;
        this.searcher = new IndexSearcher(reader);
        this.searcher.setSimilarity(new BM25Similarity(K1, B));
        this.searcher.setQueryCache(null);
        this.ids = ids;
    }

    /**
     * Indexes documents.
     *
     * @param folder an empty folder for the index, which the caller deletes after {@link #close}
     * @param language of the documents
     * @param ids one a text, all different
     */
    public static Bm25 index(Path folder, String language, List<String> ids, List<String> texts) throws IOException {
        requireNonNull(folder, "folder is null");
        if (ids.size() != texts.size()) {
            throw new IllegalArgumentException("%d ids for %d texts".formatted(ids.size(), texts.size()));
        }
        // Lucene breaks ties by the order in which documents were added
        int[] order = IntStream.range(0, ids.size())
                .boxed()
                .sorted(Comparator.comparing(ids::get, RankingOrder.ofTies()))
                .mapToInt(Integer::intValue)
                .toArray();
        Analyzer analyzer = LanguageAnalyzers.of(language);
        Directory directory = null;
        DirectoryReader reader = null;
        try {
            directory = FSDirectory.open(folder);
            IndexWriterConfig config = new IndexWriterConfig(analyzer)
                    .setSimilarity(new BM25Similarity(K1, B))
                    .setOpenMode(IndexWriterConfig.OpenMode.CREATE)
                    // These keep documents in the order in which they were added
                    .setMergePolicy(new LogDocMergePolicy())
                    .setMergeScheduler(new SerialMergeScheduler());
            FieldType type = new FieldType();
            type.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
            type.setTokenized(true);
            type.freeze();
            try (IndexWriter writer = new IndexWriter(directory, config)) {
                for (int row : order) {
                    Document document = new Document();
                    document.add(new Field(FIELD, texts.get(row), type));
                    writer.addDocument(document);
                }
            }
            reader = DirectoryReader.open(directory);
            return new Bm25(
                    directory,
                    analyzer,
                    reader,
                    IntStream.of(order).mapToObj(ids::get).toList());
        } finally {
            if (reader == null) {
                analyzer.close();
                if (directory != null) {
                    directory.close();
                }
            }
        }
    }

    /** Returns the best {@code depth} of the documents that share a term with the query, best first. */
    public List<ScoredDocument> search(String query, int depth) throws IOException {
        if (depth < 1) {
            throw new IllegalArgumentException("depth must be at least 1, is " + depth);
        }
        BooleanQuery.Builder terms = new BooleanQuery.Builder();
        for (Map.Entry<String, Integer> term : terms(query).entrySet()) {
            TermQuery clause = new TermQuery(new Term(FIELD, term.getKey()));
            terms.add(new BoostQuery(clause, term.getValue()), BooleanClause.Occur.SHOULD);
        }
        List<ScoredDocument> found = new ArrayList<>();
        for (ScoreDoc each : searcher.search(terms.build(), depth).scoreDocs) {
            found.add(new ScoredDocument(ids.get(each.doc), each.score));
        }
        return found;
    }

    private Map<String, Integer> terms(String query) throws IOException {
        Map<String, Integer> terms = new LinkedHashMap<>();
        try (TokenStream stream = analyzer.tokenStream(FIELD, query)) {
            CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
            stream.reset();
            while (stream.incrementToken()) {
                if (terms.size() < MOST_TERMS || terms.containsKey(term.toString())) {
                    terms.merge(term.toString(), 1, Integer::sum);
                }
            }
            stream.end();
        }
        return terms;
    }

    @Override
    public void close() throws IOException {
        reader.close();
        directory.close();
        analyzer.close();
    }
}
