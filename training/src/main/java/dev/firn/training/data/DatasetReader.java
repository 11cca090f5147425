package dev.firn.training.data;

import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.data.RecordReader.WrongRecordException;
import dev.firn.training.tokenizer.InvalidTokenizerException;
import dev.firn.training.tokenizer.PrunedTokenizer;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.tokenizer.TokenizerTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One pass over all inputs of a definition: first the evaluation sets, whose texts training must not see, then the
 * pairs. Looking at a dataset and preparing it are the same pass into different sinks.
 */
final class DatasetReader {
    private static final int RECORDS_PER_REPORT = 8192;

    private final DatasetDefinition definition;
    private final MavenArtifacts artifacts;
    private final PreparationProgress progress;
    private final List<DataFault> faults = new ArrayList<>();
    private final InputDigest digest = new InputDigest();
    private final DigestIndex evaluationTexts = new DigestIndex();
    private final Map<Integer, CatalogueContent> catalogues = new HashMap<>();
    private final NearTexts nearEvaluation;
    private final List<String> notes = new ArrayList<>();
    private long records;

    DatasetReader(DatasetDefinition definition, MavenArtifacts artifacts, PreparationProgress progress) {
        this.definition = definition;
        this.artifacts = artifacts;
        this.progress = progress;
        this.nearEvaluation = definition.nearDuplicates() == null
                ? null
                : new NearTexts(
                        definition.nearDuplicates().threshold(),
                        definition.nearDuplicates().remembered());
    }

    private void tick(String phase) {
        records++;
        if (records % RECORDS_PER_REPORT == 0) {
            progress.report(phase, records, 0);
        }
    }

    List<DataFault> faults() {
        return faults;
    }

    /** What a user should know of what was left out, a line each. */
    List<String> notes() {
        List<String> all = new ArrayList<>(notes);
        if (nearEvaluation != null && nearEvaluation.forgotten() > 0) {
            all.add("near duplicates: the first " + nearEvaluation.forgotten()
                    + " evaluation texts are more than is remembered, and were not compared with");
        }
        return all;
    }

    /** The digest of everything read; once, at the end. */
    String inputDigest() {
        return digest.finish();
    }

