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
    private final NearTexts nearEvaluation;
    private final NearTexts nearPairs;
    private final NearDuplicates nearDuplicates;
    private final TrainingSink sink;
    private final Map<String, Long> found = new TreeMap<>();
    private long badRecords;
    private final Map<String, Source> sources = new TreeMap<>();
    private final Map<String, Long> droppedTexts = new TreeMap<>();

    /**
     * A filter.
     *
     * @param nearEvaluation evaluation texts for {@code nearDuplicates}
     * @param nearDuplicates null when only equal texts are looked for
     */
    TrainingFilter(
            DigestIndex evaluationTexts, NearTexts nearEvaluation, NearDuplicates nearDuplicates, TrainingSink sink) {
        this.evaluationTexts = evaluationTexts;
        this.nearEvaluation = nearEvaluation;
        this.nearDuplicates = nearDuplicates;
        this.nearPairs =
                nearDuplicates == null ? null : new NearTexts(nearDuplicates.threshold(), nearDuplicates.remembered());
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
        } else {
            TextDigest pair = TextDigest.of(query.text(), document.text());
            DigestIndex known = source(source, language).pairs;
            if (known.contains(pair)) {
                drop(source, language, "duplicate");
            } else if (nearDuplicates == null || !isNear(source, language, query.text(), document.text())) {
                known.add(pair);
                sink.pair(source, language, query, document);
            }
        }
    }

    /** Whether a pair is dropped since it is nearly another or nearly one of an evaluation; counts it if it is either. */
    private boolean isNear(String source, String language, String query, String document) {
        boolean evaluated = nearEvaluation.contains(MinHash.signature(query))
                || nearEvaluation.contains(MinHash.signature(document));
        String reason = "nearEvaluationText";
        if (!evaluated) {
            int[] pair = MinHash.signature(query + "\n" + document);
            if (!nearPairs.contains(pair)) {
                nearPairs.add(pair);
                return false;
            }
            reason = "nearDuplicate";
        }
        if (nearDuplicates.dropped()) {
            drop(source, language, reason);
        } else {
            found.merge("pairs." + reason, 1L, Long::sum);
        }
        return nearDuplicates.dropped();
    }

    void dropBadRecords(long records) {
        badRecords += records;
    }

    /** What was found and kept, by reason. */
    Map<String, Long> found() {
        return found;
    }

    /** Lets a negative through unless its text or, where such pairs are dropped, one nearly the same is for evaluation. */
    void negative(String source, LanguageText query, LanguageText document, float score, float lowestPositiveScore)
            throws IOException {
        if (isForEvaluation(query.text()) || isForEvaluation(document.text())) {
            // The query's pairs are dropped too; the other text may still be learned from
            text(document);
        } else if (nearDuplicates != null
                && nearDuplicates.dropped()
                && nearEvaluation.contains(MinHash.signature(document.text()))) {
            droppedTexts.merge("nearEvaluationText", 1L, Long::sum);
        } else {
            sink.negative(source, query, document, score, lowestPositiveScore);
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
        if (badRecords > 0) {
            all.put("records.bad", badRecords);
        }
        droppedTexts.forEach((reason, count) -> all.merge("texts." + reason, count, Long::sum));
        return all;
    }
}
