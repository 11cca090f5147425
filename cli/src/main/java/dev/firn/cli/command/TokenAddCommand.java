package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.MadeToken;
import dev.firn.cli.console.Figures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a token on the server. */
@Command(
        name = "add",
        description = {
            "Make a token on the server: it is told this once, and good at once, without a restart.",
            "The server keeps its SHA-256 only."
        },
        footer = {"", "Example: firn tokens add ada operator --days 30"})
final class TokenAddCommand extends FirnCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "Whose it is; runs and the audit trail keep it.")
    private String name;

    @Parameters(
            index = "1",
            paramLabel = "ROLE",
            description =
                    "viewer reads and embeds; operator also starts and controls runs; admin also imports models, moves"
                            + " aliases, deletes, makes tokens and reads the audit trail.")
    private String role;

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "90",
            description = "How long it is good (default: ${DEFAULT-VALUE}).")
    private int days;

    TokenAddCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Answer<MadeToken> made = client().makeToken(name, role, days);
        print(
                made,
                () -> "token    " + made.value().token() + "\nid       "
                        + made.value().id() + "\nexpires  "
                        + Figures.moment(made.value().expiresAt()) + " UTC");
        return ExitCode.DONE;
    }
}
