package dev.firn.training.data;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lets through what training may see: no text of an evaluation (whatever its case, spacing or compatible spelling), no
 * pair twice in a source, no pair of a text with itself. Counts what it keeps and what it drops.
 */
final class TrainingFilter {
    private final DigestIndex evaluationTexts;
    private final TrainingSink sink;
    private final Map<String, Source> sources = new TreeMap<>();
    private final Map<String, Long> droppedTexts = new TreeMap<>();

    TrainingFilter(DigestIndex evaluationTexts, TrainingSink sink) {
        this.evaluationTexts = evaluationTexts;
        this.sink = sink;
    }

    private static final class Source {
        private final String language;
        private final DigestIndex pairs = new DigestIndex();
        private final Map<String, Long> dropped = new TreeMap<>();

        private Source(String language) {
            this.language = language;
        }
    }

    private Source source(String name, String language) {
        return sources.computeIfAbsent(name, ignored -> new Source(language));
    }

    void drop(String source, String language, String reason) {
        source(source, language).dropped.merge(reason, 1L, Long::sum);
    }

    void pair(String source, String language, LanguageText query, LanguageText document) throws IOException {
        if (isForEvaluation(query.text()) || isForEvaluation(document.text())) {
            drop(source, language, "evaluationText");
        } else if (TextDigest.normalized(query.text()).equals(TextDigest.normalized(document.text()))) {
            drop(source, language, "identical");
        } else if (source(source, language).pairs.add(TextDigest.of(query.text(), document.text()))
                != DigestIndex.ABSENT) {
            drop(source, language, "duplicate");
        } else {
            sink.pair(source, language, query, document);
        }
    }

    void text(LanguageText text) throws IOException {
        if (isForEvaluation(text.text())) {
            droppedTexts.merge("evaluationText", 1L, Long::sum);
        } else {
            sink.text(text);
        }
    }

    private boolean isForEvaluation(String text) {
        return evaluationTexts.contains(TextDigest.ofMeaning(text));
    }

    /** Pairs let through of all sources. */
    long pairs() {
        return sources.values().stream()
                .mapToLong(source -> source.pairs.size())
                .sum();
    }

    /** Sources with a pair, by name: language, number of pairs, and what was dropped. */
    Map<String, DatasetSummary.SourceSummary> summaries() {
        Map<String, DatasetSummary.SourceSummary> summaries = new TreeMap<>();
        sources.forEach((name, source) -> {
            if (source.pairs.size() > 0) {
                summaries.put(
                        name,
                        new DatasetSummary.SourceSummary(name, source.language, source.pairs.size(), source.dropped));
            }
        });
        return summaries;
    }

    /** What was dropped in all, by reason: pairs of all sources (also of those that nothing is left of), and texts. */
    Map<String, Long> dropped() {
        Map<String, Long> all = new TreeMap<>();
        sources.values()
                .forEach(source ->
                        source.dropped.forEach((reason, count) -> all.merge("pairs." + reason, count, Long::sum)));
        droppedTexts.forEach((reason, count) -> all.merge("texts." + reason, count, Long::sum));
        return all;
    }
}
