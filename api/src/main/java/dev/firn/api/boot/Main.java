package dev.firn.api.boot;

import dev.firn.cli.demo.DemoOptions;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Arrays;
import java.util.List;

/** The server's program: {@code up [--role all|api|worker]} and {@code demo [--exit] [--json] [--spec FILE]}. */
@QuarkusMain
public final class Main {
    static final String DEMONSTRATION = "demo";

    private Main() {}

    /** Runs the program and ends the process with its exit code: 0 done, 1 failed, 2 wrong input. */
    public static void main(String[] arguments) {
        int code;
        try {
            code = Server.run(settings(Arrays.asList(arguments)), System.getenv(), arguments);
        } catch (BootException e) {
            System.err.println("firn: " + e.getMessage());
            code = e.exitCode();
        }
        System.exit(code);
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
            default -> throw BootException.wrongInput("unknown command '" + command + "'; known here: up, demo");
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
