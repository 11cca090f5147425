package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.firn.training.batch.GivenNegatives;
import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.TokenTable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A prepared dataset, its tables mapped into memory; to be read by several threads. Rows of {@link #queries()} and
 * {@link #queryTokens()} are the same texts, and so on. After {@link #close()} its tables and pairs throw
 * {@link IllegalStateException}.
 *
 * <pre>
 * dataset.json                      the summary
 * tokenizer/                        tokenizer.json, tokenizer_config.json, special_tokens_map.json
 * vocabulary.rows                   where the tokeniser was pruned: the old id of each id, 32 bits each
 * texts/{queries,documents,corpus}  .text .offsets .language .languages
 * tokens/{queries,documents,corpus} .tokens .offsets
 * pairs/NNNN-source.pairs           query row, document row, 32 bits each
 * negatives/NNNN-source.negatives   where data come with negatives: query row, document row, score, positives' lowest score
 * evaluation/NNNN-set/              corpus.jsonl, queries.jsonl, qrels.tsv, set.json
 * </pre>
 *
 * <p>Numbers have their lowest byte first.
 */
public final class PreparedDataset implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path folder;
    private final Arena arena;
    private final DatasetSummary summary;
    private final TextTable queries;
    private final TextTable documents;
    private final TextTable corpus;
    private final TokenTable queryTokens;
    private final TokenTable documentTokens;
    private final TokenTable corpusTokens;
    private final List<PairSource> sources;
    private final Map<String, GivenNegatives> given;
    private final List<EvaluationFolder> evaluations;

    private PreparedDataset(Path folder, Arena arena) throws IOException {
        this.folder = folder;
        this.arena = arena;
        this.summary = JSON.readValue(Files.readAllBytes(folder.resolve(DatasetFiles.SUMMARY)), DatasetSummary.class);
        this.queries = new MappedTextTable(folder, DatasetFiles.QUERIES, arena);
        this.documents = new MappedTextTable(folder, DatasetFiles.DOCUMENTS, arena);
        this.corpus = new MappedTextTable(folder, DatasetFiles.TEXTS, arena);
        this.queryTokens = new MappedTokenTable(folder, DatasetFiles.QUERIES, arena);
        this.documentTokens = new MappedTokenTable(folder, DatasetFiles.DOCUMENTS, arena);
        this.corpusTokens = new MappedTokenTable(folder, DatasetFiles.TEXTS, arena);
        List<PairSource> pairs = new ArrayList<>();
        Map<String, GivenNegatives> given = new HashMap<>();
        for (int i = 0; i < summary.sources().size(); i++) {
            DatasetSummary.SourceSummary source = summary.sources().get(i);
            pairs.add(new PairSource(
                    source.name(),
                    source.language(),
                    rows(DatasetFiles.rowFile(folder, DatasetFiles.PAIRS, i, source.name()))));
            Path negatives = DatasetFiles.rowFile(folder, DatasetFiles.NEGATIVES, i, source.name());
            if (Files.isRegularFile(negatives)) {
                given.put(source.name(), new GivenNegatives(rows(negatives)));
            }
        }
        this.sources = List.copyOf(pairs);
        this.given = Map.copyOf(given);
        List<EvaluationFolder> sets = new ArrayList<>();
        for (int i = 0; i < summary.evaluations().size(); i++) {
            String name = summary.evaluations().get(i).name();
            sets.add(EvaluationFolder.open(DatasetFiles.evaluationFolder(folder, i, name)));
        }
        this.evaluations = List.copyOf(sets);
    }

    private IntBuffer rows(Path file) throws IOException {
        return LittleEndian.map(file, arena)
                .asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();
    }

    /** Opens the folder that {@link DatasetPreparer} wrote. */
    // The arena is the dataset's own, closed with it
    @SuppressWarnings("MustBeClosedChecker")
    public static PreparedDataset open(Path folder) throws IOException {
        requireNonNull(folder, "folder is null");
        Arena arena = Arena.ofShared();
        try {
            return new PreparedDataset(folder, arena);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** What dataset.json says: counts, and what was dropped and why. */
    public DatasetSummary summary() {
        return summary;
    }

    /** The folder of tokenizer.json, tokenizer_config.json and special_tokens_map.json. */
    public Path tokenizerFolder() {
        return folder.resolve(DatasetFiles.TOKENIZER);
    }

    /**
     * Where the tokeniser is a pruned one, the row that each of its ids has in the weights that belong to the whole one.
     *
     * @throws IOException when the file cannot be read
     */
    public Optional<int[]> vocabularyRows() throws IOException {
        Path file = folder.resolve(DatasetFiles.VOCABULARY_ROWS);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        return Optional.of(LittleEndian.map(file, arena).toArray(LittleEndian.INT));
    }

    /** The different queries of all sources. */
    public TextTable queries() {
        return queries;
    }

    /** The different documents of all sources. */
    public TextTable documents() {
        return documents;
    }

    /** Every different text for training, for masked language modelling. */
    public TextTable corpus() {
        return corpus;
    }

    /** The queries' tokens, with the query prefix. */
    public TokenTable queryTokens() {
        return queryTokens;
    }

    /** The documents' tokens, with the document prefix. */
    public TokenTable documentTokens() {
        return documentTokens;
    }

    /** The corpus's tokens, without a prefix. */
    public TokenTable corpusTokens() {
        return corpusTokens;
    }

    /** Pairs of rows by source, sources by name; without negatives. */
    public List<PairSource> sources() {
        return sources;
    }

    /** The negatives that came with the pairs of a source of {@link #sources()}; empty where none did. */
    public Optional<GivenNegatives> givenNegatives(String source) {
        return Optional.ofNullable(given.get(source));
    }

    /** The evaluation sets: those that the definition names, then those that sources hold back. */
    public List<EvaluationFolder> evaluations() {
        return evaluations;
    }

    @Override
    public void close() {
        arena.close();
    }
}
