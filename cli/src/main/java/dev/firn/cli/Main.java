package dev.firn.cli;

import dev.firn.cli.command.CommandLineFactory;
import dev.firn.cli.command.Session;
import dev.firn.cli.console.Console;
import dev.firn.cli.console.Terminal;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Where the launcher enters the command line. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // Libraries tell what they chose and found; only what goes wrong is a user's business
        Logger.getLogger("").setLevel(Level.WARNING);
        Console console = new Console(System.out, System.err, Terminal.ofStandardError());
        int exitCode = CommandLineFactory.create(new Session(System.getenv(), console, System.in))
                .execute(arguments);
        System.exit(exitCode);
    }
}
