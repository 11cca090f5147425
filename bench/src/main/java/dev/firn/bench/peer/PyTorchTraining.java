package dev.firn.bench.peer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.ParameterLayout.Parameter;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.optimizer.AdamWSettings;
import dev.firn.training.safetensors.SafetensorsFile;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Training steps by PyTorch, from its fused operations: {@code linear}, {@code layer_norm}, {@code gelu}, {@code embedding}, {@code
 * scaled_dot_product_attention} (flash attention on a CPU, forward and backward, with and without a mask), and the fused AdamW.
 *
 * <p>DJL has methods for the first four only, no scaled dot product attention, and an Adam without decoupled decay; its own way to
 * gradients adds them to arrays that must be cleared first. All of it is reachable through TorchScript: the whole step is one
 * method of a module that is written out as source and loaded through DJL, one call a step. The graph executor's optimisations are
 * turned off, so that the operators run one after the other as they do from Python, and the gradients come from {@code
 * torch.autograd.grad}, fresh each step, as after {@code zero_grad(set_to_none=True)}.
 *
 * <p>The model is BERT as Hugging Face's transformers compute it: separate projections of query, key and value, a mask as long as
 * the longest text of the column where the texts differ in length, none where they do not. Gradients of the word table are dense,
 * the default there.
 */
final class PyTorchTraining implements Runner {
    private static final String SOURCE = "encoder.torchscript";

    private final TrainingWork work;
    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final NDList state = new NDList();
    private final int hidden;
    private final long padding;
    private final NDList gemm;

    /** Reads the weights. */
    PyTorchTraining(TrainingWork work) throws IOException {
        this.work = work;
        Path folder = Path.of(work.weights());
        EncoderConfiguration configuration = WeightsFolder.readConfiguration(folder);
        this.hidden = configuration.hidden();
        this.padding = configuration.paddingToken();
        this.manager = (PtNDManager) NDManager.newBaseManager("PyTorch");
        JniUtils.setNumThreads(work.threads());
        JniUtils.setGraphExecutorOptimize(false);
        byte[] archive = TorchScriptArchive.of(source(configuration));
        this.module = JniUtils.loadModule(manager, new ByteArrayInputStream(archive), false, false);
        readParameters(folder, new ParameterLayout(configuration, false));
        this.gemm = new NDList(
                method("gemm"),
                manager.full(new Shape(Gemm.ROWS, Gemm.IN), 0.5f),
                manager.full(new Shape(Gemm.OUT, Gemm.IN), 0.5f),
                manager.zeros(new Shape(Gemm.ROWS, Gemm.OUT)));
    }

    private String source(EncoderConfiguration configuration) throws IOException {
        AdamWSettings settings = AdamWSettings.defaults();
        Map<String, Object> values = Map.ofEntries(
                Map.entry("layers", configuration.layers()),
                Map.entry("hidden", hidden),
                Map.entry("heads", configuration.heads()),
                Map.entry("width", configuration.headWidth()),
                Map.entry("offset", configuration.positionOffset()),
                Map.entry("padding", padding),
                Map.entry("epsilon", configuration.layerNormEpsilon()),
                Map.entry("rate", work.learningRate()),
                Map.entry("beta1", settings.beta1()),
                Map.entry("beta2", settings.beta2()),
                Map.entry("decay", settings.weightDecay()),
                Map.entry("adamEpsilon", settings.epsilon()));
        try (InputStream resource = PyTorchTraining.class.getResourceAsStream(SOURCE)) {
            if (resource == null) {
                throw new FileNotFoundException("the program has no resource " + SOURCE);
            }
            String source = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
            for (Map.Entry<String, Object> value : values.entrySet()) {
                source = source.replace(
                        "${" + value.getKey() + "}", value.getValue().toString());
            }
            return source;
        }
    }

