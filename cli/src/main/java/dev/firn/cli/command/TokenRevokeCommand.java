package dev.firn.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Revokes a token. */
@Command(
        name = "revoke",
        description = "Revoke a token: the server refuses it from now on.",
        footer = {"", "Example: firn tokens revoke 01a20f33-7a6b-7000-9e8d-7c6b5a493827"})
final class TokenRevokeCommand extends FirnCommand {
    @Parameters(paramLabel = "ID", description = "The token's id, as firn tokens lists it.")
    private String id;

    TokenRevokeCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        client().revokeToken(id);
        if (json()) {
            console().result(JsonNodeFactory.instance.objectNode().put("id", id).put("revoked", true));
        } else {
            console().result("Token " + id + " is revoked.");
        }
        return ExitCode.DONE;
    }
}
