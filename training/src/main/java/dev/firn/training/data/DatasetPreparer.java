package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.tokenizer.PrunedTokenizer;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.tokenizer.TokenizerTrainer;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Looks at the inputs of a dataset, and makes it. */
public final class DatasetPreparer {
    /** A tokeniser is trained on about as many characters; of more text, an even sample. */
    static final long TOKENIZER_CHARACTERS = 20_000_000;

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final MavenArtifacts artifacts;

    /** A preparer that takes message catalogues from these artifacts. */
    public DatasetPreparer(MavenArtifacts artifacts) {
        this.artifacts = requireNonNull(artifacts, "artifacts is null");
    }

    /**
     * Reads every input once, without writing anything, and says all that is wrong with them; an artifact that is not on
     * this machine is downloaded.
     */
    public DataInspection inspect(DatasetDefinition definition) throws IOException {
        DatasetReader reader = new DatasetReader(definition, artifacts, PreparationProgress.none());
        reader.checkDefinition();
        List<DatasetSummary.EvaluationSummary> evaluations =
                reader.readEvaluations((name, kind, queryLanguage, documentLanguage) ->
                        new EvaluationWriter(name, kind, queryLanguage, documentLanguage, null));
        TrainingFilter filter = reader.readTraining(new TrainingSink() {
            @Override
            public void pair(String source, String language, LanguageText query, LanguageText document) {}

            @Override
            public void negative(
                    String source, LanguageText query, LanguageText document, float score, float lowestPositiveScore) {}

            @Override
            public void text(LanguageText text) {}
        });
        return new DataInspection(
                reader.faults(),
                filter.summaries().values().stream()
                        .map(source -> new DataInspection.SourceCount(source.name(), source.language(), source.pairs()))
                        .toList(),
                evaluations.stream()
                        .map(set -> new DataInspection.EvaluationCount(
                                set.name(),
                                set.kind(),
                                set.queryLanguage(),
                                set.documentLanguage(),
                                set.queries(),
                                set.documents()))
                        .toList(),
                reader.notes(),
                reader.inputDigest());
    }

    /**
     * Writes the dataset to a folder, which must not exist or be empty. The same inputs give the same bytes. What was
     * written when this fails is left for the caller to delete.
     *
     * @throws DataFaultException when an input is wrong
     */
    public PreparedDataset prepare(DatasetDefinition definition, Path folder, PreparationProgress progress)
            throws IOException {
        requireEmpty(folder);
        DatasetReader reader = new DatasetReader(definition, artifacts, progress);
        reader.checkDefinition();
        List<String> sets = new ArrayList<>();
        List<DatasetSummary.EvaluationSummary> evaluations =
                reader.readEvaluations((name, kind, queryLanguage, documentLanguage) -> {
                    sets.add(name);
                    Path set = DatasetFiles.evaluationFolder(folder, sets.size() - 1, name);
                    return new EvaluationWriter(name, kind, queryLanguage, documentLanguage, set);
                });
        refuseFaults(reader);

        TrainingFilter filter;
        long[] characters;
        try (TextTableWriter queries = new TextTableWriter(folder, DatasetFiles.QUERIES);
                TextTableWriter documents = new TextTableWriter(folder, DatasetFiles.DOCUMENTS);
                TextTableWriter corpus = new TextTableWriter(folder, DatasetFiles.TEXTS);
                RowWriter pairs = new RowWriter(folder, DatasetFiles.PAIRS);
                RowWriter negatives = new RowWriter(folder, DatasetFiles.NEGATIVES)) {
            filter = reader.readTraining(new TrainingSink() {
                @Override
                public void pair(String source, String language, LanguageText query, LanguageText document)
                        throws IOException {
                    pairs.add(source, queries.add(query), documents.add(document));
                    corpus.add(query);
                    corpus.add(document);
                }

                @Override
                public void negative(
                        String source,
                        LanguageText query,
                        LanguageText document,
                        float score,
                        float lowestPositiveScore)
                        throws IOException {
                    negatives.add(
                            source,
                            queries.add(query),
                            documents.add(document),
                            Float.floatToIntBits(score),
                            Float.floatToIntBits(lowestPositiveScore));
                    corpus.add(document);
                }

                @Override
                public void text(LanguageText text) throws IOException {
                    corpus.add(text);
                }
            });
            refuseFaults(reader);
            reader.notes().forEach(progress::note);
            List<String> sources = List.copyOf(filter.summaries().keySet());
            pairs.finish(sources);
            negatives.finish(sources);
            characters = new long[] {queries.characters(), documents.characters(), corpus.characters()};
        }
        writeTokens(definition, folder, reader, filter, evaluations, characters, progress);
        return PreparedDataset.open(folder);
    }

