package dev.firn.training.data;

import dev.firn.training.evaluation.EvaluationCorpus;
import dev.firn.training.evaluation.EvaluationQueries;
import dev.firn.training.evaluation.EvaluationSet;
import dev.firn.training.measure.Qrels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the evaluation sets of a prepared dataset onto the heap, as evaluation takes them. */
public final class EvaluationSets {
    private EvaluationSets() {}

    /**
     * Reads sets, in their order. Sets with the same documents share one corpus object, and so do sets with the same
     * queries: each is then embedded once.
     */
    public static List<EvaluationSet> load(List<EvaluationFolder> folders) throws IOException {
        Map<String, EvaluationCorpus> corpora = new HashMap<>();
        Map<String, EvaluationQueries> queries = new HashMap<>();
        List<EvaluationSet> sets = new ArrayList<>();
        for (EvaluationFolder folder : folders) {
            String corpusKey = key(folder.documentLanguage(), folder.folder().resolve(EvaluationFolder.CORPUS));
            EvaluationCorpus corpus = corpora.get(corpusKey);
            if (corpus == null) {
                List<String> ids = new ArrayList<>();
                List<String> texts = new ArrayList<>();
                folder.documents(document -> {
                    ids.add(document.id());
                    texts.add(document.text());
                });
                corpus = new EvaluationCorpus(folder.documentLanguage(), ids, texts);
                corpora.put(corpusKey, corpus);
            }
            String queryKey = key(folder.queryLanguage(), folder.folder().resolve(EvaluationFolder.QUERIES));
            EvaluationQueries asked = queries.get(queryKey);
            if (asked == null) {
                List<EvaluationText> texts = folder.queries();
                asked = new EvaluationQueries(
                        folder.queryLanguage(),
                        texts.stream().map(EvaluationText::id).toList(),
                        texts.stream().map(EvaluationText::text).toList());
                queries.put(queryKey, asked);
            }
            Qrels.Builder qrels = Qrels.builder();
            folder.judgements()
                    .forEach((query, documents) ->
                            documents.forEach((document, relevance) -> qrels.add(query, document, relevance)));
            sets.add(new EvaluationSet(folder.name(), asked, corpus, qrels.build()));
        }
        return sets;
    }

    private static String key(String language, Path file) throws IOException {
        return language + TextDigest.hex(TextDigest.sha256().digest(Files.readAllBytes(file)));
    }
}
