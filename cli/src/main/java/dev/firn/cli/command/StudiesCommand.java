package dev.firn.cli.command;

import dev.firn.cli.client.Listing;
import dev.firn.cli.client.Study;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** Lists studies. */
@Command(
        name = "studies",
        description = "List studies, newest first.",
        footer = {"", "Example: firn studies --limit 10"})
final class StudiesCommand extends ListingCommand {
    StudiesCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Listing<Study> studies = client().studies(limit());
        print(
                studies,
                "There is no study yet; ./firn study transfer examples/quickstart-transfer.yaml starts one.",
                () -> table(studies));
        return ExitCode.DONE;
    }

    private static Table table(Listing<Study> studies) {
        Table table = new Table()
                .column("id", Side.LEFT)
                .column("name", Side.LEFT)
                .column("type", Side.LEFT)
                .column("state", Side.LEFT)
                .column("runs", Side.RIGHT)
                .column("succeeded", Side.RIGHT)
                .column("failed", Side.RIGHT)
                .column("created (UTC)", Side.LEFT);
        for (Study study : studies.items()) {
            table.row(List.of(
                    study.id(),
                    study.name(),
                    study.type(),
                    study.state().name().toLowerCase(Locale.ROOT),
                    Integer.toString(study.counts().runs()),
                    Integer.toString(study.counts().succeeded()),
                    Integer.toString(study.counts().failed()),
                    Figures.moment(study.createdAt())));
        }
        return table;
    }
}
