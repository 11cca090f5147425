package dev.firn.cli.command;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Study;
import dev.firn.cli.client.StudyPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Starts a study of one type. */
abstract class StudySubmitCommand extends FirnCommand {
    private final String type;

    @Parameters(paramLabel = "SPEC", description = "The study specification, YAML or JSON.")
    private Path specification;

    @Option(
            names = {"-f", "--follow"},
            description = "Show the progress until the study has ended.")
    private boolean follow;

    @Option(
            names = "--dry-run",
            description = "Start nothing; show which runs there would be, and which stages they would share.")
    private boolean dryRun;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "Submitting again with the same key gives the first study instead of another.")
    private String idempotencyKey;

    StudySubmitCommand(Session session, String type) {
        super(session);
        this.type = requireNonNull(type, "type is null");
    }

    @Override
    public final Integer call() throws IOException, InterruptedException {
        byte[] content = StudyFile.read(specification, type);
        FirnClient client = client();
        if (dryRun) {
            Answer<StudyPlan> plan = client.studyDryRun(content);
            print(plan, () -> StudyText.plan(plan.value()));
            return ExitCode.DONE;
        }
        String key = idempotencyKey == null ? UUID.randomUUID().toString() : idempotencyKey;
        Answer<Study> study = client.submitStudy(content, key);
        if (follow) {
            return StudyFollowing.follow(client, console(), study.value().id(), json());
        }
        print(study, () -> study.value().id());
        console().say("./firn study show " + study.value().id() + " --follow shows its progress.");
        return ExitCode.DONE;
    }
}
