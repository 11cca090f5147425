package dev.firn.cli.command;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that prints a listing. */
abstract class ListingCommand extends FirnCommand {
    @Spec
    private CommandSpec spec;

    private int limit = 50;

    ListingCommand(Session session) {
        super(session);
    }

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "At most so many items (default: ${DEFAULT-VALUE}).")
    final void limit(int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), "--limit must be at least 1, is " + value);
        }
        limit = value;
    }

    final int limit() {
        return limit;
    }
}
