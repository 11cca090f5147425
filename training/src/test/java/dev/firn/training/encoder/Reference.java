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

/** BERT and XLM-R. */
final class Reference implements PyTorchEncoder {
    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final ParameterLayout layout;
    private final EncoderConfiguration configuration;
    private final Map<String, NDArray> parameters = new HashMap<>();

    Reference(ParameterLayout layout, float[] values) {
        this.layout = layout;
        this.configuration = layout.configuration();
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

    private NDArray parameter(String name) {
        return parameters.get(name);
    }

    @Override
    public NDArray forward(int[] tokens) {
        int hidden = configuration.hidden();
        NDArray word = rows(parameter("embeddings.word_embeddings.weight"), tokens);
        int[] places = new int[tokens.length];
        int[] types = new int[tokens.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = i + configuration.positionOffset();
        }
        NDArray position = rows(parameter("embeddings.position_embeddings.weight"), places);
        NDArray type = rows(parameter("embeddings.token_type_embeddings.weight"), types);
        NDArray x = norm(word.add(position).add(type), "embeddings.LayerNorm");
        for (int layer = 0; layer < configuration.layers(); layer++) {
            String prefix = "encoder.layer." + layer + ".";
            NDArray query = linear(x, prefix + "attention.self.query");
            NDArray key = linear(x, prefix + "attention.self.key");
            NDArray value = linear(x, prefix + "attention.self.value");
            NDList heads = new NDList();
            int width = configuration.headWidth();
            NDArray scale = PyTorchEncoder.kept(manager, Math.sqrt(width));
            for (int head = 0; head < configuration.heads(); head++) {
                NDIndex columns = new NDIndex(":, " + head * width + ":" + (head + 1) * width);
                NDArray scores =
                        query.get(columns).matMul(key.get(columns).transpose()).div(scale);
                heads.add(scores.softmax(1).matMul(value.get(columns)));
            }
            NDArray attended = NDArrays.concat(heads, 1);
            NDArray attention = norm(
                    linear(attended, prefix + "attention.output.dense").add(x), prefix + "attention.output.LayerNorm");
            NDArray wide = gelu(linear(attention, prefix + "intermediate.dense"));
            x = norm(linear(wide, prefix + "output.dense").add(attention), prefix + "output.LayerNorm");
        }
        if (x.getShape().get(1) != hidden) {
            throw new IllegalStateException("shape " + x.getShape());
        }
        return x;
    }

    @Override
    public NDArray logits(NDArray states) {
        boolean bert = configuration.family() == EncoderFamily.BERT;
        NDArray dense = gelu(linear(states, bert ? "cls.predictions.transform.dense" : "lm_head.dense"));
        NDArray normed = norm(dense, bert ? "cls.predictions.transform.LayerNorm" : "lm_head.layer_norm");
        return normed.matMul(parameter("embeddings.word_embeddings.weight").transpose())
                .add(parameter(bert ? "cls.predictions.bias" : "lm_head.bias"));
    }

    private NDArray rows(NDArray table, int[] rows) {
        NDList parts = new NDList();
        for (int row : rows) {
            parts.add(table.get(new NDIndex(row + ":" + (row + 1))));
        }
        return PyTorchEncoder.joined(parts);
    }

    private NDArray linear(NDArray x, String name) {
        return x.matMul(parameter(name + ".weight").transpose()).add(parameter(name + ".bias"));
    }

    private NDArray gelu(NDArray x) {
        return Activation.gelu(x);
    }

    private NDArray norm(NDArray x, String name) {
        NDArray mean = x.mean(new int[] {1}, true);
        NDArray centered = x.sub(mean);
        NDArray variance = centered.mul(centered).mean(new int[] {1}, true);
        return centered.div(variance.add(configuration.layerNormEpsilon()).sqrt())
                .mul(parameter(name + ".weight"))
                .add(parameter(name + ".bias"));
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
