package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.Collection;
import dev.firn.cli.console.Figures;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Removes stored content that nothing names. */
@Command(
        name = "gc",
        description = {
            "Remove stored content that nothing names: files of removed checkpoints, and what crashes left behind.",
            "What runs, checkpoints, datasets, models and their lineage name stays. The server does this every hour."
        },
        footer = {"", "Example: firn gc --dry-run"})
final class GarbageCommand extends FirnCommand {
    @Option(names = "--dry-run", description = "Only say how much it is.")
    private boolean dryRun;

    @Option(
            names = "--grace",
            paramLabel = "MINUTES",
            description = "Leave alone what was written within so many minutes (default: 60).")
    private Long grace;

    GarbageCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Answer<Collection> collected = client().collect(dryRun, Optional.ofNullable(grace));
        print(collected, () -> text(collected.value()));
        return ExitCode.DONE;
    }

    private static String text(Collection collection) {
        return (collection.dryRun() ? "Would remove " : "Removed ") + collection.blobs()
                + " files that nothing names (" + Figures.bytes(collection.blobBytes()) + ") and "
                + collection.orphans() + " objects that the registry does not know ("
                + Figures.bytes(collection.orphanBytes()) + ").";
    }
}
