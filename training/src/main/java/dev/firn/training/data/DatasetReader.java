package dev.firn.training.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.data.RecordReader.WrongRecordException;
import dev.firn.training.tokenizer.InvalidTokenizerException;
import dev.firn.training.tokenizer.PrunedTokenizer;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.tokenizer.TokenizerTrainer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
            BeirFolder set = definition.evaluations().get(i);
            FaultCollector collector = new FaultCollector(DataFault.Section.EVALUATIONS, i, faults);
            if (!names.add(set.name())) {
                collector.add("/name", "another evaluation set is also named " + set.name());
            }
            summaries.add(readBeir(set, sink, collector));
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

    private DatasetSummary.EvaluationSummary readBeir(BeirFolder set, EvaluationSink sink, FaultCollector collector)
            throws IOException {
        boolean ownCorpus = set.corpusFolder() != null && !set.corpusFolder().equals(set.folder());
        String corpusPointer = set.corpusFolder() == null ? "/folder" : "/corpusFolder";
        Path corpusFolder = set.corpusFolder() == null ? set.folder() : set.corpusFolder();
        Path corpus = existing(corpusFolder, "corpus.jsonl", "corpus.jsonl.gz");
        Path queries = existing(set.folder(), "queries.jsonl", "queries.jsonl.gz");
        Path judgements = existing(set.folder(), "qrels.tsv", "qrels.tsv.gz", "qrels/test.tsv", "qrels/test.tsv.gz");
        try (EvaluationWriter writer =
                sink.begin(set.name(), set.kind(), set.queryLanguage(), set.documentLanguage())) {
            RecordReader.records(corpus, corpusPointer, "corpus", collector, digest, record -> {
                tick("evaluation sets");
                String id = RecordReader.id(record);
                String text = documentText(record);
                if (!writer.document(id, text)) {
                    throw new WrongRecordException("the id " + id + " is taken by an earlier line");
                }
                keepOut(text);
            });
            RecordReader.records(queries, "/folder", "queries", collector, digest, record -> {
                tick("evaluation sets");
                String id = RecordReader.id(record);
                String text = RecordReader.text(record, "text");
                if (!writer.query(id, text)) {
                    throw new WrongRecordException("the id " + id + " is taken by an earlier line");
                }
                keepOut(text);
            });
            boolean readable = !collector.any();
            RecordReader.lines(judgements, "/folder", "qrels", collector, digest, (line, number) -> {
                if (readable) {
                    judgement(new String(line, StandardCharsets.UTF_8), number, ownCorpus, writer);
                }
            });
            DatasetSummary.EvaluationSummary summary = writer.finish();
            if (!collector.any() && summary.queries() == 0) {
                collector.add("/folder", judgements + ": the evaluation set is empty: no query has a judgement");
            }
            return summary;
        }
    }

    /** A text that training must not see. */
    private void keepOut(String text) {
        boolean added = evaluationTexts.add(TextDigest.ofMeaning(text)) == DigestIndex.ABSENT;
        if (added && nearEvaluation != null) {
            nearEvaluation.add(MinHash.signature(text));
        }
    }

    /** The file among several names that is there, else the first. */
    private static Path existing(Path folder, String... names) {
        for (String name : names) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        return folder.resolve(names[0]);
    }

    /** Title and text as BEIR's evaluation joins them. */
    private static String documentText(ObjectNode record) throws WrongRecordException {
        String title = record.path("title").asText("");
        if (!record.path("text").isTextual()) {
            throw new WrongRecordException("lacks a field \"text\" that is a string");
        }
        return (title + " " + record.path("text").textValue()).strip();
    }

    private static void judgement(String line, long number, boolean leaveOutUnknown, EvaluationWriter writer)
            throws WrongRecordException {
        String[] fields = line.stripTrailing().split("\t", -1);
        if (fields.length != 3) {
            throw new WrongRecordException(
                    "has " + fields.length + " fields, not query-id, corpus-id and score between tabs");
        }
        int relevance;
        try {
            relevance = Integer.parseInt(fields[2].strip());
        } catch (NumberFormatException e) {
            if (number == 1 && !writer.hasQuery(fields[0])) {
                return;
            }
            throw new WrongRecordException("the score is no whole number: " + fields[2]);
        }
        if (!writer.hasQuery(fields[0])) {
            throw new WrongRecordException("there is no query " + fields[0]);
        }
        if (writer.hasDocument(fields[1])) {
            writer.judge(fields[0], fields[1], relevance);
        } else if (leaveOutUnknown) {
            writer.drop("judgementOfUnknownDocument");
        } else {
            throw new WrongRecordException("there is no document " + fields[1]);
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
