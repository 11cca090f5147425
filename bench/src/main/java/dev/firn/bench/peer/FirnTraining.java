package dev.firn.bench.peer;

import dev.firn.training.batch.PackedBatch;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.PooledEncoder;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Kernels;
import dev.firn.training.kernels.MatrixProducts;
import dev.firn.training.kernels.OpenBlasProducts;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.kernels.VectorKernels;
import dev.firn.training.optimizer.AdamW;
import dev.firn.training.optimizer.AdamWSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Training steps by Firn: all columns of a step are one packed batch. */
final class FirnTraining implements Runner {
    private final TrainingWork work;
    private final CallTimes times;
    private final ComputeContext context;
    private final Tensor values;
    private final Tensor gradients;
    private final PooledEncoder encoder;
    private final AdamW optimizer;
    private final int hidden;
    private final PackedBatch batch = new PackedBatch();
    private final Tensor left = Tensor.zeros(Gemm.ROWS, Gemm.IN);
    private final Tensor right = Tensor.zeros(Gemm.OUT, Gemm.IN);
    private final Tensor product = Tensor.zeros(Gemm.ROWS, Gemm.OUT);
    private Tensor pooledGradient = Tensor.zeros(0, 0);
    private long updates;

    /**
     * Reads the weights.
     *
     * @param timed whether each call of a kernel or product is timed
     */
    FirnTraining(TrainingWork work, boolean timed) throws IOException {
        this.work = work;
        this.times = timed ? new CallTimes() : null;
        this.context = timed
                ? new ComputeContext(
                        work.threads(),
                        times.timed(Kernels.class, new VectorKernels()),
                        times.timed(MatrixProducts.class, new OpenBlasProducts()))
                : new ComputeContext(work.threads());
        Path folder = Path.of(work.weights());
        EncoderConfiguration configuration = WeightsFolder.readConfiguration(folder);
        ParameterLayout layout = new ParameterLayout(configuration, false);
        this.hidden = configuration.hidden();
        this.values = WeightsFolder.read(folder, layout);
        this.gradients = Tensor.zeros(1, values.columns());
        this.encoder = new PooledEncoder(layout, values, gradients, Pooling.MEAN, context);
        this.optimizer = new AdamW(layout, AdamWSettings.defaults(), context);
        left.array().assign(0.5f);
        right.array().assign(0.5f);
    }

    @Override
    public Map<String, Double> run(String name) {
        return switch (name) {
            case "steps" -> steps();
            case "gemm" -> {
                for (int i = 0; i < Gemm.REPEATS; i++) {
                    context.multiplyTransposed(1, left, 0, Gemm.ROWS, right, 0, Gemm.OUT, 0, product, 0);
                }
                yield Map.of();
            }
            default -> throw new IllegalArgumentException("there is no work " + name);
        };
    }

    private Map<String, Double> steps() {
        if (times != null) {
            times.clear();
        }
        long start = System.nanoTime();
        double loss = 0;
        for (int step = 0; step < work.steps().length; step++) {
            loss = step(step);
        }
        Map<String, Double> figures = new HashMap<>();
        figures.put("loss", loss);
        if (times != null) {
            double available = (System.nanoTime() - start) * 1e-9 * work.threads();
            times.seconds().forEach((call, seconds) -> figures.put(CallTimes.SHARE + call, seconds / available));
        }
        return figures;
    }

    private double step(int step) {
        batch.clear();
        for (int[][] column : work.steps()[step]) {
            for (int[] text : column) {
                batch.add(text, 0, text.length);
            }
        }
        int texts = batch.sequences();
        if (pooledGradient.rows() < texts) {
            pooledGradient.close();
            pooledGradient = Tensor.zeros(texts, hidden);
        }
        float[] targets = Targets.of(step, texts, hidden);
        Tensor pooled = encoder.forward(batch);
        double loss = 0;
        for (int i = 0; i < targets.length; i++) {
            float gap = pooled.get(i) - targets[i];
            loss += (double) gap * gap;
            pooledGradient.set(i, gap / texts);
        }
        encoder.backward(batch, pooledGradient);
        // A gradient of norm 0 is not clipped
        optimizer.update(values, gradients, work.learningRate(), 0, Double.POSITIVE_INFINITY, updates);
        updates++;
        return loss / (2.0 * texts);
    }

    @Override
    public void close() {
        encoder.close();
        optimizer.close();
        values.close();
        gradients.close();
        left.close();
        right.close();
        product.close();
        pooledGradient.close();
        context.close();
    }
}