    private static void requireEmpty(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new IllegalArgumentException("the folder is not empty: " + folder);
            }
        }
    }

    private static void refuseFaults(DatasetReader reader) {
        if (!reader.faults().isEmpty()) {
            throw new DataFaultException(reader.faults());
        }
    }

    private static void writeTokens(
            DatasetDefinition definition,
            Path folder,
            DatasetReader reader,
            TrainingFilter filter,
            List<DatasetSummary.EvaluationSummary> evaluations,
            long[] characters,
            PreparationProgress progress)
            throws IOException {
        Path tokenizerFolder = folder.resolve(DatasetFiles.TOKENIZER);
        try (Arena arena = Arena.ofShared()) {
            TextTable queries = new MappedTextTable(folder, DatasetFiles.QUERIES, arena);
            TextTable documents = new MappedTextTable(folder, DatasetFiles.DOCUMENTS, arena);
            TextTable corpus = new MappedTextTable(folder, DatasetFiles.TEXTS, arena);
            progress.report("tokeniser", 0, 1);
            boolean pruned = false;
            switch (definition.tokenizer()) {
                case TokenizerDefinition.Trained trained ->
                    new TokenizerTrainer(trained.vocabularySize(), trained.maximumLength())
                            .train(sample(corpus, characters[2]), tokenizerFolder);
                case TokenizerDefinition.Existing existing -> {
                    pruned = existing.pruned();
                    Tokenizer.copy(existing.folder(), tokenizerFolder, existing.maximumLength());
                }
            }
            int maximumLength = definition.tokenizer().maximumLength();
            DatasetSummary.TableSummary[] tables = new DatasetSummary.TableSummary[3];
            TokenTableWriter tokens;
            try (Tokenizer tokenizer =
                    pruned ? Tokenizer.open(tokenizerFolder, Integer.MAX_VALUE) : Tokenizer.open(tokenizerFolder)) {
                tokens = new TokenTableWriter(folder, tokenizer, maximumLength, progress);
                tables[0] = tokens.write(DatasetFiles.QUERIES, queries, characters[0], definition.queryPrefix());
                tables[1] = tokens.write(DatasetFiles.DOCUMENTS, documents, characters[1], definition.documentPrefix());
                tables[2] = tokens.write(DatasetFiles.TEXTS, corpus, characters[2], "");
            }
            if (pruned) {
                prune(folder, tokens.used(), maximumLength);
            }
            try (Tokenizer tokenizer = Tokenizer.open(tokenizerFolder)) {
                DatasetSummary summary = new DatasetSummary(
                        reader.inputDigest(),
                        tables[0],
                        tables[1],
                        tables[2],
                        List.copyOf(filter.summaries().values()),
                        evaluations,
                        new DatasetSummary.TokenizerSummary(
                                tokenizer.definition(),
                                tokenizer.vocabularySize(),
                                tokenizer.maximumLength(),
                                definition.queryPrefix(),
                                definition.documentPrefix()),
                        filter.found(),
                        filter.dropped());
                Files.write(folder.resolve(DatasetFiles.SUMMARY), JSON.writeValueAsBytes(summary));
            }
        }
    }

    /** Takes the ids that no token has out of the tokeniser, numbers the tokens anew, and notes the old numbers. */
    private static void prune(Path folder, BitSet used, int maximumLength) throws IOException {
        Path whole = folder.resolve(DatasetFiles.TOKENIZER);
        Path pruned = folder.resolve(DatasetFiles.TOKENIZER + ".pruned");
        int[] kept = PrunedTokenizer.write(whole, used, maximumLength, pruned);
        for (String table : List.of(DatasetFiles.QUERIES, DatasetFiles.DOCUMENTS, DatasetFiles.TEXTS)) {
            TokenTableWriter.renumber(folder, table, kept);
        }
        try (OutputStream rows = LittleEndian.create(folder.resolve(DatasetFiles.VOCABULARY_ROWS))) {
            for (int row : kept) {
                LittleEndian.writeInt(rows, row);
            }
        }
        try (Stream<Path> files = Files.list(pruned)) {
            for (Path file : files.toList()) {
                Files.move(file, whole.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.delete(pruned);
    }

    /** All texts when they are few enough, else every row whose hash falls into the share that is wanted. */
    private static Iterator<String> sample(TextTable corpus, long characters) {
        double share = (double) TOKENIZER_CHARACTERS / Math.max(1, characters);
        return IntStream.range(0, corpus.rows())
                .filter(row -> share >= 1 || fraction(row) < share)
                .mapToObj(corpus::text)
                .iterator();
    }

    /** A number from 0 to 1 that looks random (the finaliser of SplitMix64). */
    private static double fraction(int row) {
        long mixed = (row + 1) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return ((mixed ^ (mixed >>> 31)) >>> 11) * 0x1.0p-53;
    }
}