    /** Checks what the definition says without reading any data, and the tokeniser. */
    void checkDefinition() throws IOException {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < definition.sources().size(); i++) {
            if (!names.add(definition.sources().get(i).name())) {
                new FaultCollector(DataFault.Section.SOURCES, i, faults)
                        .add(
                                "/name",
                                "another source is also named "
                                        + definition.sources().get(i).name());
            }
        }
        for (int i = 0; i < definition.sources().size(); i++) {
            String language = switch (definition.sources().get(i)) {
                case MessageCatalogue catalogue -> null;
                case JsonLines lines -> lines.language();
                case ParquetPairs rows -> rows.language();
                case ParquetTriples triples -> triples.language();
                case CollectionPairs collection -> collection.language();
            };
            if (language != null && !LanguageTags.isValid(language)) {
                new FaultCollector(DataFault.Section.SOURCES, i, faults)
                        .add("/language", language + " is no language tag");
            }
        }
        FaultCollector tokenizer = new FaultCollector(DataFault.Section.TOKENIZER, 0, faults);
        switch (definition.tokenizer()) {
            case TokenizerDefinition.Trained trained -> {
                if (trained.vocabularySize() < TokenizerTrainer.SMALLEST_VOCABULARY) {
                    tokenizer.add(
                            "/vocabularySize",
                            "must be at least " + TokenizerTrainer.SMALLEST_VOCABULARY + ", is "
                                    + trained.vocabularySize());
                }
            }
            case TokenizerDefinition.Existing existing -> checkExisting(existing, tokenizer);
        }
    }

    private void checkExisting(TokenizerDefinition.Existing existing, FaultCollector tokenizerFaults)
            throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(existing.folder(), existing.maximumLength())) {
            if (existing.weightsVocabularySize() > 0 && tokenizer.vocabularySize() > existing.weightsVocabularySize()) {
                tokenizerFaults.add(
                        "/folder",
                        existing.folder().resolve(Tokenizer.FILE) + " has " + tokenizer.vocabularySize()
                                + " ids, the weights have " + existing.weightsVocabularySize());
            }
            if (existing.pruned()) {
                PrunedTokenizer.require(existing.folder());
            }
            for (String file : List.of(Tokenizer.FILE, Tokenizer.CONFIG_FILE, Tokenizer.SPECIAL_TOKENS_FILE)) {
                Path path = existing.folder().resolve(file);
                if (Files.isRegularFile(path)) {
                    digest.add(file, TextDigest.sha256().digest(Files.readAllBytes(path)));
                }
            }
        } catch (InvalidTokenizerException e) {
            tokenizerFaults.add("/folder", e.getMessage());
        }
    }

    /** Reads every evaluation set: those of the definition, then those that sources hold back. */
    List<DatasetSummary.EvaluationSummary> readEvaluations(EvaluationSink sink) throws IOException {
        List<DatasetSummary.EvaluationSummary> summaries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < definition.evaluations().size(); i++) {
            EvaluationCollection set = definition.evaluations().get(i);
            FaultCollector collector = new FaultCollector(DataFault.Section.EVALUATIONS, i, faults);
            if (!names.add(set.name())) {
                collector.add("/name", "another evaluation set is also named " + set.name());
            }
            summaries.add(readEvaluation(set, sink, collector));
        }
        for (int i = 0; i < definition.sources().size(); i++) {
            if (definition.sources().get(i) instanceof MessageCatalogue catalogue) {
                FaultCollector collector = new FaultCollector(DataFault.Section.SOURCES, i, faults);
                CatalogueContent content = CatalogueContent.read(catalogue, artifacts, collector, digest);
                if (content == null) {
                    continue;
                }
                catalogues.put(i, content);
                content.heldBackTexts(this::keepOut);
                for (DatasetSummary.EvaluationSummary summary : content.writeEvaluations(sink, collector)) {
                    if (!names.add(summary.name())) {
                        collector.add("/name", "another evaluation set is also named " + summary.name());
                    }
                    summaries.add(summary);
                }
            }
        }
        return summaries;
    }

    private DatasetSummary.EvaluationSummary readEvaluation(
            EvaluationCollection set, EvaluationSink sink, FaultCollector collector) throws IOException {
        boolean ownCorpus = set.corpusFolder() != null && !set.corpusFolder().equals(set.folder());
        String corpusPointer = ownCorpus ? "/corpusFolder" : "/folder";
        Optional<CollectionLayout.Located> files =
                located(set, set.folder(), set.queryLanguage(), "/folder", collector);
        Optional<CollectionLayout.Located> documents =
                ownCorpus ? located(set, set.corpusFolder(), set.documentLanguage(), corpusPointer, collector) : files;
        try (EvaluationWriter writer =
                sink.begin(set.name(), set.kind(), set.queryLanguage(), set.documentLanguage())) {
            for (Path file : documents.map(CollectionLayout.Located::corpus).orElse(List.of())) {
                TextRecords.texts(file, corpusPointer, "corpus", collector, digest, (id, text) -> {
                    tick("evaluation sets");
                    if (!writer.document(id, text)) {
                        throw new WrongRecordException("the id " + id + " is taken by an earlier record");
                    }
                    keepOut(text);
                });
            }
            for (Path file : files.map(CollectionLayout.Located::queries).orElse(List.of())) {
                TextRecords.texts(file, "/folder", "queries", collector, digest, (id, text) -> {
                    tick("evaluation sets");
                    if (text.isEmpty()) {
                        throw new WrongRecordException("the query " + id + " is empty");
                    }
                    if (!writer.query(id, text)) {
                        throw new WrongRecordException("the id " + id + " is taken by an earlier record");
                    }
                    keepOut(text);
                });
            }
            boolean readable = !collector.any();
            List<Path> judgements =
                    files.map(CollectionLayout.Located::judgements).orElse(List.of());
            for (Path file : judgements) {
                TextRecords.judgements(file, "/folder", "qrels", collector, digest, (query, document, relevance) -> {
                    if (readable) {
                        judge(query, document, relevance, ownCorpus, writer);
                    }
                });
            }
            DatasetSummary.EvaluationSummary summary = writer.finish();
            if (!collector.any() && summary.queries() == 0) {
                collector.add(
                        "/folder", judgements.getFirst() + ": the evaluation set is empty: no query has a judgement");
            }
            return summary;
        }
    }

    /** The files of a set in a folder; nothing, with a fault, where it cannot be told. */
    private static Optional<CollectionLayout.Located> located(
            EvaluationCollection set, Path folder, String language, String pointer, FaultCollector collector)
            throws IOException {
        if (!Files.isDirectory(folder)) {
            collector.add(pointer, folder + ": there is no such folder");
            return Optional.empty();
        }
        Optional<CollectionLayout> layout = Optional.ofNullable(set.layout());
        for (Path look :
                set.corpusFolder() == null ? List.of(folder) : List.of(folder, set.corpusFolder(), set.folder())) {
            if (layout.isEmpty() && Files.isDirectory(look)) {
                layout = CollectionLayout.detect(look);
            }
        }
        if (layout.isEmpty()) {
            collector.add(pointer, folder + ": is in none of the layouts " + CollectionLayout.words());
            return Optional.empty();
        }
        Optional<CollectionLayout.Located> located = layout.get().locate(folder, set.split()).stream()
                .filter(each -> each.language() == null || each.language().equals(language))
                .findFirst();
        if (located.isEmpty()) {
            collector.add(pointer, folder + ": has no set of the language " + language);
        }
        return located;
    }

    /** A text that training must not see. */
    private void keepOut(String text) {
        boolean added = evaluationTexts.add(TextDigest.ofMeaning(text)) == DigestIndex.ABSENT;
        if (added && nearEvaluation != null) {
            nearEvaluation.add(MinHash.signature(text));
        }
    }

    private static void judge(
            String query, String document, int relevance, boolean leaveOutUnknown, EvaluationWriter writer)
            throws WrongRecordException {
        if (!writer.hasQuery(query)) {
            throw new WrongRecordException("there is no query " + query);
        }
        if (writer.hasDocument(document)) {
            writer.judge(query, document, relevance);
        } else if (leaveOutUnknown) {
            writer.drop("judgementOfUnknownDocument");
        } else {
            throw new WrongRecordException("there is no document " + document);
        }
    }

    private static BadRecords badRecords(DataSource source) {
        return switch (source) {
            case MessageCatalogue catalogue -> BadRecords.REFUSED;
            case RecordSource records -> records.rules().badRecords();
        };
    }

    /** Reads all pairs; after {@link #readEvaluations}. */
    TrainingFilter readTraining(TrainingSink sink) throws IOException {
        TrainingFilter filter = new TrainingFilter(evaluationTexts, nearEvaluation, definition.nearDuplicates(), sink);
        for (int i = 0; i < definition.sources().size(); i++) {
            FaultCollector collector = new FaultCollector(
                    DataFault.Section.SOURCES,
                    i,
                    faults,
                    badRecords(definition.sources().get(i)));
            long before = filter.pairs();
            boolean alreadyFaulty = false;
            switch (definition.sources().get(i)) {
                case MessageCatalogue catalogue -> {
                    CatalogueContent content = catalogues.get(i);
                    alreadyFaulty = content == null;
                    if (content != null) {
                        content.writeTraining(filter);
                    }
                }
                case RecordSource records -> readRecords(records, collector, filter);
            }
            if (filter.pairs() == before && !alreadyFaulty && !collector.any()) {
                collector.add("", definition.sources().get(i).name() + " gives no pairs");
            }
        }
        return filter;
    }

    private void readRecords(RecordSource source, FaultCollector collector, TrainingFilter filter) throws IOException {
        RecordSourceReader.PairConsumer consumer = new RecordSourceReader.PairConsumer() {
            @Override
            public void pair(String language, String query, String document) throws IOException {
                tick("pairs");
                String name = source.name() + "/" + language;
                Optional<String> broken = source.rules().quality().broken(query, document);
                if (broken.isPresent()) {
                    filter.drop(name, language, "quality." + broken.get());
                } else {
                    filter.pair(
                            name, language, new LanguageText(language, query), new LanguageText(language, document));
                }
            }

            @Override
            public void translation(String language, LanguageText query, LanguageText document) throws IOException {
                tick("pairs");
                String languages = languages(language);
                Optional<String> broken = source.rules().quality().broken(query.text(), document.text());
                if (broken.isPresent()) {
                    filter.drop(translations(languages), languages, "quality." + broken.get());
                } else {
                    filter.pair(translations(languages), languages, query, document);
                }
            }

            @Override
            public void dropTranslation(String language, String reason) {
                filter.drop(translations(languages(language)), languages(language), reason);
            }

            private String languages(String language) {
                return ((JsonLines) source).translations().referenceLanguage() + "-" + language;
            }

            private String translations(String languages) {
                return source.name() + "/translations/" + languages;
            }

            @Override
            public void negative(String language, String query, String document, float score, float lowestPositiveScore)
                    throws IOException {
                filter.negative(
                        source.name() + "/" + language,
                        new LanguageText(language, query),
                        new LanguageText(language, document),
                        score,
                        lowestPositiveScore);
            }
        };
        new RecordSourceReader(collector, digest, consumer).read(source);
        filter.dropBadRecords(collector.skipped());
        if (collector.skipped() > 0) {
            notes.add(source.name() + ": " + collector.skipped() + " bad records are left out: "
                    + String.join("; ", collector.skippedRecords()));
        }
    }
}
