package dev.firn.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a token for a server's users; talks to no server. */
@Command(
        name = "token",
        description = {
            "Make a token: what its holder sets as FIRN_TOKEN, and the entry for the server's FIRN_API_TOKENS.",
            "The server keeps only the entry, from which nobody can tell the token. With a first token of an admin,",
            "firn tokens add makes others without a restart."
        },
        footer = {"", "Example: firn token ada operator"})
final class TokenCommand extends FirnCommand {
    private static final Set<String> ROLES = new TreeSet<>(Set.of("viewer", "operator", "admin"));
    private static final int BYTES = 32;

    @Parameters(index = "0", paramLabel = "NAME", description = "Whose it is; runs keep it.")
    private String name;

    @Parameters(
            index = "1",
            paramLabel = "ROLE",
            description =
                    "viewer reads and embeds; operator also starts and controls runs; admin also imports models, moves"
                            + " aliases and deletes.")
    private String role;

    TokenCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._@-]{0,62}")) {
            throw new InputException(
                    "NAME must begin with a letter or a digit and consist of at most 63 letters, digits and . _ @ -");
        }
        if (!ROLES.contains(role)) {
            throw new InputException("ROLE must be one of " + String.join(", ", ROLES) + ", is '" + role + "'");
        }
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        String token = "firn_" + HexFormat.of().formatHex(random);
        String entry = name + ":" + sha256(token) + "/" + role;
        if (json()) {
            ObjectNode result = JsonNodeFactory.instance.objectNode();
            console().result(result.put("token", token).put("entry", entry));
        } else {
            console().result("token  " + token + "\nentry  " + entry);
        }
        return ExitCode.DONE;
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
