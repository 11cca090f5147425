package dev.firn.training.kernels;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Every kernel on fixed inputs, with widths that whole vectors cover and widths that they do not. A program of its own too: it runs
 * each kernel a number of times and prints the hash of what came out, so that a test can run it interpreted and compiled.
 */
final class KernelRuns {
    private static final int ROWS = 5;
    private static final int TABLE_ROWS = 7;
    private static final int[] INDICES = {3, 0, 6, 3, 1};
    private static final int[] STARTS = {0, 1, 4, 6};
    private static final int[] TARGETS = {1, 0, 2, 2, 1};

    private KernelRuns() {}

    /** One kernel, on tensors of its own. */
    interface Run {
        /** Sets the inputs, calls the kernel, and gives all tensors it may have written. */
        Tensor[] run(Kernels kernels);
    }

    /** What a run gave, value by value. */
    static float[] result(Run run, Kernels kernels) {
        float[][] parts = Arrays.stream(run.run(kernels)).map(Tensor::toArray).toArray(float[][]::new);
        float[] all =
                new float[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /** A tensor whose values are set anew for each run. */
    private static final class Input {
        private final Tensor tensor;
        private final float[] values;

        private Input(Tensor tensor, float[] values) {
            this.tensor = tensor;
            this.values = values;
        }

        static Input of(int rows, int columns, int seed, float scale, float shift) {
            float[] values = new float[rows * columns];
            long state = seed * 7919L + 13;
            for (int i = 0; i < values.length; i++) {
                state = state * 6364136223846793005L + 1442695040888963407L;
                values[i] = ((state >>> 40) * 0x1.0p-23f - 1f) * scale + shift;
            }
            return new Input(Tensor.zeros(rows, columns), values);
        }

        Tensor tensor() {
            return tensor;
        }

        Tensor reset() {
            tensor.set(0, values);
            return tensor;
        }
    }

    static Map<String, Run> all() {
        Map<String, Run> runs = new LinkedHashMap<>();
        for (int columns : new int[] {3, 8, 16, 29, 64}) {
            addRowKernels(runs, columns);
            addLossKernels(runs, columns);
        }
        for (int width : new int[] {3, 16, 29}) {
            addAttention(runs, width, 1, 1);
            addAttention(runs, width, 18, 5);
        }
        // More queries than a block has, and more keys than are summed at once
        addAttention(runs, 4, 20, 66);
        addAttention(runs, 4, 260, 2);
        for (int length : new int[] {5, 4096, 4099}) {
            addFlatKernels(runs, length);
        }
        return runs;
    }

    private static void addRowKernels(Map<String, Run> runs, int n) {
        Input x = Input.of(ROWS, n, 1, 4f, 0.1f);
        Input g = Input.of(ROWS, n, 2, 1f, 0f);
        Input y = Input.of(ROWS, n, 3, 1f, 0f);
        Input statistics = Input.of(ROWS, 2, 4, 0.5f, 1f);
        Input gamma = Input.of(1, n, 5, 0.5f, 1f);
        Input beta = Input.of(1, n, 6, 0.5f, 0f);
        Input bias = Input.of(1, n, 7, 1f, 0f);
        Input first = Input.of(1, n, 8, 1f, 0f);
        Input second = Input.of(1, n, 9, 1f, 0f);
        Input third = Input.of(1, n, 10, 1f, 0f);
        Input table = Input.of(TABLE_ROWS, n, 11, 1f, 0f);
        Input other = Input.of(TABLE_ROWS, n, 12, 1f, 0f);
        Input lengths = Input.of(ROWS, 1, 13, 1f, 2f);
        runs.put("addBias " + n, kernels -> {
            kernels.addBias(x.reset(), bias.reset(), 1, n, 1, ROWS);
            return new Tensor[] {x.tensor()};
        });
        runs.put("columnSums " + n, kernels -> {
            kernels.columnSums(x.reset(), first.reset(), 1, n, 1, ROWS);
            return new Tensor[] {first.tensor()};
        });
        runs.put("biasGelu " + n, kernels -> {
            kernels.biasGelu(x.reset(), bias.reset(), y.reset(), 1, ROWS);
            return new Tensor[] {x.tensor(), y.tensor()};
        });
        runs.put("biasGeluBackward " + n, kernels -> {
            kernels.biasGeluBackward(x.reset(), g.reset(), y.reset(), first.reset(), 1, ROWS);
            return new Tensor[] {g.tensor(), y.tensor(), first.tensor()};
        });
        Input doubled = Input.of(ROWS, 2 * n, 15, 4f, 0.1f);
        runs.put("gatedGelu " + n, kernels -> {
            kernels.gatedGelu(doubled.reset(), y.reset(), 1, ROWS);
            return new Tensor[] {y.tensor()};
        });
        runs.put("gatedGeluBackward " + n, kernels -> {
            kernels.gatedGeluBackward(doubled.reset(), g.reset(), y.reset(), 1, ROWS);
            return new Tensor[] {doubled.tensor(), y.tensor()};
        });
        Input rotated = Input.of(ROWS, 6 * n, 16, 4f, 0.1f);
        Input rotations = Input.of(TABLE_ROWS, 2 * n, 17, 1f, 0f);
        runs.put("rotary " + n, kernels -> {
            kernels.rotary(rotated.reset(), 2 * n, 6 * n, rotations.reset(), INDICES, 1, ROWS);
            return new Tensor[] {rotated.tensor()};
        });
        runs.put("rotaryBackward " + n, kernels -> {
            kernels.rotaryBackward(rotated.reset(), 0, 4 * n, rotations.reset(), INDICES, 1, ROWS);
            return new Tensor[] {rotated.tensor()};
        });
        runs.put("layerNorm " + n, kernels -> {
            kernels.layerNorm(x.reset(), gamma.reset(), beta.reset(), 1e-5f, y.reset(), statistics.reset(), 1, ROWS);
            return new Tensor[] {y.tensor(), statistics.tensor()};
        });
        runs.put("residualLayerNorm " + n, kernels -> {
            kernels.residualLayerNorm(
                    x.reset(),
                    bias.reset(),
                    g.reset(),
                    gamma.reset(),
                    beta.reset(),
                    1e-5f,
                    y.reset(),
                    statistics.reset(),
                    1,
                    ROWS);
            return new Tensor[] {x.tensor(), y.tensor(), statistics.tensor()};
        });
        runs.put("layerNormBackward " + n, kernels -> {
            kernels.layerNormBackward(
                    x.reset(),
                    statistics.reset(),
                    gamma.reset(),
                    g.reset(),
                    first.reset(),
                    second.reset(),
                    third.reset(),
                    1,
                    ROWS);
            return new Tensor[] {g.tensor(), first.tensor(), second.tensor(), third.tensor()};
        });
        runs.put("gatherEmbeddings " + n, kernels -> {
            kernels.gatherEmbeddings(INDICES, TARGETS, table.reset(), other.reset(), bias.reset(), y.reset(), 1, ROWS);
            return new Tensor[] {y.tensor()};
        });
        Input none = Input.of(0, n, 14, 1f, 0f);
        runs.put("gatherEmbeddings without positions " + n, kernels -> {
            kernels.gatherEmbeddings(INDICES, TARGETS, table.reset(), none.tensor(), bias.reset(), y.reset(), 1, ROWS);
            return new Tensor[] {y.tensor()};
        });
        runs.put("gatherRows " + n, kernels -> {
            kernels.gatherRows(table.reset(), INDICES, y.reset(), 1, ROWS);
            return new Tensor[] {y.tensor()};
        });
        runs.put("scatterAddRows " + n, kernels -> {
            kernels.scatterAddRows(x.reset(), INDICES, table.reset(), 1, n, 0, ROWS);
            return new Tensor[] {table.tensor()};
        });
        runs.put("meanRows " + n, kernels -> {
            kernels.meanRows(table.reset(), STARTS, y.reset(), 1, 3);
            return new Tensor[] {y.tensor()};
        });
        runs.put("meanRowsBackward " + n, kernels -> {
            kernels.meanRowsBackward(y.reset(), STARTS, table.reset(), 1, 3);
            return new Tensor[] {table.tensor()};
        });
        runs.put("normalize " + n, kernels -> {
            kernels.normalize(x.reset(), n, y.reset(), lengths.reset(), 1, ROWS);
            return new Tensor[] {y.tensor(), lengths.tensor()};
        });
        runs.put("normalizeBackward " + n, kernels -> {
            kernels.normalizeBackward(y.reset(), lengths.reset(), g.reset(), 0.5f, x.reset(), 1, ROWS);
            return new Tensor[] {x.tensor()};
        });
    }

    private static void addLossKernels(Map<String, Run> runs, int n) {
        Input x = Input.of(ROWS, n, 21, 30f, 0f);
        Input bias = Input.of(1, n, 24, 1f, 0f);
        Input loss = Input.of(1, 2, 25, 0f, 0f);
        runs.put("crossEntropy " + n, kernels -> {
            Tensor logits = x.reset();
            logits.set(n + 0, Float.NEGATIVE_INFINITY);
            double sum = kernels.crossEntropy(logits, n, n, 0.5f, bias.reset(), TARGETS, 0, 0.2f, 2, ROWS);
            loss.reset().set(0, (float) sum);
            loss.tensor().set(1, (float) (sum - (float) sum));
            return new Tensor[] {logits, loss.tensor()};
        });
    }

    private static void addAttention(Map<String, Run> runs, int width, int keys, int queries) {
        int heads = 2;
        int hidden = heads * width;
        Input query = Input.of(queries + 2, hidden, 41, 2f, 0f);
        Input projected = Input.of(keys + 2, 3 * hidden, 42, 2f, 0f);
        Input result = Input.of(queries + 1, hidden, 43, 1f, 0f);
        Input queryGradient = Input.of(queries + 2, hidden, 44, 1f, 0f);
        Input projectedGradient = Input.of(keys + 2, 3 * hidden, 45, 1f, 0f);
        String shape = " of " + queries + " queries, " + keys + " keys, width " + width;
        runs.put("attention" + shape, kernels -> {
            try (Tensor workspace = Tensor.zeros(1, (int) kernels.attentionWorkspace(keys, width))) {
                kernels.attention(
                        query.reset(), 2, queries, projected.reset(), 1, keys, heads, result.reset(), 1, workspace);
            }
            return new Tensor[] {result.tensor()};
        });
        for (int count : new int[] {0, queries}) {
            runs.put("attentionBackward of " + count + shape, kernels -> {
                try (Tensor workspace = Tensor.zeros(1, (int) kernels.attentionWorkspace(keys, width))) {
                    kernels.attentionBackward(
                            query.reset(),
                            2,
                            count,
                            projected.reset(),
                            1,
                            keys,
                            heads,
                            result.reset(),
                            1,
                            queryGradient.reset(),
                            projectedGradient.reset(),
                            workspace);
                }
                return new Tensor[] {queryGradient.tensor(), projectedGradient.tensor()};
            });
        }
    }

    private static void addFlatKernels(Map<String, Run> runs, int length) {
        Input x = Input.of(1, length, 31, 1f, 0f);
        Input g = Input.of(1, length, 32, 1f, 0f);
        Input m = Input.of(1, length, 33, 1f, 0f);
        Input v = Input.of(1, length, 34, 0.5f, 0.6f);
        Input sum = Input.of(1, 2, 35, 0f, 0f);
        Kernels.AdamWStep step = new Kernels.AdamWStep(0.7f, 0.9f, 0.1f, 0.999f, 0.001f, 0.01f, 3.1f, 1e-8f);
        runs.put("drain " + length, kernels -> {
            kernels.drain(x.reset(), g.reset(), 1, length);
            return new Tensor[] {x.tensor(), g.tensor()};
        });
        runs.put("sumOfSquares " + length, kernels -> {
            double squares = kernels.sumOfSquares(x.reset(), 1, length);
            sum.reset().set(0, (float) squares);
            sum.tensor().set(1, kernels.largestMagnitude(x.tensor(), 1, length));
            return new Tensor[] {sum.tensor()};
        });
        runs.put("adamWWithoutGradient " + length, kernels -> {
            kernels.adamWWithoutGradient(x.reset(), m.reset(), v.reset(), step, 0.01f, 1, length);
            return new Tensor[] {x.tensor(), m.tensor(), v.tensor()};
        });
        runs.put("decay " + length, kernels -> {
            kernels.decay(x.reset(), 0.01f, 1, length);
            return new Tensor[] {x.tensor()};
        });
        runs.put("adamW " + length, kernels -> {
            kernels.adamW(x.reset(), g.reset(), m.reset(), v.reset(), step, 0.01f, 1, length);
            return new Tensor[] {x.tensor(), g.tensor(), m.tensor(), v.tensor()};
        });
    }

    /** Prints name and hash of each kernel's result, or that it changed from one repetition to another. */
    public static void main(String[] arguments) {
        int repetitions = Integer.parseInt(arguments[0]);
        Kernels kernels = new VectorKernels();
        all().forEach((name, run) -> {
            int expected = 0;
            for (int i = 0; i < repetitions; i++) {
                int hash = Arrays.hashCode(result(run, kernels));
                if (i > 0 && hash != expected) {
                    System.out.println("kernel " + name + " changed in repetition " + i);
                    return;
                }
                expected = hash;
            }
            System.out.println("kernel " + name + " " + Integer.toHexString(expected));
        });
    }
}
