package dev.firn.training.trainer;

import static java.util.Objects.requireNonNull;

import dev.firn.training.batch.PackedBatch;
import dev.firn.training.batch.PairBatches;
import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.RowNumbers;
import dev.firn.training.batch.Substitution;
import dev.firn.training.batch.TokenTable;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.PooledEncoder;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.loss.InfoNce;
import dev.firn.training.loss.MatryoshkaSlice;
import dev.firn.training.loss.NegativesMode;
import dev.firn.training.optimizer.TouchedRows;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Contrastive training: InfoNCE over the embeddings of one source's pairs, computed in chunks (GradCache). */
final class ContrastiveObjective implements Objective {
    private final TokenTable queries;
    private final TokenTable documents;
    private final List<PairSource> sources;
    private final ContrastiveSettings settings;
    private final PairBatches batches;
    private final Substitution substitution;
    private final boolean[] substituted;
    private final ContrastiveWorkspace workspace;
    private final PooledEncoder encoder;
    private final InfoNce loss;
    private final int hidden;
    private final PackedBatch whole;
    private final PackedBatch chunk;
    private final RowNumbers pairs = new RowNumbers();
    private final RowNumbers queryRows = new RowNumbers();
    private final RowNumbers documentRows = new RowNumbers();
    // The sequence that each chunk begins with
    private final RowNumbers firsts = new RowNumbers();
    private final Tensor embeddings;
    private final Tensor gradients;

    ContrastiveObjective(
            ParameterLayout layout,
            Tensor values,
            Tensor parameterGradients,
            TokenTable queries,
            TokenTable documents,
            List<PairSource> sources,
            ContrastiveSettings settings,
            ComputeContext context) {
        this.queries = requireNonNull(queries, "queries is null");
        this.documents = requireNonNull(documents, "documents is null");
        this.sources = List.copyOf(sources);
        this.settings = settings;
        EncoderConfiguration configuration = layout.configuration();
        this.hidden = configuration.hidden();
        check(configuration);
        this.batches = new PairBatches(
                this.sources,
                settings.batchSize(),
                settings.samplingExponent(),
                settings.optimization().seed());
        this.substitution = new Substitution(
                settings.substitutedShare(),
                queries,
                documents,
                configuration.vocabularySize(),
                settings.letters(),
                settings.optimization().seed());
        this.substituted = new boolean[settings.batchSize()];
        this.workspace = new ContrastiveWorkspace(
                layout, values, parameterGradients, settings, mostNegatives(this.sources), context);
        this.encoder = workspace.encoder;
        this.loss = workspace.loss;
        this.whole = workspace.whole;
        this.chunk = workspace.chunk;
        this.embeddings = workspace.embeddings;
        this.gradients = workspace.gradients;
    }

    /** Hard negatives of a pair, of the source with the most. */
    static int mostNegatives(List<PairSource> sources) {
        return sources.stream().mapToInt(PairSource::negativesPerPair).max().orElse(0);
    }

    private void check(EncoderConfiguration configuration) {
        for (MatryoshkaSlice slice : settings.slices()) {
            if (slice.dimensions() > hidden) {
                throw new IllegalArgumentException(
                        "a slice of " + slice.dimensions() + " dimensions is wider than the model's " + hidden);
            }
        }
        int longest = Math.max(settings.queryTokens(), settings.documentTokens());
        if (longest > configuration.maximumTokens()) {
            throw new IllegalArgumentException("queryTokens or documentTokens is " + longest
                    + ", the model has positions for " + configuration.maximumTokens());
        }
        for (PairSource source : sources) {
            if (settings.negatives() == NegativesMode.HARD_ONLY && source.negativesPerPair() == 0) {
                throw new IllegalArgumentException("source " + source.name() + " has no hard negatives");
            }
            for (int pair = 0; pair < source.size(); pair++) {
                checkRow(source, "query", source.query(pair), queries.rows());
                checkRow(source, "document", source.document(pair), documents.rows());
                for (int i = 0; i < source.negativesPerPair(); i++) {
                    checkRow(source, "negative", source.negative(pair, i), documents.rows());
                }
            }
        }
    }

    private static void checkRow(PairSource source, String what, int row, int rows) {
        if (row < 0 || row >= rows) {
            throw new IllegalArgumentException(
                    "source " + source.name() + " names " + what + " row " + row + " of a table of " + rows + " rows");
        }
    }

    @Override
    public long stepsPerEpoch() {
        return batches.perEpoch();
    }

    @Override
    public Outcome accumulate(long step, TouchedRows touched) {
        PairSource source = sources.get(batches.source(step));
        batches.choose(step, pairs);
        int perPair = 1 + source.negativesPerPair();
        queryRows.clear();
        documentRows.clear();
        whole.clear();
        for (int i = 0; i < pairs.size(); i++) {
            int row = source.query(pairs.get(i));
            queryRows.add(row);
            substituted[i] = substitution.chooses(row, source.document(pairs.get(i)), step, i);
            if (substituted[i]) {
                substitution.addQuery(whole, row, settings.queryTokens(), step, i);
            } else {
                whole.add(queries, row, settings.queryTokens());
            }
        }
        for (int i = 0; i < pairs.size(); i++) {
            for (int k = 0; k < perPair; k++) {
                int row = k == 0 ? source.document(pairs.get(i)) : source.negative(pairs.get(i), k - 1);
                documentRows.add(row);
                if (substituted[i]) {
                    substitution.addDocument(whole, row, settings.documentTokens(), step, i);
                } else {
                    whole.add(documents, row, settings.documentTokens());
                }
            }
        }
        touched.add(whole.tokens(), whole.size());
        int sequences = whole.sequences();
        firsts.clear();
        Tensor output = null;
        int from = 0;
        while (from < sequences) {
            int to = Chunks.end(whole, from, settings.chunkTokens());
            output = embed(from, to);
            copyRows(output, 0, embeddings, from, to - from);
            firsts.add(from);
            from = to;
        }
        double value = loss.lossAndGradient(
                embeddings, queryRows.array(), queryRows.size(), documentRows.array(), documentRows.size(), gradients);
        // From the last chunk, which is still in the encoder's memory, to the first; those are computed once more
        int last = sequences;
        for (int i = firsts.size() - 1; i >= 0; i--) {
            int first = firsts.get(i);
            if (last < sequences) {
                output = embed(first, last);
            }
            // The output was copied, or is known: its memory takes the gradient
            copyRows(gradients, first, output, 0, last - first);
            encoder.backward(chunk, output);
            last = first;
        }
        return new Outcome(value, whole.size(), pairs.size(), source.name());
    }

    private Tensor embed(int from, int to) {
        chunk.clear();
        chunk.add(whole, from, to);
        return encoder.forward(chunk);
    }

    private void copyRows(Tensor source, int sourceRow, Tensor target, int targetRow, int count) {
        long bytes = (long) hidden * Float.BYTES;
        MemorySegment.copy(source.segment(), sourceRow * bytes, target.segment(), targetRow * bytes, count * bytes);
    }

    @Override
    public void close() {
        workspace.close();
    }
}
