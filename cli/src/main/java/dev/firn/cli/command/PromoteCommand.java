package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Moves an alias. */
@Command(
        name = "promote",
        description = "Point an alias of a model to a version.",
        footer = {"", "Example: firn promote quickstart 2 champion"})
final class PromoteCommand extends FirnCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "The model's name.")
    private String name;

    @Parameters(index = "1", paramLabel = "VERSION", description = "The version's number.")
    private int version;

    @Parameters(index = "2", paramLabel = "ALIAS", description = "The alias; it is made when there is none.")
    private String alias;

    @Option(
            names = "--revision",
            paramLabel = "N",
            description = "Move it only if the alias still has this revision: nobody moved it meanwhile.")
    private Long revision;

    PromoteCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonNode moved = client().moveAlias(name, alias, version, Optional.ofNullable(revision));
        if (json()) {
            console().result(moved);
        } else {
            console().result(name + "@" + alias + " is version " + version + " now.");
        }
        return ExitCode.DONE;
    }
}