    /**
     * The parameters, both moments, and the number of updates of each: first those that are decayed, then the others, each in the order
     * of the layout, which the module's source knows. Lists that an update changes must be arguments of the module's method: what is
     * done to a list made inside, TorchScript holds to be without effect and leaves out, and the backward pass with it.
     */
    private void readParameters(Path folder, ParameterLayout layout) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"));
                Arena arena = Arena.ofConfined()) {
            for (boolean decayed : new boolean[] {true, false}) {
                for (Parameter parameter : layout.parameters()) {
                    if (parameter.decayed() == decayed) {
                        MemorySegment bytes = arena.allocate(parameter.length() * Float.BYTES);
                        file.read(parameter.name(), bytes);
                        Shape shape = new Shape(parameter.shape());
                        try (NDArray lent = manager.create(bytes.toArray(ValueLayout.JAVA_FLOAT), shape)) {
                            // A copy lies where PyTorch's own allocator would have put it
                            NDArray array = lent.duplicate();
                            array.setRequiresGradient(true);
                            add(decayed ? "d[]" : "n[]", array);
                        }
                    }
                }
            }
        }
        NDList parameters = new NDList(state);
        for (String moment : List.of("first", "second")) {
            for (NDArray parameter : parameters) {
                add(listOf(parameter) + "_" + moment + "[]", manager.zeros(parameter.getShape()));
            }
        }
        for (NDArray parameter : parameters) {
            add(listOf(parameter) + "_updates[]", manager.create(0f));
        }
    }

    private static String listOf(NDArray parameter) {
        return parameter.getName().replace("[]", "");
    }

    private void add(String name, NDArray array) {
        array.setName(name);
        state.add(array);
    }

    /** The array whose name tells DJL which method to call. */
    private NDArray method(String name) {
        NDArray method = manager.create(0f);
        method.setName("module_method:" + name);
        return method;
    }

    @Override
    public Map<String, Double> run(String name) {
        return switch (name) {
            case "steps" -> {
                double loss = 0;
                for (int step = 0; step < work.steps().length; step++) {
                    loss = step(step);
                }
                yield Map.of("loss", loss);
            }
            case "gemm" -> {
                for (int i = 0; i < Gemm.REPEATS; i++) {
                    IValueUtils.forward(module, gemm, true).close();
                }
                yield Map.of();
            }
            default -> throw new IllegalArgumentException("there is no work " + name);
        };
    }

    private double step(int step) {
        int[][][] columns = work.steps()[step];
        float[] targets = Targets.of(step, work.texts(step), hidden);
        try (NDManager scope = manager.newSubManager()) {
            NDList inputs = new NDList();
            NDList ids = new NDList();
            NDList masks = new NDList();
            NDList drawn = new NDList();
            int text = 0;
            for (int[][] column : columns) {
                int longest = TrainingWork.longest(column);
                long[] tokens = new long[column.length * longest];
                float[] present = new float[tokens.length];
                for (int row = 0; row < column.length; row++) {
                    for (int i = 0; i < longest; i++) {
                        boolean real = i < column[row].length;
                        tokens[row * longest + i] = real ? column[row][i] : padding;
                        present[row * longest + i] = real ? 1 : 0;
                    }
                }
                float[] own = new float[column.length * hidden];
                System.arraycopy(targets, text * hidden, own, 0, own.length);
                Shape shape = new Shape(column.length, longest);
                ids.add(named("ids[]", scope.create(tokens, shape)));
                masks.add(named("masks[]", scope.create(present, shape)));
                drawn.add(named("targets[]", scope.create(own, new Shape(column.length, hidden))));
                text += column.length;
            }
            inputs.add(method("step"));
            inputs.addAll(state);
            inputs.addAll(ids);
            inputs.addAll(masks);
            inputs.addAll(drawn);
            try (NDList output = IValueUtils.forward(module, inputs, true)) {
                return output.singletonOrThrow().getFloat();
            }
        }
    }

    private static NDArray named(String name, NDArray array) {
        array.setName(name);
        return array;
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
