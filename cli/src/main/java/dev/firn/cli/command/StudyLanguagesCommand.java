package dev.firn.cli.command;

import picocli.CommandLine.Command;

/** Starts a study of type languages. */
@Command(
        name = "languages",
        description = "Start a study that swaps the languages of each stage.",
        footer = {"", "Example: firn study languages swapped.yaml --dry-run"})
final class StudyLanguagesCommand extends StudySubmitCommand {
    StudyLanguagesCommand(Session session) {
        super(session, "languages");
    }
}
