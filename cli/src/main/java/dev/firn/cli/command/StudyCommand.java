package dev.firn.cli.command;

import picocli.CommandLine.Command;

/** What is done to studies. */
@Command(
        name = "study",
        description = "Start a study, a grid of runs that share their stages; or look at one, stop it, let it go on.",
        footer = {
            "",
            "Examples:",
            "  firn study transfer examples/quickstart-transfer.yaml --follow",
            "  firn study ablation ranks.yaml --dry-run     which runs there would be, and what they would share",
            "  firn study report quickstart-transfer        its report as one HTML file"
        })
final class StudyCommand extends FirnCommand {
    StudyCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() {
        throw new InputException("firn study needs one of: transfer, languages, ablation, show, stop, resume, report;"
                + " firn study --help says how they are used");
    }
}
