package dev.firn.api.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever comes from outside is read or refused, and nothing else comes of it: Jazzer looks for inputs that make a reader throw
 * what it does not declare, run out of memory, hang, or reach for another file. {@code -Dfuzz.seconds} says how long each is
 * fed; with {@code -Dfuzz.seed} another sequence is taken than usual.
 */
class ReadersFuzzTest {
    private static final Pattern EXECUTED = Pattern.compile("stat::number_of_executed_units:\\s*(\\d+)");
    private static final Pattern COVERED = Pattern.compile("cov: (\\d+)");
    private static final long USUAL_SECONDS = 10;
    private static final long PATIENCE_SECONDS = 180;
    private static final int LAST_LINES = 60;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Reader.class)
    void readsOrRefuses(Reader reader) throws Exception {
        long seconds = Long.getLong("fuzz.seconds", USUAL_SECONDS);
        for (byte[] seed : reader.seeds()) {
            reader.read(seed);
        }

        Path log = folder.resolve("log");
        Process process = start(reader, seconds, log);
        boolean ended = process.waitFor(seconds + PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();

        String said = Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1);
        List<String> lines = said.lines().toList();
        assertThat(ended && process.waitFor() == 0)
                .as(String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())))
                .isTrue();
        long inputs = number(EXECUTED, said);
        System.out.println("fuzz " + reader.name().toLowerCase(java.util.Locale.ROOT) + ": " + inputs + " inputs in "
                + seconds + " s, " + number(COVERED, said) + " branches covered, no finding");
        assertThat(inputs).isGreaterThan(reader.seeds().size());
    }

    private Process start(Reader reader, long seconds, Path log) throws IOException {
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        int number = 0;
        for (byte[] seed : reader.seeds()) {
            Files.write(corpus.resolve("seed-" + number++), seed);
        }
        Path words = Files.write(
                folder.resolve("words"),
                reader.words().stream().map(word -> '"' + word + '"').toList());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+EnableDynamicAgentLoading",
                "-Xmx700m",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + FuzzTarget.class.getName(),
                "--target_args=" + reader.name(),
                "--instrumentation_includes=dev.firn.**",
                "--custom_hook_includes=dev.firn.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-dict=" + words,
                "-seed=" + Long.getLong("fuzz.seed", 1),
                "-max_len=65536",
                "-timeout=30",
                "-rss_limit_mb=4000",
                "-print_final_stats=1",
                "-max_total_time=" + seconds,
                corpus.toString()));
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
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
