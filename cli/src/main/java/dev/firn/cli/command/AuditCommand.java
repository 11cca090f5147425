package dev.firn.cli.command;

import dev.firn.cli.client.AuditEntry;
import dev.firn.cli.client.Listing;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists changes. */
@Command(
        name = "audit",
        description = {
            "List who changed what, newest first. For administrators.",
            "With --json each change comes with what it was before and after."
        },
        footer = {"", "Example: firn audit --caller ada --path /api/models/quickstart"})
final class AuditCommand extends ListingCommand {
    @Option(names = "--caller", paramLabel = "NAME", description = "Only what this caller did.")
    private String caller;

    @Option(names = "--path", paramLabel = "PATH", description = "Only what was done to paths that begin with this.")
    private String path;

    AuditCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Listing<AuditEntry> entries = client().audit(Optional.ofNullable(caller), Optional.ofNullable(path), limit());
        print(entries, "Nobody has changed anything yet.", () -> table(entries));
        return ExitCode.DONE;
    }

    private static Table table(Listing<AuditEntry> entries) {
        Table table = new Table()
                .column("when (UTC)", Side.LEFT)
                .column("who", Side.LEFT)
                .column("from", Side.LEFT)
                .column("what", Side.LEFT)
                .column("answer", Side.RIGHT);
        for (AuditEntry entry : entries.items()) {
            table.row(List.of(
                    Figures.moment(entry.at()),
                    entry.caller() == null ? "-" : entry.caller(),
                    entry.address().isEmpty() ? "-" : entry.address(),
                    entry.method() + " " + entry.path(),
                    answer(entry)));
        }
        return table;
    }

    /** What the server does by itself, nobody was answered; of a request that has none, the end is not known. */
    private static String answer(AuditEntry entry) {
        if (entry.status() != null) {
            return entry.status().toString();
        }
        return entry.address().isEmpty() ? "-" : "unknown";
    }
}
