package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Study;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Asks a study to resume. */
@Command(
        name = "resume",
        description = "Let a study go on that was stopped, or has runs that failed.",
        footer = {"", "Example: firn study resume quickstart-transfer"})
final class StudyResumeCommand extends FirnCommand {
    @Parameters(
            paramLabel = "ID",
            description = "The study's id, the beginning of it, or the name of the newest such study.")
    private String id;

    StudyResumeCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        FirnClient client = client();
        Answer<Study> study = client.steerStudy(StudyFinder.find(client, id), "resume");
        print(study, () -> StudyText.line(study.value()));
        return ExitCode.DONE;
    }
}
