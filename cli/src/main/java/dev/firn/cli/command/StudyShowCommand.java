package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Study;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a study. */
@Command(
        name = "show",
        description = "Show a study, its runs and what was measured.",
        footer = {"", "Example: firn study show quickstart-transfer"})
final class StudyShowCommand extends FirnCommand {
    @Parameters(
            paramLabel = "ID",
            description = "The study's id, the beginning of it, or the name of the newest such study.")
    private String id;

    @Option(
            names = {"-f", "--follow"},
            description = "Show the progress until the study has ended.")
    private boolean follow;

    StudyShowCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        FirnClient client = client();
        String found = StudyFinder.find(client, id);
        if (follow) {
            return StudyFollowing.follow(client, console(), found, json());
        }
        Answer<Study> study = client.study(found);
        print(study, () -> StudyText.whole(study.value()));
        return ExitCode.DONE;
    }
}
