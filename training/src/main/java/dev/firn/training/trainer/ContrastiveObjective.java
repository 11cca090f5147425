package dev.firn.training.trainer;

import static java.util.Objects.requireNonNull;

import dev.firn.training.batch.PackedBatch;
import dev.firn.training.batch.PairBatches;
import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.TokenTable;
import dev.firn.training.batch.UnseenTokens;
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
import java.util.ArrayList;
import java.util.List;

/** Contrastive training: InfoNCE over the embeddings of one source's pairs, computed in chunks (GradCache). */
final class ContrastiveObjective implements Objective {
    private final TokenTable queries;
    private final TokenTable documents;
    private final List<PairSource> sources;
    private final ContrastiveSettings settings;
    private final PairBatches batches;
    private final UnseenTokens unseenTokens;
    private final ContrastiveWorkspace workspace;
    private final PooledEncoder encoder;
    private final InfoNce loss;
    private final int hidden;
    private final PackedBatch whole;
    private final PackedBatch chunk;
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
        this.unseenTokens = new UnseenTokens(
                settings.unseenTokenShare(),
                settings.unseenTokenShare() == 0 ? new long[0] : frequencies(configuration.vocabularySize()),
                settings.specialTokens(),
                settings.optimization().seed());
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

    private long[] frequencies(int vocabularySize) {
        long[] frequencies = queries.frequencies(vocabularySize);
        long[] ofDocuments = documents.frequencies(vocabularySize);
        for (int token = 0; token < vocabularySize; token++) {
            frequencies[token] += ofDocuments[token];
        }
        return frequencies;
    }

    @Override
    public long stepsPerEpoch() {
        return batches.perEpoch();
    }

    @Override
    public Outcome accumulate(long step, TouchedRows touched) {
        PairSource source = sources.get(batches.source(step));
        int[] pairs = batches.pairs(step);
        int perPair = 1 + source.negativesPerPair();
        int[] queryRows = new int[pairs.length];
        int[] documentRows = new int[pairs.length * perPair];
        whole.clear();
        for (int i = 0; i < pairs.length; i++) {
            queryRows[i] = source.query(pairs[i]);
            whole.add(queries, queryRows[i], settings.queryTokens());
        }
        for (int i = 0; i < pairs.length; i++) {
            for (int k = 0; k < perPair; k++) {
                int row = k == 0 ? source.document(pairs[i]) : source.negative(pairs[i], k - 1);
                documentRows[i * perPair + k] = row;
                whole.add(documents, row, settings.documentTokens());
            }
            unseenTokens.swap(whole, i, whole.sequences() - perPair, perPair, step, i);
        }
        touched.add(whole.tokens(), whole.size());
        int sequences = whole.sequences();
        List<Integer> ends = new ArrayList<>();
        int from = 0;
        while (from < sequences) {
            int to = Chunks.end(whole, from, settings.chunkTokens());
            Tensor output = embed(from, to);
            copyRows(output, 0, embeddings, from, to - from);
            ends.add(to);
            from = to;
        }
        double value = loss.lossAndGradient(embeddings, queryRows, documentRows, gradients);
        // From the last chunk, which is still in the encoder's memory, to the first; those are computed once more
        for (int i = ends.size() - 1; i >= 0; i--) {
            int first = i == 0 ? 0 : ends.get(i - 1);
            int last = ends.get(i);
            if (i < ends.size() - 1) {
                embed(first, last);
            }
            encoder.backward(chunk, gradients.view((long) first * hidden, last - first, hidden));
        }
        return new Outcome(value, whole.size(), pairs.length, source.name());
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
