package dev.firn.api.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever comes from outside is read or refused, and nothing else comes of it: Jazzer looks for inputs that make a reader throw
 * what it does not declare, run out of memory, hang, or reach for another file. What it finds lies under {@code target/fuzz}.
 */
class ReadersFuzzTest {
    private static final Pattern EXECUTED = Pattern.compile("stat::number_of_executed_units:\\s*(\\d+)");
    private static final Pattern COVERED = Pattern.compile("cov: (\\d+)");
    private static final long SECONDS = Long.getLong("fuzz.seconds", 60);
    private static final long PATIENCE_SECONDS = 180;
    private static final int AT_A_TIME = 4 * Runtime.getRuntime().availableProcessors();
    private static final int LAST_LINES = 60;

    /** What the readers need: Jazzer looks through all that it is given before it begins, several times. */
    private static final Pattern NEEDED = Pattern.compile(
            ".*/(target|ai/djl|com/code-intelligence|com/ethlo|com/fasterxml/jackson/(core|datatype|dataformat)|com/github/luben"
                    + "|com/google/code/gson|com/networknt|commons-io|net/java/dev/jna/jna|org/duckdb|org/slf4j/slf4j-api|org/snakeyaml"
                    + "|org/tukaani)/.*");

    private static final String CLASS_PATH = Stream.of(
                    System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> NEEDED.matcher(entry + "/").matches())
            .collect(Collectors.joining(File.pathSeparator));

    @TempDir
    Path folder;

    /** Each in a process of its own for a minute; or {@code -Dfuzz.seconds} long, then from another seed each time. */
    @Test
    void readOrRefuseWhatTheyAreFed() throws Exception {
        List<AssertionError> findings = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(AT_A_TIME)) {
            for (Future<?> fed : Stream.of(Reader.values())
                    .map(reader -> executor.submit(() -> feed(reader)))
                    .toList()) {
                try {
                    fed.get();
                } catch (ExecutionException e) {
                    findings.add(new AssertionError(e.getCause().getMessage(), e.getCause()));
                }
            }
        }
        assertThat(findings).isEmpty();
    }

    private Void feed(Reader reader) throws IOException, InterruptedException {
        Path findings = Files.createDirectories(Path.of("target", "fuzz")).toAbsolutePath();
        Path own = Files.createDirectories(folder.resolve(reader.name()));
        Path corpus = Files.createDirectories(own.resolve("corpus"));
        Path dictionary = own.resolve("words");
        Path log = findings.resolve(reader + ".log");
        // Nothing is read in this process: the tests of the server have the native libraries in a class loader of
        // theirs
        run(own, log, 0, FuzzTarget.class.getName(), reader.name(), corpus.toString(), dictionary.toString());
        int seeds = Objects.requireNonNull(corpus.toFile().list()).length;

        String said = run(
                own,
                log,
                SECONDS,
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + FuzzTarget.class.getName(),
                "--target_args=" + reader,
                "--instrumentation_includes=dev.firn.**",
                "--custom_hook_includes=dev.firn.**",
                // Takes what DuckDB understands for an injection, whatever the input
                "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.SqlInjection",
                "--reproducer_path=" + findings,
                "-artifact_prefix=" + findings + "/" + reader + "-",
                "-dict=" + dictionary,
                "-seed=" + (System.getProperty("fuzz.seconds") == null ? 1 : 0),
                "-max_len=65536",
                "-timeout=60",
                "-rss_limit_mb=4000",
                "-print_final_stats=1",
                "-max_total_time=" + SECONDS,
                corpus.toString());
        long read = number(EXECUTED, said);
        System.out.println("fuzz " + reader + ": " + read + " inputs in " + SECONDS + " s, " + number(COVERED, said)
                + " branches covered, no finding");
        assertThat(read).as("inputs of " + reader).isGreaterThan(seeds);
        return null;
    }

    /** Runs a program with the classes of this one, and gives what it said when it ended well. */
    private static String run(Path place, Path log, long seconds, String... programAndArguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+EnableDynamicAgentLoading",
                "-XX:+UseSerialGC",
                // Jazzer alone keeps the second compiler busy for longer than it takes to start without it
                "-XX:TieredStopAtLevel=1",
                "-Xmx500m",
                "-Djava.io.tmpdir=" + place,
                "-cp",
                CLASS_PATH));
        command.addAll(List.of(programAndArguments));
        Process process = new ProcessBuilder(command)
                .directory(place.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(seconds + PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();

        String said = Files.readString(log, ISO_8859_1);
        List<String> lines = said.lines().toList();
        assertThat(ended && process.waitFor() == 0)
                .as("all of it in " + log + ":\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())))
                .isTrue();
        return said;
    }

    /** The last number that a pattern finds. */
    private static long number(Pattern pattern, String text) {
        long found = 0;
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found = Long.parseLong(matcher.group(1));
        }
        return found;
    }
}
