package dev.firn.training.model;

import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.tokenizer.TokenizerTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A model folder with random weights and a tokeniser trained on a few sentences. */
final class SampleModel {
    static final EmbeddingSettings SETTINGS = settings(Pooling.CLS);

    static final List<String> TEXTS = List.of(
            "",
            "Firn is snow that survived a season.",
            "Der Firn ist Schnee, der einen Sommer überdauert hat.",
            "Le névé est une neige ancienne",
            "Zażółć gęślą jaźń",
            "雪が氷に変わる",
            "снег превращается в лёд",
            "\tspaces   and\nlines ",
            "A text that is much longer than the model takes, so that it is cut somewhere, with its closing token kept");

    private SampleModel() {}

    static EmbeddingSettings settings(Pooling pooling) {
        return new EmbeddingSettings("query: ", "", pooling, 16);
    }

    /** Writes a model's folder below {@code parent} and returns it. */
    static Path write(Path parent, int hidden, int layers) throws IOException {
        return write(parent, hidden, layers, Pooling.CLS);
    }

    /** Writes a folder of a model that pools in a given way. */
    static Path write(Path parent, int hidden, int layers, Pooling pooling) throws IOException {
        Path tokenizer = parent.resolve("tokenizer");
        Files.createDirectories(tokenizer);
        // So few pieces that most sentences are long enough to be cut
        new TokenizerTrainer(TokenizerTrainer.SMALLEST_VOCABULARY, 64).train(TEXTS.iterator(), tokenizer);
        int vocabulary;
        try (Tokenizer opened = Tokenizer.open(tokenizer)) {
            vocabulary = opened.vocabularySize();
        }
        Path weights = parent.resolve("weights");
        Files.createDirectories(weights);
        EncoderConfiguration configuration =
                EncoderConfiguration.xlmRoberta(vocabulary, hidden, layers, 4, 3 * hidden, 32);
        Encoder.initialise(configuration, 7, weights);
        Path folder = parent.resolve("model");
        Files.createDirectories(folder);
        ModelFolder.write(folder, weights, tokenizer, settings(pooling), card());
        return folder;
    }

    private static String card() {
        return new ModelCard(
                        "sample",
                        "A sample",
                        List.of("en", "de"),
                        32,
                        List.of(8),
                        1234,
                        SETTINGS,
                        List.of("a few sentences"),
                        Map.of("finetuned", Map.of("own", 0.5)),
                        "specVersion: 1")
                .markdown();
    }
}
