package dev.firn.cli.demo;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * What the user asked of the demonstration.
 *
 * @param exit the program ends when the run has ended, instead of serving the page until Ctrl-C
 * @param json the last line on standard output is the result as one line of JSON
 * @param specification the run specification to submit
 */
public record DemoOptions(boolean exit, boolean json, Path specification) {
    /** The folder with the examples; the launcher sets it, so that the demonstration runs from any
     * folder. Not below {@code firn.}, which is the server's configuration. */
    public static final String EXAMPLES_PROPERTY = "launcher.examples";

    public DemoOptions {
        requireNonNull(specification, "specification is null");
    }

    /**
     * Reads {@code [--exit] [--json] [--spec FILE]}.
     *
     * @param arguments what follows the word {@code demo} on the command line
     * @throws IllegalArgumentException for an unknown option, a missing value or a specification that is no
     *     readable file, with a message for the user
     */
    public static DemoOptions parse(List<String> arguments) {
        Arguments parsed = new Arguments();
        try {
            new CommandLine(parsed).parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        Path specification = parsed.specification;
        if (specification == null) {
            specification = Path.of(System.getProperty(EXAMPLES_PROPERTY, "examples"), "quickstart.yaml");
        }
        if (!Files.isReadable(specification) || Files.isDirectory(specification)) {
            throw new IllegalArgumentException(
                    "The specification " + specification + " is not a file that can be read");
        }
        return new DemoOptions(parsed.exit, parsed.json, specification);
    }

    private static final class Arguments {
        @Option(names = "--exit")
        private boolean exit;

        @Option(names = "--json")
        private boolean json;

        @Option(names = "--spec")
        private Path specification;
    }
}
