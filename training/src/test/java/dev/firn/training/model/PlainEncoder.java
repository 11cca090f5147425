package dev.firn.training.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * XLM-R written once more, on PyTorch through DJL and from the bytes of the folder: reads nothing with Firn's own classes, so that a
 * mistake in them shows.
 */
final class PlainEncoder implements AutoCloseable {
    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Map<String, NDArray> tensors = new HashMap<>();
    private final JsonNode configuration;
    private final boolean mean;

    PlainEncoder(Path folder) throws IOException {
        configuration = new JsonMapper().readTree(Files.readAllBytes(folder.resolve("config.json")));
        mean = new JsonMapper()
                .readTree(Files.readAllBytes(folder.resolve("1_Pooling/config.json")))
                .get("pooling_mode_mean_tokens")
                .asBoolean();
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("model.safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[Math.toIntExact(file.getLong())];
        file.get(header);
        ByteBuffer data = file.slice().order(ByteOrder.LITTLE_ENDIAN);
        JsonNode entries = new JsonMapper().readTree(new String(header, StandardCharsets.UTF_8));
        for (Map.Entry<String, JsonNode> entry : entries.properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                tensors.put(entry.getKey(), tensor(entry.getValue(), data));
            }
        }
    }

    private NDArray tensor(JsonNode entry, ByteBuffer data) {
        if (!entry.get("dtype").asText().equals("F32")) {
            throw new IllegalStateException("expected 32-bit floats: " + entry);
        }
        int from = entry.get("data_offsets").get(0).asInt();
        int to = entry.get("data_offsets").get(1).asInt();
        FloatBuffer values =
                data.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        long[] shape = StreamSupport.stream(entry.get("shape").spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
        return manager.create(values, new Shape(shape));
    }

    /** The names of all tensors of the file. */
    Set<String> names() {
        return tensors.keySet();
    }

    /** Embeds one sequence: the last hidden state of its first token, or the mean of all, brought to length 1. */
    float[] embed(long[] ids) {
        try (NDManager scope = manager.newSubManager()) {
            int length = ids.length;
            int heads = configuration.get("num_attention_heads").asInt();
            int hidden = configuration.get("hidden_size").asInt();
            long firstPosition = configuration.get("pad_token_id").asLong() + 1;
            long[] positions =
                    IntStream.range(0, length).mapToLong(i -> firstPosition + i).toArray();
            NDArray x = rows("embeddings.word_embeddings.weight", ids, scope)
                    .add(rows("embeddings.position_embeddings.weight", positions, scope))
                    .add(rows("embeddings.token_type_embeddings.weight", new long[length], scope));
            x = norm(x, "embeddings.LayerNorm");
            for (int layer = 0; layer < configuration.get("num_hidden_layers").asInt(); layer++) {
                String prefix = "encoder.layer." + layer + ".";
                NDArray query = heads(linear(x, prefix + "attention.self.query"), heads);
                NDArray key = heads(linear(x, prefix + "attention.self.key"), heads);
                NDArray value = heads(linear(x, prefix + "attention.self.value"), heads);
                NDArray weights = query.matMul(key.transpose(0, 2, 1))
                        .div((float) Math.sqrt((double) hidden / heads))
                        .softmax(-1);
                NDArray mixed = weights.matMul(value).transpose(1, 0, 2).reshape(length, hidden);
                x = norm(
                        x.add(linear(mixed, prefix + "attention.output.dense")), prefix + "attention.output.LayerNorm");
                NDArray wide = Activation.gelu(linear(x, prefix + "intermediate.dense"));
                x = norm(x.add(linear(wide, prefix + "output.dense")), prefix + "output.LayerNorm");
            }
            NDArray pooled = mean ? x.mean(new int[] {0}) : x.get(new NDIndex(0));
            NDArray vector = pooled.div(pooled.pow(2).sum().sqrt());
            return vector.toFloatArray();
        }
    }

    private NDArray rows(String table, long[] numbers, NDManager scope) {
        return tensors.get(table).get(scope.create(numbers));
    }

    private NDArray linear(NDArray x, String name) {
        return x.matMul(tensors.get(name + ".weight").transpose()).add(tensors.get(name + ".bias"));
    }

    private static NDArray heads(NDArray x, int heads) {
        long length = x.getShape().get(0);
        return x.reshape(length, heads, x.getShape().get(1) / heads).transpose(1, 0, 2);
    }

    private NDArray norm(NDArray x, String name) {
        NDArray centred = x.sub(x.mean(new int[] {-1}, true));
        NDArray variance = centred.pow(2).mean(new int[] {-1}, true);
        return centred.div(variance.add(configuration.get("layer_norm_eps").floatValue())
                        .sqrt())
                .mul(tensors.get(name + ".weight"))
                .add(tensors.get(name + ".bias"));
    }

    @Override
    public void close() {
        new NDList(tensors.values()).close();
        manager.close();
    }
}
