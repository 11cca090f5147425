package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.firn.cli.client.Answer;
import dev.firn.cli.client.DryRun;
import dev.firn.cli.client.DryRun.PlannedStage;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Starts a run. */
@Command(
        name = "submit",
        description = "Start a run from a specification.",
        footer = {
            "",
            "Examples:",
            "  firn submit examples/quickstart.yaml --follow",
            "  firn submit my.yaml --dry-run      what would be reused, memory, tokens, hours, storage"
        })
final class SubmitCommand extends FirnCommand {
    @Parameters(paramLabel = "SPEC", description = "The specification, YAML or JSON; - for standard input.")
    private String specification;

    @Option(names = "--follow", description = "Show the progress until the run has ended.")
    private boolean follow;

    @Option(names = "--dry-run", description = "Start nothing; show the resolved specification and what it would do.")
    private boolean dryRun;

    @Option(
            names = "--tokens-per-second",
            paramLabel = "N",
            description = "With --dry-run: how fast the training is to be taken to be, for the hours it says.")
    private Long tokensPerSecond;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "Submitting again with the same key gives the first run instead of another.")
    private String idempotencyKey;

    @Option(
            names = "--priority",
            paramLabel = "N",
            description = "Where the run stands among those that wait for a compute slot: higher goes first, from -100"
                    + " to 100; takes the place of the specification's.")
    private Integer priority;

    SubmitCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        byte[] content = content();
        String mediaType =
                specification.toLowerCase(Locale.ROOT).endsWith(".json") ? "application/json" : "application/yaml";
        FirnClient client = client();
        if (dryRun) {
            Answer<DryRun> answer = client.dryRun(
                    content,
                    mediaType,
                    tokensPerSecond == null ? OptionalLong.empty() : OptionalLong.of(tokensPerSecond));
            print(answer, () -> plan(answer.value()));
            return ExitCode.DONE;
        }
        OptionalInt place = priority == null ? OptionalInt.empty() : OptionalInt.of(priority);
        String key = idempotencyKey == null ? UUID.randomUUID().toString() : idempotencyKey;
        Answer<Run> run = client.submit(content, mediaType, key, place);
        if (follow) {
            console().say("Run " + run.value().id() + " (" + run.value().name() + ")");
            return RunFollowing.follow(client, console(), run.value().id(), json());
        }
        print(run, () -> run.value().id());
        console()
                .say("Run " + run.value().name() + " is " + run.value().state() + "; ./firn run "
                        + run.value().id() + " --follow shows its progress.");
        return ExitCode.DONE;
    }

    private byte[] content() throws IOException {
        if (specification.equals("-")) {
            return session().in().readAllBytes();
        }
        Path file = Path.of(specification);
        if (!Files.isRegularFile(file)) {
            throw new InputException(
                    "the specification " + specification + (Files.exists(file) ? " is not a file" : " does not exist"));
        }
        return Files.readAllBytes(file);
    }

    private static String plan(DryRun plan) {
        Table table = new Table()
                .column("stage", Side.LEFT)
                .column("key", Side.LEFT)
                .column("would be", Side.LEFT)
                .column("because", Side.LEFT);
        for (PlannedStage stage : plan.stages()) {
            table.row(List.of(
                    stage.name(),
                    stage.key() == null
                            ? "-"
                            : stage.key().substring(0, Math.min(12, stage.key().length())),
                    stage.reused() ? "reused" : "computed",
                    stage.reason() == null ? "" : stage.reason()));
        }
        return yaml(plan.specification()) + "\n" + (plan.missing().isEmpty() ? table : missing(plan)) + memory(plan)
                + needs(plan);
    }

    private static String missing(DryRun plan) {
        Table table = new Table().column("to be brought", Side.LEFT).column("", Side.LEFT);
        plan.missing().forEach(missing -> table.row(List.of(missing.pointer(), missing.detail())));
        return table + "\n\nWhat follows is counted without them.";
    }

    private static String needs(DryRun plan) {
        DryRun.Needs needs = plan.needs();
        if (needs == null) {
            return "";
        }
        Table table = new Table()
                .column("stage", Side.LEFT)
                .column("steps", Side.RIGHT)
                .column("tokens", Side.RIGHT)
                .column("tokens/s", Side.RIGHT)
                .column("hours", Side.RIGHT);
        for (DryRun.StageNeed stage : needs.stages()) {
            table.row(List.of(
                    stage.name(),
                    stage.steps() == null ? "-" : stage.steps().toString(),
                    stage.tokens() == null ? "-" : Figures.count(stage.tokens().doubleValue()),
                    Figures.count(stage.tokensPerSecond()),
                    hours(stage.hours())));
        }
        return "\n\nweights of the encoder: " + Figures.count((double) needs.parameters()) + "\nstorage: at most "
                + Figures.bytes(needs.storageBytes()) + " beside the texts; a checkpoint has "
                + Figures.bytes(needs.checkpointBytes()) + "\ntokens, each text as long as its stage lets it be: "
                + (needs.tokens() == null
                        ? "not known before the pairs are there"
                        : Figures.count(needs.tokens().doubleValue()))
                + "\nhours of training, filter, mining and evaluation left out: " + hours(needs.hours()) + ", at "
                + needs.assumption() + "\n" + table;
    }

    private static String hours(Double hours) {
        return hours == null ? "-" : String.format(Locale.ROOT, hours < 10 ? "%.1f" : "%,.0f", hours);
    }

    private static String memory(DryRun plan) {
        if (plan.memoryBytes() == null) {
            return "";
        }
        String needed = "\n\nmemory needed: " + Figures.bytes(plan.memoryBytes());
        DryRun.Memory memory = plan.memory();
        if (memory == null) {
            return needed;
        }
        Table table = new Table().column("of which", Side.LEFT).column("", Side.RIGHT);
        table.row(List.of("weights, optimizer, checkpoint", Figures.bytes(memory.parameterBytes())));
        table.row(List.of("activations of a chunk", Figures.bytes(memory.activationBytes())));
        table.row(List.of("batch", Figures.bytes(memory.batchBytes())));
        table.row(List.of("the server itself", Figures.bytes(memory.processBytes())));
        return needed + ", in stage " + memory.stage() + "\n" + table
                + (memory.shortage() == null
                        ? "\navailable to a training now: " + Figures.bytes(memory.availableBytes())
                        : "\nwarning: stage " + memory.stage() + " does not fit on this server now. "
                                + memory.shortage());
    }

    private static String yaml(JsonNode specification) {
        YAMLMapper mapper = new YAMLMapper(YAMLFactory.builder()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .build());
        try {
            return mapper.writeValueAsString(specification);
        } catch (IOException e) {
            throw new UncheckedIOException("A tree of JSON is not written as YAML", e);
        }
    }
}
