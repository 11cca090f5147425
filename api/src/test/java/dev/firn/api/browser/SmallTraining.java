package dev.firn.api.browser;

import static io.restassured.RestAssured.given;

import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.tokenizer.TokenizerTrainer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A specification that trains in seconds: a made-up corpus in three languages, whose topics have words of their own, and a
 * small imported model as its teacher.
 */
final class SmallTraining {
    private static final int TOPICS = 40;
    private static final int WORDS_PER_TOPIC = 6;
    private static final int PAIRS_PER_LANGUAGE = 60;
    private static final List<String> LANGUAGES = List.of("en", "de", "fr");
    private static final List<String> ENDINGS = List.of("s", "en", "eux");
    private static final List<String> SYLLABLES = List.of(
            "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "we", "xi",
            "yo", "zu");

    private SmallTraining() {}

    /** Registers the teacher as {@code small-teacher}. */
    static void importTeacher(Path folder) throws IOException {
        Files.createDirectories(folder);
        new TokenizerTrainer(400, 16)
                .train(List.of("snow and ice", "Schnee und Eis").iterator(), folder);
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            Encoder.initialise(
                    EncoderConfiguration.xlmRoberta(tokenizer.vocabularySize(), 16, 1, 2, 32, 32), 3, folder);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")) {
                zip.putNextEntry(new ZipEntry(name));
                Files.copy(folder.resolve(name), zip);
            }
        }
        given().contentType("application/zip")
                .body(out.toByteArray())
                .post("/api/models/small-teacher/import?pooling=mean&maximumTokens=32")
                .then()
                .statusCode(201);
    }

    /** Writes the texts into the folder, and gives a specification that uses them. */
    static String write(Path folder, String name) throws IOException {
        Random random = new Random(7);
        Files.createDirectories(folder);
        List<String> pairs = new ArrayList<>();
        StringBuilder evaluation = new StringBuilder();
        for (int language = 0; language < LANGUAGES.size(); language++) {
            for (int i = 0; i < PAIRS_PER_LANGUAGE; i++) {
                pairs.add("{\"id\":\"%1$s-%2$d\",\"language\":\"%1$s\",\"query\":\"%3$s\",\"document\":\"%4$s\"}"
                        .formatted(
                                LANGUAGES.get(language),
                                i,
                                words(language, i % TOPICS, 2, random),
                                words(language, i % TOPICS, 8, random)));
            }
            evaluation.append("    - {name: held-out-%1$s, folder: \"%2$s/%1$s\", queryLanguage: %1$s}%n"
                    .formatted(LANGUAGES.get(language), folder));
            heldOut(folder.resolve(LANGUAGES.get(language)), language, random);
        }
        Files.write(folder.resolve("pairs.jsonl"), pairs);
        return """
                # A made-up corpus in three languages
                specVersion: 1
                name: %2$s
                seed: 1
                threads: 2

                data:
                  sources:
                    - {type: jsonl, name: small, files: ["%1$s/pairs.jsonl"]}
                  evaluation:
                %3$s
                tokenizer: {type: trained, vocabularySize: 1000}
                encoder: {layers: 1, hiddenSize: 32, attentionHeads: 2, maximumTokens: 32}
                encoding: {maximumTokens: 32}

                initialise:
                  steps: 60
                  batchSize: 16
                  maximumTokens: 32
                  learningRate: 1e-3
                  checkpoints: {everySteps: 20}

                filter:
                  teacher: {type: model, model: small-teacher@1}
                  topRank: 200

                pretrain:
                  steps: 240
                  batchSize: 32
                  temperature: 0.1
                  queryTokens: 16
                  documentTokens: 32
                  matryoshka: {dimensions: [16]}
                  learningRate: 2e-3
                  checkpoints: {everySteps: 60}

                mine:
                  depth: 100
                  negatives: 3
                  threshold: {type: margin-to-positive, value: 0.0}
                  teacher: {type: model, model: small-teacher@1}

                finetune:
                  steps: 60
                  batchSize: 16
                  temperature: 0.1
                  queryTokens: 16
                  documentTokens: 32
                  matryoshka: {dimensions: [16]}
                  learningRate: 5e-4
                  checkpoints: {everySteps: 20}

                evaluate:
                  dimensions: [16]

                register:
                  model: %2$s
                  alias: champion
                """.formatted(folder, name, evaluation);
    }

    private static void heldOut(Path folder, int language, Random random) throws IOException {
        Files.createDirectories(folder);
        List<String> queries = new ArrayList<>();
        List<String> corpus = new ArrayList<>();
        List<String> judgements = new ArrayList<>(List.of("query-id\tcorpus-id\tscore"));
        for (int topic = 0; topic < TOPICS; topic++) {
            queries.add("{\"_id\":\"q%d\",\"text\":\"%s\"}".formatted(topic, words(language, topic, 3, random)));
            corpus.add("{\"_id\":\"d%d\",\"title\":\"\",\"text\":\"%s\"}"
                    .formatted(topic, words(language, topic, 7, random)));
            judgements.add("q%d\td%d\t1".formatted(topic, topic));
        }
        Files.write(folder.resolve("queries.jsonl"), queries);
        Files.write(folder.resolve("corpus.jsonl"), corpus);
        Files.write(folder.resolve("qrels.tsv"), judgements);
    }

    private static String words(int language, int topic, int count, Random random) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int word = topic * WORDS_PER_TOPIC + random.nextInt(WORDS_PER_TOPIC);
            words.add(SYLLABLES.get(word % 20)
                    + SYLLABLES.get(word / 20 % 20)
                    + SYLLABLES.get((word * 7 + topic) % 20)
                    + ENDINGS.get(language));
        }
        return String.join(" ", words);
    }
}
