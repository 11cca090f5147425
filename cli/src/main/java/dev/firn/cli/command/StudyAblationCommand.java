package dev.firn.cli.command;

import picocli.CommandLine.Command;

/** Starts a study of type ablation. */
@Command(
        name = "ablation",
        description = "Start a study of any fields of a specification over lists of values.",
        footer = {"", "Example: firn study ablation ranks.yaml --dry-run"})
final class StudyAblationCommand extends StudySubmitCommand {
    StudyAblationCommand(Session session) {
        super(session, "ablation");
    }
}
