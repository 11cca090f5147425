package dev.firn.cli.command;

import dev.firn.cli.client.Listing;
import dev.firn.cli.client.Token;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.List;
import picocli.CommandLine.Command;

/** Lists the tokens that were made on the server. */
@Command(
        name = "tokens",
        description = "List the tokens that administrators made on the server; or add or revoke one.",
        footer = {"", "Example: firn tokens add ada operator --days 30"})
final class TokensCommand extends ListingCommand {
    TokensCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Listing<Token> tokens = client().tokens(limit());
        print(tokens, "No token has been made on this server yet.", () -> table(tokens));
        return ExitCode.DONE;
    }

    private static Table table(Listing<Token> tokens) {
        Table table = new Table()
                .column("id", Side.LEFT)
                .column("name", Side.LEFT)
                .column("role", Side.LEFT)
                .column("made by", Side.LEFT)
                .column("expires (UTC)", Side.LEFT)
                .column("last used (UTC)", Side.LEFT);
        for (Token token : tokens.items()) {
            table.row(List.of(
                    token.id(),
                    token.name(),
                    token.role(),
                    token.createdBy() == null ? "-" : token.createdBy(),
                    token.expired() ? "expired" : Figures.moment(token.expiresAt()),
                    token.lastUsedAt() == null ? "never" : Figures.moment(token.lastUsedAt())));
        }
        return table;
    }
}
