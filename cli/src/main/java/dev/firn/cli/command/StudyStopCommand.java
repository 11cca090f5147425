package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Study;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Asks a study to stop. */
@Command(
        name = "stop",
        description = "Stop a study: its unfinished runs are cancelled, what is finished stays.",
        footer = {"", "Example: firn study stop quickstart-transfer"})
final class StudyStopCommand extends FirnCommand {
    @Parameters(
            paramLabel = "ID",
            description = "The study's id, the beginning of it, or the name of the newest such study.")
    private String id;

    StudyStopCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        FirnClient client = client();
        Answer<Study> study = client.steerStudy(StudyFinder.find(client, id), "stop");
        print(study, () -> StudyText.line(study.value()));
        return ExitCode.DONE;
    }
}
