package dev.firn.cli;

import dev.firn.cli.command.CommandLineFactory;
import dev.firn.cli.command.Session;
import dev.firn.cli.console.Console;
import dev.firn.cli.console.Terminal;

/** Where the launcher enters the command line. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Console console = new Console(System.out, System.err, Terminal.ofStandardError());
        int exitCode = CommandLineFactory.create(new Session(System.getenv(), console, System.in))
                .execute(arguments);
        System.exit(exitCode);
    }
}
