package dev.firn.cli.command;

import picocli.CommandLine.Command;

/** Starts a study of type transfer. */
@Command(
        name = "transfer",
        description = "Start a study of pretraining after so many steps, as it is and after a full finetune.",
        footer = {"", "Example: firn study transfer examples/quickstart-transfer.yaml --follow"})
final class StudyTransferCommand extends StudySubmitCommand {
    StudyTransferCommand(Session session) {
        super(session, "transfer");
    }
}
