package dev.firn.api.boot;

import dev.firn.cli.demo.DemoOptions;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Arrays;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The server's program: {@code up [--role all|api|worker]}, {@code demo [--exit] [--json] [--spec FILE]}, {@code backup DIR}
 * and {@code restore DIR}.
 */
@QuarkusMain
public final class Main {
    static final String DEMONSTRATION = "demo";

    private Main() {}

    /** Runs the program and ends the process with its exit code: 0 done, 1 failed, 2 wrong input. */
    public static void main(String[] arguments) {
        int code;
        try {
            code = run(arguments);
        } catch (BootException e) {
            System.err.println("firn: " + e.getMessage());
            code = e.exitCode();
        }
        System.exit(code);
    }

    private static int run(String[] arguments) {
        List<String> words = Arrays.asList(arguments);
        if (words.isEmpty()
                || !(words.getFirst().equals("backup") || words.getFirst().equals("restore"))) {
            return Server.run(settings(words), System.getenv(), arguments);
        }
        String command = words.getFirst();
        BackupProgram.Options options = BackupProgram.Options.parse(command, words.subList(1, words.size()));
        logWarningsToStandardError();
        BackupProgram program = new BackupProgram(
                BootSettings.read(System.getenv(), Role.API).home(),
                Server.external(System.getenv()),
                System.out,
                System.err);
        return command.equals("backup") ? program.backup(options) : program.restore(options);
    }

    /** What the services say besides while they start and stop is for a server's log. */
    private static void logWarningsToStandardError() {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        Handler console = new ConsoleHandler();
        console.setLevel(Level.WARNING);
        root.addHandler(console);
    }

    /**
     * Reads the command line and the environment.
     *
     * @throws BootException for what is not understood
     */
    private static BootSettings settings(List<String> arguments) {
        String command = arguments.isEmpty() ? "up" : arguments.getFirst();
        List<String> options = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
        return switch (command) {
            case "up" -> BootSettings.read(System.getenv(), role(options));
            case DEMONSTRATION -> {
                demonstration(options);
                yield BootSettings.read(System.getenv(), Role.ALL);
            }
            default ->
                throw BootException.wrongInput(
                        "unknown command '" + command + "'; known here: up, demo, backup, restore");
        };
    }

    private static Role role(List<String> options) {
        Role role = Role.ALL;
        for (int i = 0; i < options.size(); i++) {
            String option = options.get(i);
            if (option.startsWith("--role=")) {
                role = Role.parse(option.substring("--role=".length()));
            } else if (option.equals("--role") && i + 1 < options.size()) {
                i++;
                role = Role.parse(options.get(i));
            } else {
                throw BootException.wrongInput(
                        "unknown option '" + option + "'; usage: firn up [--role all|api|worker]");
            }
        }
        return role;
    }

    /**
     * Reads what follows the word {@code demo}.
     *
     * @throws BootException for what is not understood
     */
    static DemoOptions demonstration(List<String> options) {
        try {
            return DemoOptions.parse(options);
        } catch (IllegalArgumentException e) {
            throw BootException.wrongInput(e.getMessage());
        }
    }
}
