package dev.firn.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.CommandRunner;
import dev.firn.cli.CommandRunner.Result;
import dev.firn.cli.RecordedServer;
import dev.firn.cli.RecordedServer.Received;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.model.EmbeddingModel;
import dev.firn.training.model.EmbeddingSettings;
import dev.firn.training.model.ModelFolder;
import dev.firn.training.model.TextKind;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.tokenizer.TokenizerTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvaluateTest {
    private static final int WIDTH = 16;

    @TempDir
    private Path folder;

    private Path data;

    @BeforeEach
    void writeData() throws IOException {
        data = Files.createDirectories(folder.resolve("snow"));
        StringBuilder corpus = new StringBuilder();
        StringBuilder queries = new StringBuilder();
        StringBuilder judgements = new StringBuilder("query-id\tcorpus-id\tscore\n");
        List<String> words = List.of("snow", "ice", "firn", "glacier", "winter", "slope");
        for (int i = 0; i < words.size(); i++) {
            corpus.append("{\"_id\":\"d%d\",\"text\":\"The %s lies here.\"}\n".formatted(i, words.get(i)));
            queries.append("{\"_id\":\"q%d\",\"text\":\"%s\"}\n".formatted(i, words.get(i)));
            judgements.append("q%d\td%d\t1\n".formatted(i, i));
        }
        Files.writeString(data.resolve("corpus.jsonl"), corpus);
        Files.writeString(data.resolve("queries.jsonl"), queries);
        Files.createDirectories(data.resolve("qrels"));
        Files.writeString(data.resolve("qrels/test.tsv"), judgements);
    }

    @Test
    void evaluatesAModelsFolderAtEveryWidthAndQuantisationBesideBm25() throws IOException {
        Path output = folder.resolve("output");
        Result result = CommandRunner.run(
                Map.of(),
                "",
                "evaluate",
                data.toString(),
                "--model",
                model().toString(),
                "--dimensions",
                "8",
                "--bm25",
                "--output",
                output.toString(),
                "--json");
        assertThat(result.err()).doesNotContain("fault");
        assertThat(result.exitCode()).isZero();
        JsonNode json = result.json();
        assertThat(json.at("/sets/0/documents").asInt()).isEqualTo(6);
        assertThat(json.path("results").size()).isEqualTo(1 + 2 * 4);
        assertThat(json.at("/results/0/retriever").asText()).isEqualTo("bm25");
        assertThat(json.at("/results/0/measures/ndcg_cut_10").asDouble()).isEqualTo(1);
        List<String> stored = new ArrayList<>();
        json.path("results").forEach(each -> {
            if (each.has("dimension")) {
                stored.add(each.path("dimension").asInt() + " "
                        + each.path("quantisation").asText() + " "
                        + each.path("bytesPerVector").asInt());
            }
        });
        assertThat(stored)
                .containsExactly(
                        "16 float32 64",
                        "16 int8 16",
                        "16 4bit 8",
                        "16 binary 2",
                        "8 float32 32",
                        "8 int8 8",
                        "8 4bit 4",
                        "8 binary 1");
        try (Stream<Path> runs = Files.list(output.resolve("runs"))) {
            assertThat(runs).hasSize(9);
        }
        JsonNode task = new ObjectMapper()
                .readTree(output.resolve("mteb/model.16.int8/snow.json").toFile());
        assertThat(task.path("task_name").asText()).isEqualTo("snow");
        // What was written measures the same
        JsonNode measured = CommandRunner.run(
                        Map.of(),
                        "",
                        "measure",
                        data.resolve("qrels/test.tsv").toString(),
                        output.resolve("runs/model.snow.16.run").toString(),
                        "--complete",
                        "--json")
                .json();
        assertThat(measured.at("/mean/ndcg_cut_10").asDouble())
                .isEqualTo(json.at("/results/1/measures/ndcg_cut_10").asDouble());
        assertThat(Files.readString(output.resolve("result.json"))).contains("\"bytesPerVector\"");
    }

    @Test
    void aServerEmbedsWithARegisteredModel() throws IOException {
        Path folderOfModel = model();
        double local = CommandRunner.run(
                        Map.of(), "", "evaluate", data.toString(), "--model", folderOfModel.toString(), "--json")
                .json()
                .at("/results/0/measures/map")
                .asDouble();
        try (EmbeddingModel model = EmbeddingModel.load(folderOfModel, 2);
                RecordedServer server = new RecordedServer()) {
            server.compute("POST /v1/embeddings", request -> embeddings(model, request));
            Result result = CommandRunner.run(
                    server.address(), "evaluate", "snow@champion", data.toString(), "--quantisation", "float32");
            assertThat(result.exitCode()).isZero();
            assertThat(result.out()).contains("dimensions", "stored as", "float32", "64");
            Result json = CommandRunner.run(
                    server.address(),
                    "evaluate",
                    "snow@champion",
                    data.toString(),
                    "--quantisation",
                    "float32",
                    "--json");
            assertThat(json.json().at("/results/0/measures/map").asDouble()).isCloseTo(local, within(1e-9));
            assertThat(server.received())
                    .extracting(request -> request.json().path("inputType").asText())
                    .contains("query", "document");
        }
    }

    @Test
    void aCollectionIsEvaluatedAsFarAsItsTasksAreThereAndItsGroupsCountOnce() throws IOException {
        Path definition = Files.writeString(folder.resolve("own.json"), """
                {"name":"own","tasks":[
                  {"name":"one","folder":"snow","group":"pair"},
                  {"name":"two","folder":"snow","group":"pair"},
                  {"name":"three","folder":"snow","queryPrompt":"glacier "},
                  {"name":"four","folder":"missing"}]}
                """);
        Result result = CommandRunner.run(
                Map.of(),
                "",
                "evaluate",
                "--collection",
                definition.toString(),
                "--data",
                folder.toString(),
                "--model",
                model().toString(),
                "--quantisation",
                "float32",
                "--bm25",
                "--json");
        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).contains("four is left out: there is no folder");
        JsonNode json = result.json();
        assertThat(json.path("results").size()).isEqualTo(3 * 2);
        double grouped = json.at("/results/0/measures/ndcg_cut_10").asDouble();
        double alone = json.at("/results/4/measures/ndcg_cut_10").asDouble();
        assertThat(json.at("/results/4/set").asText()).isEqualTo("three");
        assertThat(alone).isLessThan(grouped);
        assertThat(json.at("/means/0/measures/ndcg_cut_10").asDouble()).isCloseTo((grouped + alone) / 2, within(1e-12));
        assertThat(refused("evaluate", "--collection", "other", data.toString(), "--model", model().toString()))
                .contains("--collection knows mteb-r, clef, miracl, or takes a file");
        assertThat(refused("evaluate", "--collection", "clef", data.toString(), "--model", model().toString()))
                .contains("has no folder of a task of clef");
    }

    @Test
    void wrongInputIsRefusedWithTheReason() throws IOException {
        Path model = model();
        assertThat(refused("evaluate", data.toString())).contains("name a registered model and the data's folder");
        assertThat(refused("evaluate", "a@b", data.toString(), "--model", model.toString()))
                .contains("with --model only the data's folder is named");
        assertThat(refused("evaluate", data.toString(), "--model", data.toString()))
                .contains("is no model's folder: it has no config.json");
        assertThat(refused("evaluate", data.toString(), "--model", model.toString(), "--dimensions", "17"))
                .contains("--dimensions must be from 1 to the model's width of 16; one is 17");
        assertThat(refused("evaluate", data.toString(), "--model", model.toString(), "--quantisation", "int2"))
                .contains("--quantisation knows float32, int8, 4bit, binary; not int2");
        assertThat(refused("evaluate", data.toString(), "--model", model.toString(), "--layout", "x"))
                .contains("--layout must be one of beir, trec, miracl");
        Files.writeString(data.resolve("qrels/test.tsv"), "query-id\tcorpus-id\tscore\nq0\tmissing\t1\n");
        assertThat(refused("evaluate", data.toString(), "--model", model.toString()))
                .contains("test.tsv:2: there is no document missing");
    }

    private static String refused(String... arguments) {
        Result result = CommandRunner.run(Map.of(), "", arguments);
        assertThat(result.exitCode()).isEqualTo(2);
        return result.err();
    }

    private static String embeddings(EmbeddingModel model, Received request) {
        List<String> texts = new ArrayList<>();
        request.json().path("input").forEach(text -> texts.add(text.asText()));
        boolean query = request.json().path("inputType").asText().equals("query");
        float[] vectors = model.embed(query ? TextKind.QUERY : TextKind.DOCUMENT, texts);
        ObjectNode answer = new ObjectMapper().createObjectNode().put("model", "snow@champion");
        ArrayNode data = answer.putArray("data");
        for (int i = 0; i < texts.size(); i++) {
            ArrayNode embedding = data.addObject().put("index", i).putArray("embedding");
            for (int k = 0; k < WIDTH; k++) {
                embedding.add(vectors[i * WIDTH + k]);
            }
        }
        return answer.toString();
    }

    private Path model() throws IOException {
        Path tokenizer = Files.createDirectories(folder.resolve("tokenizer"));
        new TokenizerTrainer(TokenizerTrainer.SMALLEST_VOCABULARY, 32)
                .train(
                        List.of("The snow lies here.", "glacier winter slope firn ice")
                                .iterator(),
                        tokenizer);
        int vocabulary;
        try (Tokenizer opened = Tokenizer.open(tokenizer)) {
            vocabulary = opened.vocabularySize();
        }
        Path weights = Files.createDirectories(folder.resolve("weights"));
        Encoder.initialise(EncoderConfiguration.xlmRoberta(vocabulary, WIDTH, 1, 4, 32, 40), 7, weights);
        Path model = Files.createDirectories(folder.resolve("model"));
        ModelFolder.write(
                model, weights, tokenizer, new EmbeddingSettings("query: ", "", Pooling.MEAN, 32), "A sample");
        return model;
    }
}
