package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.DryRun;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Starts a run from a checkpoint. */
@Command(
        name = "fork",
        description = "Start a run that goes on from a checkpoint, with a changed specification.",
        footer = {
            "",
            "The patch holds only what is to be changed (a JSON merge patch, as YAML or JSON):",
            "  pretrain: {steps: 2000, learningRate: 1e-4}",
            "Examples:",
            "  firn fork 01a20a42-62c7-7000-b186-bd6ea8721ca4 patch.yaml --follow",
            "  firn fork 01a20a42-62c7-7000-b186-bd6ea8721ca4 patch.yaml --dry-run"
        })
final class ForkCommand extends FirnCommand {
    @Parameters(
            index = "0",
            paramLabel = "CHECKPOINT",
            description = "The checkpoint's id; firn checkpoints lists them.")
    private String checkpoint;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "SPEC-PATCH",
            description = "What to change in the specification; - for standard input. Nothing when left out.")
    private String patch;

    @Option(
            names = {"-f", "--follow"},
            description = "Show the progress until the run has ended.")
    private boolean follow;

    @Option(
            names = "--dry-run",
            description = "Start nothing; show the specification that it would have and what it would do.")
    private boolean dryRun;

    ForkCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        FirnClient client = client();
        if (dryRun) {
            Answer<DryRun> plan = client.forkDryRun(checkpoint, content());
            print(plan, () -> DryRunText.whole(plan.value()));
            return ExitCode.DONE;
        }
        Answer<Run> run = client.fork(checkpoint, content(), UUID.randomUUID().toString());
        if (follow) {
            console().say("Run " + run.value().id() + " (" + run.value().name() + ")");
            return RunFollowing.follow(client, console(), run.value().id(), json());
        }
        print(run, () -> run.value().id());
        return ExitCode.DONE;
    }

    private byte[] content() throws IOException {
        if (patch == null) {
            return new byte[0];
        }
        if (patch.equals("-")) {
            return session().in().readAllBytes();
        }
        Path file = Path.of(patch);
        if (!Files.isRegularFile(file)) {
            throw new InputException(
                    "the patch " + patch + (Files.exists(file) ? " is not a file" : " does not exist"));
        }
        return Files.readAllBytes(file);
    }
}
