package dev.firn.training.search;

import static java.util.Objects.requireNonNull;

import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * Finds most of the documents with the highest scores for each query without comparing it with every document, by Lucene's
 * hierarchical navigable small worlds (Malkov and Yashunin 2016), and says how many of them it found: the recall against {@link
 * ExactSearch} for up to {@value #SAMPLED_QUERIES} of the queries, spread evenly.
 *
 * <p>What is found is scored and ordered as by {@link ExactSearch}. The same inputs give the same result: the index is built by one
 * thread, from a fixed seed. The index lies in files; building it holds 64 MB of vectors at a time.
 */
public final class ApproximateSearch {
    private static final int SAMPLED_QUERIES = 100;
    private static final int SAMPLED_DEPTH = 100;
    private static final int LARGEST_DIMENSION = 8192;
    private static final int CONNECTIONS = 16;
    private static final int BEAM_WIDTH = 200;
    private static final double BUFFER_MEGABYTES = 64;
    private static final String FIELD = "vector";

    private final ComputeContext context;

    public ApproximateSearch(ComputeContext context) {
        this.context = requireNonNull(context, "context is null");
    }

    /**
     * Searches; the parameters are those of {@link ExactSearch#search} but for one.
     *
     * @param folder an empty folder for the index, which the caller deletes
     * @return of the best {@value #SAMPLED_DEPTH} documents (or {@code depth} when that is less) that exact search finds, the share
     *     found here, in the mean over the sampled queries; 1 without any query
     */
    public double search(
            VectorTable queries,
            int[] queryRows,
            VectorTable documents,
            int[] documentRows,
            int depth,
            Path folder,
            HitConsumer consumer,
            ProgressListener progress)
            throws IOException {
        int dimension = ExactSearch.requireSameDimension(queries, documents);
        if (depth < 1) {
            throw new IllegalArgumentException("depth must be at least 1, is " + depth);
        }
        if (dimension > LARGEST_DIMENSION) {
            throw new IllegalArgumentException("an index holds vectors of at most %d components, these have %d"
                    .formatted(LARGEST_DIMENSION, dimension));
        }
        long total = (long) documentRows.length + queryRows.length;
        progress.progress(0, total);
        int[] sampled = IntStream.range(0, Math.min(SAMPLED_QUERIES, queryRows.length))
                .map(i -> (int) ((long) i * queryRows.length / Math.min(SAMPLED_QUERIES, queryRows.length)))
                .toArray();
        Sample sample = exact(queries, queryRows, documents, documentRows, sampled, Math.min(depth, SAMPLED_DEPTH));
        try (Arena arena = Arena.ofConfined();
                Directory directory = FSDirectory.open(folder)) {
            build(directory, documents, documentRows, progress, total);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                IndexSearcher searcher = new IndexSearcher(reader);
                searcher.setQueryCache(null);
                float[] query = new float[dimension];
                MemorySegment asked = arena.allocate((long) dimension * Float.BYTES, Long.BYTES);
                MemorySegment document = arena.allocate((long) dimension * Float.BYTES, Long.BYTES);
                BestDocuments best = new BestDocuments(depth);
                int[] positions = new int[depth];
                float[] scores = new float[depth];
                for (int i = 0; i < queryRows.length; i++) {
                    queries.copy(queryRows[i], query, 0);
                    queries.copy(queryRows[i], asked, 0);
                    // Lucene keeps the vector it is given
                    ScoreDoc[] found =
                            searcher.search(new KnnFloatVectorQuery(FIELD, query.clone(), depth), depth).scoreDocs;
                    for (ScoreDoc each : found) {
                        documents.copy(documentRows[each.doc], document, 0);
                        best.offer(DotProduct.score(asked, 0, document, 0, dimension), each.doc);
                    }
                    best.drain(positions, scores);
                    sample.compare(i, positions, found.length);
                    consumer.accept(i, found.length, positions, scores);
                    progress.progress(documentRows.length + i + 1L, total);
                }
            }
        }
        return sample.recall();
    }

    /** What exact search finds for some queries, and how much of that was found. */
    private static final class Sample {
        private final int[] queries;
        private final List<Set<Integer>> expected = new ArrayList<>();
        private int next;
        private double shares;

        private Sample(int[] queries) {
            this.queries = queries;
        }

        /** Compares with what was found for a query, if it is one of the sample; queries come in their order. */
        void compare(int query, int[] positions, int count) {
            if (next == queries.length || queries[next] != query) {
                return;
            }
            Set<Integer> wanted = expected.get(next++);
            long found = IntStream.range(0, count)
                    .filter(i -> wanted.contains(positions[i]))
                    .count();
            shares += wanted.isEmpty() ? 1 : (double) found / wanted.size();
        }

        double recall() {
            return queries.length == 0 ? 1 : shares / queries.length;
        }
    }

    private Sample exact(
            VectorTable queries, int[] queryRows, VectorTable documents, int[] documentRows, int[] sampled, int depth) {
        Sample sample = new Sample(sampled);
        new ExactSearch(context)
                .search(
                        queries,
                        IntStream.of(sampled).map(i -> queryRows[i]).toArray(),
                        documents,
                        documentRows,
                        depth,
                        (query, count, found, scores) -> {
                            Set<Integer> wanted = HashSet.newHashSet(count);
                            for (int i = 0; i < count; i++) {
                                wanted.add(found[i]);
                            }
                            sample.expected.add(wanted);
                        },
                        ProgressListener.NONE);
        return sample;
    }

    private static void build(
            Directory directory, VectorTable documents, int[] documentRows, ProgressListener progress, long total)
            throws IOException {
        IndexWriterConfig config = new IndexWriterConfig()
                .setOpenMode(IndexWriterConfig.OpenMode.CREATE)
                .setCodec(new VectorCodec())
                .setRAMBufferSizeMB(BUFFER_MEGABYTES)
                // These keep documents in the order in which they were added
                .setMergePolicy(new LogDocMergePolicy())
                .setMergeScheduler(new SerialMergeScheduler());
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (int i = 0; i < documentRows.length; i++) {
                float[] vector = new float[documents.dimension()];
                documents.copy(documentRows[i], vector, 0);
                Document document = new Document();
                document.add(new KnnFloatVectorField(FIELD, vector, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT));
                writer.addDocument(document);
                progress.progress(i + 1L, total);
            }
            writer.forceMerge(1);
        }
    }

    /** Lucene's own codec, for longer vectors than it takes by itself. */
    private static final class VectorCodec extends FilterCodec {
        private final PerFieldKnnVectorsFormat vectors = new PerFieldKnnVectorsFormat() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return new LongVectorsFormat();
            }
        };

        private VectorCodec() {
            super(Codec.getDefault().getName(), Codec.getDefault());
        }

        @Override
        public KnnVectorsFormat knnVectorsFormat() {
            return vectors;
        }
    }

    /** What it writes is read by the format whose name it has. */
    private static final class LongVectorsFormat extends KnnVectorsFormat {
        private final KnnVectorsFormat format;

        private LongVectorsFormat() {
            this(new Lucene99HnswVectorsFormat(CONNECTIONS, BEAM_WIDTH));
        }

        private LongVectorsFormat(KnnVectorsFormat format) {
            super(format.getName());
            this.format = format;
        }

        @Override
        public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
            return format.fieldsWriter(state);
        }

        @Override
        public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
            return format.fieldsReader(state);
        }

        @Override
        public int getMaxDimensions(String field) {
            return LARGEST_DIMENSION;
        }
    }
}
