package dev.firn.training.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Loads a written folder with Python's sentence-transformers, where that is installed. FIRN_PYTHON names the Python to ask. */
@Tag("real")
final class SentenceTransformersTest {
    private static final String PROGRAM = """
            import json, sys
            import torch
            from sentence_transformers import SentenceTransformer
            folder, texts = sys.argv[1], json.load(open(sys.argv[2], encoding="utf-8"))["texts"]
            torch.set_num_threads(1)
            model = SentenceTransformer(folder, device="cpu")
            answer = {"modules": [type(module).__name__ for module in model], "maximum": model.max_seq_length}
            tokenizer = model.tokenizer
            for kind in ("query", "document"):
                answer[kind] = model.encode(texts, prompt_name=kind, convert_to_numpy=True).tolist()
                answer[kind + "Tokens"] = [
                    tokenizer(model.prompts[kind] + text, truncation=True, max_length=model.max_seq_length)["input_ids"]
                    for text in texts]
            short = SentenceTransformer(folder, device="cpu", truncate_dim=8)
            answer["truncated"] = short.encode(texts, prompt_name="query", normalize_embeddings=True).tolist()
            json.dump(answer, open(sys.argv[3], "w"))
            """;

    private static final int PATIENCE_SECONDS = 300;

    @TempDir
    private Path parent;

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void sentenceTransformersGivesTheSameTokensAndVectors(Pooling pooling) throws IOException, InterruptedException {
        String python = Optional.ofNullable(System.getenv("FIRN_PYTHON")).orElse("python3");
        assumeTrue(
                runs(List.of(python, "-c", "import sentence_transformers")),
                "skipped: " + python + " has no sentence_transformers");
        Path folder = SampleModel.write(parent, 32, 3, pooling);
        Path script = Files.writeString(parent.resolve("embed.py"), PROGRAM);
        ObjectNode question = new JsonMapper().createObjectNode();
        SampleModel.TEXTS.forEach(question.putArray("texts")::add);
        Path input = Files.writeString(parent.resolve("texts.json"), question.toString());
        Path output = parent.resolve("vectors.json");
        List<String> command =
                List.of(python, script.toString(), folder.toString(), input.toString(), output.toString());
        assertThat(runs(command)).as(this::log).isTrue();
        JsonNode answer = new JsonMapper().readTree(Files.readAllBytes(output));
        assertThat(answer.get("modules").toString()).isEqualTo("[\"Transformer\",\"Pooling\",\"Normalize\"]");
        assertThat(answer.get("maximum").asInt()).isEqualTo(SampleModel.SETTINGS.maximumTokens());
        try (EmbeddingModel model = EmbeddingModel.load(folder, 1);
                Tokenizer tokenizer = Tokenizer.open(folder)) {
            compare(answer.get("query"), model.embed(TextKind.QUERY, SampleModel.TEXTS));
            compare(answer.get("document"), model.embed(TextKind.DOCUMENT, SampleModel.TEXTS));
            compare(answer.get("truncated"), model.embed(TextKind.QUERY, SampleModel.TEXTS, 8));
            for (int row = 0; row < SampleModel.TEXTS.size(); row++) {
                int[] query = tokenizer.encode("query: " + SampleModel.TEXTS.get(row));
                int[] document = tokenizer.encode(SampleModel.TEXTS.get(row));
                assertThat(numbers(answer.get("queryTokens").get(row))).isEqualTo(query);
                assertThat(numbers(answer.get("documentTokens").get(row))).isEqualTo(document);
            }
        }
    }

    private static void compare(JsonNode theirs, float[] ours) {
        int width = ours.length / theirs.size();
        for (int row = 0; row < theirs.size(); row++) {
            assertThat(theirs.get(row)).hasSize(width);
            for (int i = 0; i < width; i++) {
                assertThat((double) ours[row * width + i])
                        .isCloseTo(theirs.get(row).get(i).asDouble(), within(1e-5));
            }
        }
    }

    private static int[] numbers(JsonNode array) {
        int[] numbers = new int[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = array.get(i).asInt();
        }
        return numbers;
    }

    private String log() {
        try {
            return Files.readString(logFile());
        } catch (IOException e) {
            return "python could not be started";
        }
    }

    private Path logFile() {
        return parent.resolve("python.log");
    }

    private boolean runs(List<String> command) throws InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(logFile().toFile())
                    .start();
        } catch (IOException e) {
            return false;
        }
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return false;
        }
        return process.exitValue() == 0;
    }
}
