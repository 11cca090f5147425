package dev.firn.training.data;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes one evaluation set: all documents first, then all queries, then the judgements. Equal documents become one with
 * the id of the first, and so do equal queries, with all their judgements (of two of the same query and document the
 * higher counts); a query without judgement is left out. Queries and judgements are held on the heap, documents are not.
 */
final class EvaluationWriter implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final String name;
    private final EvaluationKind kind;
    private final String queryLanguage;
    private final String documentLanguage;
    private final Path folder;
    private final Writer corpus;
    private final DigestIndex documentIds = new DigestIndex();
    private final DigestIndex documentTexts = new DigestIndex();
    private final IdList ids = new IdList();
    private final Map<String, String> mergedDocuments = new HashMap<>();
    private final Map<String, String> queries = new LinkedHashMap<>();
    private final Map<String, String> queryOfText = new HashMap<>();
    private final Map<String, String> mergedQueries = new HashMap<>();
    private final Map<String, Map<String, Integer>> judgements = new HashMap<>();
    private final Map<String, Long> dropped = new TreeMap<>();

    /** Writes to a folder, or only counts when it is null. */
    EvaluationWriter(String name, EvaluationKind kind, String queryLanguage, String documentLanguage, Path folder)
            throws IOException {
        this.name = name;
        this.kind = kind;
        this.queryLanguage = queryLanguage;
        this.documentLanguage = documentLanguage;
        this.folder = folder;
        if (folder == null) {
            corpus = Writer.nullWriter();
        } else {
            Files.createDirectories(folder);
            corpus = Files.newBufferedWriter(folder.resolve(EvaluationFolder.CORPUS), StandardCharsets.UTF_8);
        }
    }

    /** Adds a document; false when its id is taken. */
    boolean document(String id, String text) throws IOException {
        if (documentIds.add(TextDigest.of(id)) != DigestIndex.ABSENT) {
            return false;
        }
        int first = documentTexts.add(TextDigest.of(text));
        if (first == DigestIndex.ABSENT) {
            ids.add(id);
            write(corpus, id, text, true);
        } else {
            mergedDocuments.put(id, ids.get(first));
            drop("sameDocument");
        }
        return true;
    }

    boolean hasDocument(String id) {
        return documentIds.contains(TextDigest.of(id));
    }

    /** Adds a query; false when its id is taken. */
    boolean query(String id, String text) {
        if (queries.containsKey(id) || mergedQueries.containsKey(id)) {
            return false;
        }
        String first = queryOfText.putIfAbsent(text, id);
        if (first == null) {
            queries.put(id, text);
        } else {
            mergedQueries.put(id, first);
            drop("sameQuery");
        }
        return true;
    }

    boolean hasQuery(String id) {
        return queries.containsKey(id) || mergedQueries.containsKey(id);
    }

    /** Adds a judgement of a query and a document that are known. */
    void judge(String query, String document, int relevance) {
        judgements
                .computeIfAbsent(mergedQueries.getOrDefault(query, query), ignored -> new TreeMap<>())
                .merge(mergedDocuments.getOrDefault(document, document), relevance, Math::max);
    }

    void drop(String reason) {
        dropped.merge(reason, 1L, Long::sum);
    }

    /** Writes what is left and says what the set holds. */
    DatasetSummary.EvaluationSummary finish() throws IOException {
        corpus.close();
        long written = 0;
        long judged = 0;
        try (Writer queryFile = open(EvaluationFolder.QUERIES);
                Writer qrels = open(EvaluationFolder.JUDGEMENTS)) {
            qrels.write("query-id\tcorpus-id\tscore\n");
            for (Map.Entry<String, String> query : queries.entrySet()) {
                Map<String, Integer> documents = judgements.get(query.getKey());
                if (documents == null) {
                    drop("queryWithoutJudgement");
                    continue;
                }
                write(queryFile, query.getKey(), query.getValue(), false);
                written++;
                for (Map.Entry<String, Integer> document : documents.entrySet()) {
                    qrels.write(query.getKey() + "\t" + document.getKey() + "\t" + document.getValue() + "\n");
                    judged++;
                }
            }
        }
        if (folder != null) {
            ObjectNode set = JSON.createObjectNode();
            set.put("name", name);
            set.put("kind", kind.word());
            set.put("queryLanguage", queryLanguage);
            set.put("documentLanguage", documentLanguage);
            set.put("queries", written);
            set.put("documents", ids.size());
            Files.writeString(folder.resolve(EvaluationFolder.SET), JSON.writeValueAsString(set) + "\n");
        }
        return new DatasetSummary.EvaluationSummary(
                name, kind, queryLanguage, documentLanguage, written, ids.size(), judged, dropped);
    }

    private Writer open(String file) throws IOException {
        return folder == null
                ? Writer.nullWriter()
                : new BufferedWriter(Files.newBufferedWriter(folder.resolve(file), StandardCharsets.UTF_8));
    }

    private static void write(Writer file, String id, String text, boolean titled) throws IOException {
        ObjectNode line = JSON.createObjectNode();
        line.put("_id", id);
        if (titled) {
            line.put("title", "");
        }
        line.put("text", text);
        file.write(JSON.writeValueAsString(line));
        file.write('\n');
    }

    @Override
    public void close() throws IOException {
        corpus.close();
    }
}
