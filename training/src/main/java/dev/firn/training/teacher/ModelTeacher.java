package dev.firn.training.teacher;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.ProgressListener;
import dev.firn.training.model.EmbeddingModel;
import dev.firn.training.model.TextKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A model that Firn trained, or any other folder that {@link EmbeddingModel} reads, as a teacher. One thread at a time. */
public final class ModelTeacher implements Teacher {
    private static final List<String> FILES = List.of(
            "config.json",
            "model.safetensors",
            "tokenizer.json",
            "sentence_bert_config.json",
            "1_Pooling/config.json",
            "config_sentence_transformers.json");

    private final EmbeddingModel model;
    private final String definition;

    private ModelTeacher(EmbeddingModel model, String definition) {
        this.model = model;
        this.definition = definition;
    }

    /**
     * Loads a model's folder.
     *
     * @param threads number of threads that compute, at least 1
     * @throws IOException when a file is missing or broken, or asks for what is not supported
     */
    public static ModelTeacher load(Path folder, int threads) throws IOException {
        ObjectNode node = new JsonMapper().createObjectNode();
        node.put("kind", "model");
        ObjectNode files = node.putObject("files");
        for (String file : FILES) {
            files.put(file, FileDigest.sha256(folder.resolve(file)));
        }
        return new ModelTeacher(EmbeddingModel.load(folder, threads), node.toString());
    }

    @Override
    public String definition() {
        return definition;
    }

    @Override
    public int dimension() {
        return model.dimension();
    }

    @Override
    public float[] embed(TextKind kind, List<String> texts, ProgressListener progress) {
        return model.embed(kind, texts, progress);
    }

    @Override
    public void close() {
        model.close();
    }
}
