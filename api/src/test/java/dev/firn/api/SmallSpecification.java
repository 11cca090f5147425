package dev.firn.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A specification that the server accepts, for tests that start no worker. */
public final class SmallSpecification {
    private SmallSpecification() {}

    /** Writes the files that the specification names into the folder, and gives its YAML. */
    public static String write(Path folder, String name) throws IOException {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            pairs.add("{\"id\":\"%d\",\"language\":\"en\",\"query\":\"question %d\",\"document\":\"answer number %d\"}"
                    .formatted(i, i, i));
        }
        Files.write(folder.resolve("pairs.jsonl"), pairs);
        Path heldOut = Files.createDirectories(folder.resolve("held-out"));
        Files.writeString(heldOut.resolve("queries.jsonl"), "{\"_id\":\"q\",\"text\":\"held out question\"}\n");
        Files.writeString(
                heldOut.resolve("corpus.jsonl"), "{\"_id\":\"d\",\"title\":\"\",\"text\":\"held out answer\"}\n");
        Files.writeString(heldOut.resolve("qrels.tsv"), "query-id\tcorpus-id\tscore\nq\td\t1\n");
        Files.writeString(folder.resolve("teacher.onnx"), "not loaded here");
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        return """
                specVersion: 1
                name: %2$s
                seed: 1
                threads: 1
                data:
                  sources:
                    - {type: jsonl, name: small, files: ["%1$s/pairs.jsonl"]}
                  evaluation:
                    - {name: held-out, folder: "%1$s/held-out", queryLanguage: en}
                tokenizer: {type: trained, vocabularySize: 600}
                encoder: {layers: 1, hiddenSize: 32, attentionHeads: 2, maximumTokens: 32}
                encoding: {maximumTokens: 32}
                initialise: {steps: 4, batchSize: 8, maximumTokens: 32, learningRate: 1e-3}
                filter:
                  teacher: {type: onnx, folder: "%1$s", model: teacher.onnx, tokenizer: tokenizer.json}
                pretrain:
                  {steps: 4, batchSize: 8, temperature: 0.1, queryTokens: 16, documentTokens: 32, learningRate: 2e-3}
                mine: {depth: 10, negatives: 3}
                finetune:
                  {steps: 4, batchSize: 8, temperature: 0.1, queryTokens: 16, documentTokens: 32, learningRate: 5e-4}
                register: {model: small, alias: champion}
                """.formatted(folder, name);
    }
}
