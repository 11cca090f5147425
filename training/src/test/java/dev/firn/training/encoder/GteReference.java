package dev.firn.training.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.training.GradientCollector;
import dev.firn.training.encoder.ParameterLayout.Parameter;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The {@code new} architecture of gte-multilingual in PyTorch, after its published definition: rotation as {@code x·cos +
 * rotateHalf(x)·sin} on the whole of queries and keys, tables from frequencies of its own.
 */
final class GteReference implements PyTorchEncoder {
    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final ParameterLayout layout;
    private final EncoderConfiguration configuration;
    private final double theta;
    private final double factor;
    private final Map<String, NDArray> parameters = new HashMap<>();

    GteReference(ParameterLayout layout, float[] values) {
        this.layout = layout;
        this.configuration = layout.configuration();
        PositionEncoding.Rotary rotary = (PositionEncoding.Rotary) configuration.positionEncoding();
        this.theta = rotary.theta();
        this.factor = rotary.scaling();
        for (Parameter parameter : layout.parameters()) {
            float[] slice = new float[(int) parameter.length()];
            System.arraycopy(values, (int) parameter.offset(), slice, 0, slice.length);
            long[] shape = parameter.shape().stream().mapToLong(Long::longValue).toArray();
            NDArray array = manager.create(slice, new Shape(shape));
            array.setRequiresGradient(true);
            parameters.put(parameter.name(), array);
        }
    }

    @Override
    public NDManager manager() {
        return manager;
    }

    @Override
    public NDArray forward(int[] tokens) {
        int hidden = configuration.hidden();
        int width = configuration.headWidth();
        float[] cosines = new float[tokens.length * width];
        float[] sines = new float[tokens.length * width];
        for (int position = 0; position < tokens.length; position++) {
            for (int i = 0; i < width; i++) {
                double inverse = Math.pow(theta * factor, -2.0 * (i % (width / 2)) / width);
                double angle = position * inverse / Math.pow(factor, 2.0 / width);
                cosines[position * width + i] = (float) Math.cos(angle);
                sines[position * width + i] = (float) Math.sin(angle);
            }
        }
        Shape angles = new Shape(tokens.length, width);
        NDArray scale = PyTorchEncoder.kept(manager, Math.sqrt(width));
        NDArray cosine = manager.create(cosines, angles);
        NDArray sine = manager.create(sines, angles);
        NDArray word = rows(parameters.get("embeddings.word_embeddings.weight"), tokens);
        NDArray type = rows(parameters.get("embeddings.token_type_embeddings.weight"), new int[tokens.length]);
        NDArray x = norm(word.add(type), "embeddings.LayerNorm");
        for (int layer = 0; layer < configuration.layers(); layer++) {
            String prefix = "encoder.layer." + layer + ".";
            NDArray packed = linear(x, prefix + "attention.qkv_proj");
            NDList heads = new NDList();
            for (int head = 0; head < configuration.heads(); head++) {
                NDArray query = columns(packed, head * width, width);
                NDArray key = columns(packed, hidden + head * width, width);
                NDArray value = columns(packed, 2 * hidden + head * width, width);
                NDArray rotatedQuery = query.mul(cosine).add(rotateHalf(query).mul(sine));
                NDArray rotatedKey = key.mul(cosine).add(rotateHalf(key).mul(sine));
                NDArray scores = rotatedQuery.matMul(rotatedKey.transpose()).div(scale);
                heads.add(scores.softmax(1).matMul(value));
            }
            NDArray attended = NDArrays.concat(heads, 1);
            x = norm(x.add(linear(attended, prefix + "attention.o_proj")), prefix + "attn_ln");
            NDArray upAndGate =
                    x.matMul(parameters.get(prefix + "mlp.up_gate_proj.weight").transpose());
            NDArray up = columns(upAndGate, 0, configuration.intermediate());
            NDArray gate = columns(upAndGate, configuration.intermediate(), configuration.intermediate());
            NDArray gated = Activation.gelu(gate).mul(up);
            x = norm(x.add(linear(gated, prefix + "mlp.down_proj")), prefix + "mlp_ln");
        }
        return x;
    }

    @Override
    public NDArray logits(NDArray states) {
        NDArray normed = norm(Activation.gelu(linear(states, "lm_head.dense")), "lm_head.norm");
        return normed.matMul(parameters.get("embeddings.word_embeddings.weight").transpose())
                .add(parameters.get("lm_head.decoder.bias"));
    }

    private static NDArray columns(NDArray x, int from, int count) {
        return x.get(new NDIndex(":, " + from + ":" + (from + count)));
    }

    private static NDArray rotateHalf(NDArray x) {
        int half = (int) x.getShape().get(1) / 2;
        return NDArrays.concat(new NDList(columns(x, half, half).neg(), columns(x, 0, half)), 1);
    }

    private static NDArray rows(NDArray table, int[] rows) {
        NDList parts = new NDList();
        for (int row : rows) {
            parts.add(table.get(new NDIndex(row + ":" + (row + 1))));
        }
        return PyTorchEncoder.joined(parts);
    }

    private NDArray linear(NDArray x, String name) {
        return x.matMul(parameters.get(name + ".weight").transpose()).add(parameters.get(name + ".bias"));
    }

    private NDArray norm(NDArray x, String name) {
        NDArray centered = x.sub(x.mean(new int[] {1}, true));
        NDArray variance = centered.square().mean(new int[] {1}, true);
        return centered.div(variance.add(configuration.layerNormEpsilon()).sqrt())
                .mul(parameters.get(name + ".weight"))
                .add(parameters.get(name + ".bias"));
    }

    @Override
    public Map<String, float[]> gradients(Supplier<NDArray> loss) {
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            collector.backward(loss.get());
        }
        Map<String, float[]> gradients = new HashMap<>();
        for (Parameter parameter : layout.parameters()) {
            gradients.put(
                    parameter.name(),
                    parameters.get(parameter.name()).getGradient().toFloatArray());
        }
        return gradients;
    }

    @Override
    public void close() {
        manager.close();
    }
}
