package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.DryRun;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
            print(answer, () -> DryRunText.whole(answer.value()));
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
}
