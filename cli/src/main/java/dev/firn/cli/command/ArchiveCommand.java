package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.ModelVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lays a version aside. */
@Command(
        name = "archive",
        description = "Lay a version of a model aside: lists leave it out and no alias can point to it; it stays.",
        footer = {"", "Example: firn archive quickstart@1"})
final class ArchiveCommand extends FirnCommand {
    @Parameters(paramLabel = "NAME@VERSION", description = "The version.")
    private String reference;

    @Option(names = "--undo", description = "Take it back.")
    private boolean undo;

    ArchiveCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        ModelReference model = ModelReference.parse(reference);
        int version = model.version(client());
        Answer<ModelVersion> changed = client().archiveVersion(model.name(), version, !undo);
        print(changed, () -> model.name() + " version " + version + (undo ? " is in lists again." : " is archived."));
        return ExitCode.DONE;
    }
}
