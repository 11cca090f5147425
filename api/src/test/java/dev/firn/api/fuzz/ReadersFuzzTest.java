package dev.firn.api.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever comes from outside is read or refused, and nothing else comes of it: Jazzer looks for inputs that make a reader throw
 * what it does not declare, run out of memory, hang, or reach for another file. What it finds lies under {@code target/fuzz}.
 */
class ReadersFuzzTest {
    private static final Pattern EXECUTED = Pattern.compile("stat::number_of_executed_units:\\s*(\\d+)");
    private static final Pattern COVERED = Pattern.compile("cov: (\\d+)");
    private static final long SECONDS_OF_ALL = 40;
    private static final long USUAL_SECONDS = 60;
    private static final long PATIENCE_SECONDS = 180;
    private static final int LAST_LINES = 60;

    @TempDir
    Path folder;

    /** All in one process, since each would take seconds to start; from the same seed each time. */
    @Test
    void readOrRefuseWhatTheyAreFed() throws Exception {
        feed(FuzzTarget.ALL, SECONDS_OF_ALL, "-seed=1");
    }

    /** Each by itself, {@code -Dfuzz.seconds} long, from another seed each time. */
    @ParameterizedTest
    @EnumSource(Reader.class)
    @Tag("fuzz")
    void readsOrRefuses(Reader reader) throws Exception {
        feed(reader.name(), Long.getLong("fuzz.seconds", USUAL_SECONDS), "-seed=0");
    }

    private void feed(String target, long seconds, String seed) throws IOException, InterruptedException {
        Path findings = Files.createDirectories(Path.of("target", "fuzz")).toAbsolutePath();
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        Path dictionary = folder.resolve("words");
        Path log = findings.resolve(target + ".log");
        // Nothing is read in this process: the tests of the server have the native libraries in a class loader of
        // theirs
        run(log, PATIENCE_SECONDS, FuzzTarget.class.getName(), target, corpus.toString(), dictionary.toString());
        int seeds = Objects.requireNonNull(corpus.toFile().list()).length;

        String said = run(
                log,
                seconds + PATIENCE_SECONDS,
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + FuzzTarget.class.getName(),
                "--target_args=" + target,
                "--instrumentation_includes=dev.firn.**",
                "--custom_hook_includes=dev.firn.**",
                // Takes what DuckDB understands for an injection, whatever the input
                "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.SqlInjection",
                "--reproducer_path=" + findings,
                "-artifact_prefix=" + findings + "/" + target + "-",
                "-dict=" + dictionary,
                seed,
                "-max_len=65536",
                "-timeout=30",
                "-rss_limit_mb=4000",
                "-print_final_stats=1",
                "-max_total_time=" + seconds,
                corpus.toString());
        long read = number(EXECUTED, said);
        System.out.println("fuzz " + target + ": " + read + " inputs in " + seconds + " s, " + number(COVERED, said)
                + " branches covered, no finding");
        assertThat(read).isGreaterThan(seeds);
    }

    /** Runs a program with the classes of this one, and gives what it said when it ended well. */
    private String run(Path log, long seconds, String... programAndArguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+EnableDynamicAgentLoading",
                "-Xmx700m",
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(programAndArguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
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
