package dev.firn.bench.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Embedding by ONNX Runtime with its default options but for the number of threads. Texts are taken by length, 32 at a time as
 * sentence-transformers does; either padded to the longest of the 32, as there, or no further than to the next text of another length,
 * so that nothing is padded.
 */
final class OnnxEncoding implements Runner {
    private static final int TEXTS_PER_BATCH = 32;

    private final EncodingWork work;
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final List<int[]> batches = new ArrayList<>();

    OnnxEncoding(EncodingWork work, boolean padded) throws OrtException {
        this.work = work;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(work.threads());
            this.session = environment.createSession(work.model(), options);
        }
        Integer[] order = new Integer[work.texts().length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(
                order,
                Comparator.comparingInt((Integer i) -> work.texts()[i].length).reversed());
        int from = 0;
        while (from < order.length) {
            int to = from + 1;
            while (to < order.length
                    && to - from < TEXTS_PER_BATCH
                    && (padded || length(order[to]) == length(order[from]))) {
                to++;
            }
            batches.add(
                    Arrays.stream(order, from, to).mapToInt(Integer::intValue).toArray());
            from = to;
        }
    }

    private int length(int text) {
        return work.texts()[text].length;
    }

    @Override
    public Map<String, Double> run(String name) throws OrtException {
        float[][] vectors = new float[work.texts().length][];
        long padded = 0;
        for (int[] batch : batches) {
            padded += (long) length(batch[0]) * batch.length;
            embed(batch, vectors);
        }
        float[] last = vectors[vectors.length - 1];
        return Map.of("first", (double) vectors[0][0], "last", (double) last[last.length - 1], "paddedTokens", (double)
                padded);
    }

    private void embed(int[] batch, float[][] vectors) throws OrtException {
        int longest = length(batch[0]);
        LongBuffer tokens = longs(batch.length * longest);
        LongBuffer mask = longs(batch.length * longest);
        for (int text : batch) {
            for (int i = 0; i < longest; i++) {
                boolean real = i < length(text);
                tokens.put(real ? work.texts()[text][i] : 0);
                mask.put(real ? 1 : 0);
            }
        }
        long[] shape = {batch.length, longest};
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try {
            inputs.put("input_ids", OnnxTensor.createTensor(environment, tokens.flip(), shape));
            inputs.put("attention_mask", OnnxTensor.createTensor(environment, mask.flip(), shape));
            if (session.getInputNames().contains("token_type_ids")) {
                inputs.put(
                        "token_type_ids", OnnxTensor.createTensor(environment, longs(batch.length * longest), shape));
            }
            try (OrtSession.Result result = session.run(inputs)) {
                OnnxTensor states = (OnnxTensor) result.get(0);
                int hidden = (int) states.getInfo().getShape()[2];
                FloatBuffer values = states.getFloatBuffer();
                float[] state = new float[hidden];
                for (int row = 0; row < batch.length; row++) {
                    vectors[batch[row]] = new float[hidden];
                    for (int i = 0; i < length(batch[row]); i++) {
                        values.get((row * longest + i) * hidden, state);
                        for (int component = 0; component < hidden; component++) {
                            vectors[batch[row]][component] += state[component];
                        }
                    }
                    normalize(vectors[batch[row]]);
                }
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static void normalize(float[] vector) {
        double square = 0;
        for (float component : vector) {
            square += (double) component * component;
        }
        float scale = (float) (1 / Math.sqrt(square));
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= scale;
        }
    }

    private static LongBuffer longs(int count) {
        return ByteBuffer.allocateDirect(count * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .asLongBuffer();
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("the ONNX session could not be closed", e);
        }
    }
}
