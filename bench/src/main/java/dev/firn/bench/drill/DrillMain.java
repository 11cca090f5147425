package dev.firn.bench.drill;

import dev.firn.bench.installation.Programs;
import dev.firn.bench.installation.TemporalProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.commons.io.FileUtils;

/**
 * Drills: progress on standard error, the result on standard output; ends with 0, 1 when something was lost or differs, 2 for wrong
 * input.
 */
public final class DrillMain {
    private static final int SEEDS = 1_000_000;

    private DrillMain() {}

    /**
     * Arguments as {@code firn help drill} tells them; the system properties {@code programs.server}, {@code programs.flags} and
     * {@code drill.artifacts} name the server's jar, the options of its JVM, and the folder of downloads; the environment's
     * {@code FIRN_TEST_TEMPORAL} names the command {@code temporal} where it is not on the {@code PATH}.
     */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs, and gives the exit code. */
    static int run(String... words) {
        Optional<Path> temporal = TemporalProgram.find(System.getenv());
        Map<Fault, String> missing =
                temporal.isPresent() ? Map.of() : Map.of(Fault.TEMPORAL, TemporalProgram.missing(System.getenv()));
        DrillArguments arguments;
        try {
            arguments = DrillArguments.parse(ThreadLocalRandom.current().nextLong(SEEDS), missing, words);
        } catch (DrillArguments.WrongInputException e) {
            System.err.println("firn: " + e.getMessage());
            return 2;
        }
        Path work = null;
        boolean passed = false;
        try {
            work = Files.createTempDirectory("firn-drill");
            Path artifacts = Path.of(System.getProperty("drill.artifacts", "target/artifacts"))
                    .toAbsolutePath();
            DrillResult result = new Drill(Exercise.STANDARD, Programs.ofSystem(), work, artifacts, DrillMain::progress)
                    .run(arguments);
            passed = result.failures().isEmpty();
            System.out.println(result.table());
            if (arguments.json()) {
                System.out.println(result.json());
            }
        } catch (DrillFailedException | IOException | RuntimeException e) {
            System.err.println("firn: " + (e.getMessage() == null ? e : e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (passed) {
            FileUtils.deleteQuietly(work.toFile());
        } else if (work != null) {
            System.err.println("firn: homes and logs are kept in " + work);
        }
        return passed ? 0 : 1;
    }

    private static void progress(String text) {
        System.err.println("drill: " + text);
    }
}
