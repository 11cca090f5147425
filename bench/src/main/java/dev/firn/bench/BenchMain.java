package dev.firn.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.artifact.ArtifactNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.commons.io.FileUtils;

/** Runs benchmarks: tables on standard output, progress on standard error; ends with 0, 1 when one failed, 2 for wrong input. */
public final class BenchMain {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Logger ROOT = Logger.getLogger("");

    private BenchMain() {}

    /** Arguments as {@code firn help bench} tells them; system properties {@code bench.root} and {@code bench.artifacts} name folders. */
    public static void main(String[] arguments) {
        ROOT.setLevel(Level.WARNING);
        System.exit(run(arguments));
    }

    /** Runs, and gives the exit code. */
    static int run(String... words) {
        BenchArguments arguments;
        try {
            arguments = BenchArguments.parse(words);
        } catch (BenchArguments.WrongInputException e) {
            System.err.println("firn: " + e.getMessage());
            return 2;
        }
        Path root = Path.of(System.getProperty("bench.root", "")).toAbsolutePath();
        Path artifacts = Path.of(System.getProperty("bench.artifacts", "target/artifacts"))
                .toAbsolutePath();
        try {
            Path work = Files.createTempDirectory("firn-bench");
            // However this process ends, also when it is told to in the middle
            Runtime.getRuntime().addShutdownHook(new Thread(() -> FileUtils.deleteQuietly(work.toFile())));
            BenchSettings settings =
                    new BenchSettings(arguments.runs(), arguments.threads(), arguments.quick(), work, artifacts, root);
            ObjectNode results = JSON.createObjectNode();
            for (BenchName name : arguments.names()) {
                Benchmark.Result result = name.benchmark(settings.quick()).run(settings);
                result.json().put("runs", settings.runs());
                result.json().put("threads", settings.threads());
                result.json().put("quick", settings.quick());
                System.out.println(result.table());
                results.set(name.word(), result.json());
            }
            if (arguments.json()) {
                System.out.println(
                        arguments.all()
                                ? results
                                : results.get(arguments.names().getFirst().word()));
            }
            return 0;
        } catch (IOException | ArtifactNotFoundException e) {
            System.err.println("firn: " + e.getMessage());
            return 1;
        }
    }
}
