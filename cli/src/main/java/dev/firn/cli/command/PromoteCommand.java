package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.client.AliasMove;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Moves an alias. */
@Command(
        name = "promote",
        description = "Point an alias of a model to a version.",
        footer = {
            "",
            "A protected alias moves only with --confirm, and never by a run's gate.",
            "Examples:",
            "  firn promote quickstart 2 champion",
            "  firn promote quickstart 2 champion --protect --reason \"checked by hand\""
        })
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

    @Option(
            names = "--protect",
            negatable = true,
            description = "From now on it moves only with --confirm; --no-protect ends that.")
    private Boolean guarded;

    @Option(names = "--confirm", description = "Move it although it is protected.")
    private boolean confirm;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the alias's history.")
    private String reason;

    PromoteCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonNode moved = client().moveAlias(
                        name,
                        alias,
                        new AliasMove(
                                version,
                                Optional.ofNullable(guarded),
                                confirm,
                                Optional.ofNullable(revision),
                                Optional.ofNullable(reason)));
        if (json()) {
            console().result(moved);
        } else {
            console()
                    .result(name + "@" + alias + " is version " + version + " now"
                            + (moved.path("protected").asBoolean() ? ", protected." : "."));
        }
        return ExitCode.DONE;
    }
}
