package dev.firn.cli.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.command.CommandLineFactory;
import dev.firn.cli.command.Session;
import dev.firn.cli.console.Console;
import dev.firn.cli.console.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the launcher in a copy of the tree, in a folder with spaces, with JDKs that only tell a version and what they
 * were called with, and a Maven that only makes the files that a build leaves.
 */
class LauncherTest {
    private static final Path LAUNCHER = Path.of("..", "firn");
    private static final Path PARENT_POM = Path.of("..", "pom.xml");

    @TempDir
    private Path temporary;

    private Path tree;
    private Path jdks;
    private Path tools;
    private Path elsewhere;

    @BeforeEach
    void makeTree() throws IOException {
        tree = Files.createDirectories(temporary.resolve("a tree with spaces"));
        jdks = Files.createDirectories(temporary.resolve("jdks"));
        tools = Files.createDirectories(temporary.resolve("tools"));
        elsewhere = Files.createDirectories(temporary.resolve("else where"));
        Files.copy(LAUNCHER, tree.resolve("firn"));
        Files.writeString(tree.resolve("pom.xml"), "<project/>");
        for (String module : List.of("cli", "api")) {
            Files.createDirectories(tree.resolve(module, "src", "main", "java"));
            Files.writeString(tree.resolve(module, "pom.xml"), "<project/>");
            Files.writeString(tree.resolve(module, "src", "main", "java", "A.java"), "class A {}");
        }
        maven("""
                echo '[INFO] Building Firn cli 0.1.0-SNAPSHOT   [1/2]'
                echo "$JAVA_HOME $*" >>maven-calls
                mkdir -p api/target/quarkus-app/lib/main cli/target/lib
                echo run >api/target/quarkus-app/quarkus-run.jar
                echo jar >cli/target/cli-0.1.0-SNAPSHOT.jar
                echo jar >cli/target/lib/picocli-1.jar
                echo jar >cli/target/lib/jackson-core-1.jar
                """);
    }

    /** JUnit warns of each link out of a temporary folder that it deletes. */
    @AfterEach
    void removeLinks() throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            for (Path file : files.filter(Files::isSymbolicLink).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void helpNeedsNeitherJdkNorMaven() throws Exception {
        Files.delete(tools.resolve("mvn"));
        for (List<String> arguments :
                List.of(List.of("help"), List.<String>of(), List.of("--help"), List.of("help", "demo"))) {
            Result result = firn(arguments, Map.of());
            assertThat(result.exitCode()).isZero();
            assertThat(result.out()).contains("demo", "--exit");
            assertThat(result.err()).isEmpty();
        }
    }

    @Test
    void listsEveryCommandThatTheCommandLineHas() throws Exception {
        Console console = new Console(System.out, System.err, new Terminal(false, 80));
        TreeSet<String> expected = new TreeSet<>(
                CommandLineFactory.create(new Session(Map.of(), console, new ByteArrayInputStream(new byte[0])))
                        .getSubcommands()
                        .keySet());
        expected.addAll(List.of("demo", "up", "test", "bench", "drill", "backup", "restore", "help"));
        TreeSet<String> listed = new TreeSet<>();
        Matcher lines = Pattern.compile("(?m)^  ([a-z-]+) .*$")
                .matcher(firn(List.of("help"), Map.of()).out());
        while (lines.find()) {
            listed.add(lines.group(1));
        }
        assertThat(listed).isEqualTo(expected);
    }

    @Test
    void theHelpOfEachOfTheLaunchersOwnCommandsHasAnExampleAndTheExitCodes() throws Exception {
        for (String command : List.of("demo", "up", "test", "bench", "drill", "backup", "restore")) {
            for (List<String> arguments : List.of(List.of("help", command), List.of(command, "--help"))) {
                assertThat(firn(arguments, Map.of()).out())
                        .as(command)
                        .startsWith("Usage: firn " + command)
                        .containsPattern("(?m)^Examples?: .*firn " + command)
                        .contains("0  done", "1  failed", "2  wrong input");
            }
        }
    }

    @Test
    void anUnknownCommandIsWrongInputWithASuggestion() throws Exception {
        Result result = firn(List.of("exprot", "x"), Map.of());
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("there is no command exprot").contains("did you mean export");
        assertThat(firn(List.of("qqqqqqq"), Map.of()).err()).doesNotContain("did you mean");
        assertThat(tree.resolve("target")).doesNotExist();
    }

    @Test
    void recognisesTheFirstCommandsEveryTime() throws Exception {
        for (int time = 0; time < 40; time++) {
            assertThat(firn(List.of("help", "demo"), Map.of()).out()).startsWith("Usage: firn demo");
        }
    }

    @Test
    void takesJavaHomeWhenItIsNewEnough() throws Exception {
        Path jdk = jdk("mine", "25.0.1");
        jdk("other", "25.0.2");
        Result result = firn(List.of("runs"), Map.of("JAVA_HOME", jdk.toString()));
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("java of mine");
    }

    @Test
    void looksFurtherWhenJavaHomeIsTooOld() throws Exception {
        Path old = jdk("old", "17.0.15");
        jdk("newer", "26-ea");
        jdk("right", "25");
        Result result = firn(List.of("runs"), Map.of("JAVA_HOME", old.toString()));
        assertThat(result.out()).contains("java of right");
    }

    @Test
    void takesANewerJdkWhenThereIsNo25() throws Exception {
        jdk("newer", "26.0.1");
        jdk("old", "1.8.0_402");
        assertThat(firn(List.of("runs"), Map.of()).out()).contains("java of newer");
    }

    @Test
    void findsAJdkOnThePathAlone() throws Exception {
        Path hidden = jdk("../hidden", "25.0.1");
        Files.createSymbolicLink(tools.resolve("java"), hidden.resolve("bin", "java"));
        assertThat(firn(List.of("runs"), Map.of()).out()).contains("java of ../hidden");
    }

    @Test
    void aJavaWithoutCompilerIsNoJdk() throws Exception {
        Path runtime = jdk("runtime", "25.0.1");
        Files.delete(runtime.resolve("bin", "javac"));
        Result result = firn(List.of("runs"), Map.of("JAVA_HOME", runtime.toString()));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("no JDK 25 or newer was found", "apt install", "sdk install", "adoptium");
    }

    @Test
    void firnJavaHomeIsAnOrder() throws Exception {
        jdk("right", "25.0.1");
        Path old = jdk("old", "21.0.2");
        Result result = firn(List.of("runs"), Map.of("FIRN_JAVA_HOME", old.toString()));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("FIRN_JAVA_HOME", "is a JDK 21");
        assertThat(firn(List.of("runs"), Map.of("FIRN_JAVA_HOME", "/nowhere")).err())
                .contains("is not a JDK");
    }

    @Test
    void asksAJavaForItsVersionOnceOnly() throws Exception {
        Path jdk = jdk("right", "25.0.1");
        firn(List.of("runs"), Map.of());
        firn(List.of("runs"), Map.of());
        assertThat(Files.readAllLines(jdk.resolve("asked"))).hasSize(1);
        jdk("right", "25.0.2");
        Files.setLastModifiedTime(jdk.resolve("bin", "java"), FileTime.from(Instant.EPOCH));
        Result third = firn(List.of("runs"), Map.of());
        assertThat(third.exitCode()).as(third.err()).isZero();
        assertThat(Files.readAllLines(jdk.resolve("asked"))).hasSize(2);
    }

    @Test
    void aMissingMavenIsSaid() throws Exception {
        jdk("right", "25.0.1");
        Files.delete(tools.resolve("mvn"));
        Result result = firn(List.of("runs"), Map.of());
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("there is no mvn on the PATH", "apt install maven");
    }

    @Test
    void buildsOnceAndAgainOnlyWhenSourcesChanged() throws Exception {
        Path jdk = jdk("right", "25.0.1");
        Result first = firn(List.of("runs"), Map.of());
        assertThat(first.err()).contains("building", "Firn cli");
        assertThat(first.out()).doesNotContain("Building");
        assertThat(firn(List.of("runs"), Map.of()).err()).isEmpty();
        assertThat(mavenCalls()).hasSize(1);
        assertThat(mavenCalls().getFirst()).startsWith(jdk.toString()).contains("package");

        Files.createDirectories(tree.resolve("cli", "src", "test"));
        Files.writeString(tree.resolve("cli", "src", "test", "T.java"), "class T {}");
        Files.writeString(tree.resolve("README.md"), "more");
        firn(List.of("runs"), Map.of());
        assertThat(mavenCalls()).hasSize(1);

        Files.writeString(tree.resolve("cli", "src", "main", "java", "A.java"), "class A { int more; }");
        firn(List.of("runs"), Map.of());
        assertThat(mavenCalls()).hasSize(2);

        Files.createDirectories(tree.resolve("db", "migrations"));
        Files.writeString(tree.resolve("db", "migrations", "V1.sql"), "select 1");
        firn(List.of("runs"), Map.of());
        assertThat(mavenCalls()).hasSize(3);
    }

    @Test
    void aFailedBuildShowsTheEndOfItsLogAndIsTriedAgain() throws Exception {
        jdk("right", "25.0.1");
        maven("echo '[ERROR] cannot find symbol'; exit 1");
        for (int attempt = 0; attempt < 2; attempt++) {
            Result result = firn(List.of("runs"), Map.of());
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err()).contains("cannot find symbol", "the build failed", "build.log");
            assertThat(result.out()).isEmpty();
        }
    }

    @Test
    void twoLaunchersBuildOnce() throws Exception {
        jdk("right", "25.0.1");
        Path gate = temporary.resolve("gate");
        String build = Files.readString(tools.resolve("mvn"));
        Files.writeString(
                tools.resolve("mvn"),
                build.replace("set -e", "set -e\nwhile [ ! -e '" + gate + "' ]; do sleep 0.05; done"));
        Process one = start(List.of("runs"), Map.of(), tree);
        Process other = start(List.of("runs"), Map.of(), tree);
        Files.createFile(gate);
        assertThat(finish(one).exitCode()).isZero();
        assertThat(finish(other).exitCode()).isZero();
        assertThat(mavenCalls()).hasSize(1);
    }

    @Test
    void aProgramKeepsItsFilesWhileAnotherIsBuilt() throws Exception {
        jdk("right", "25.0.1");
        Path gate = temporary.resolve("gate");
        Process running = start(List.of("up"), Map.of("WAIT_FOR", gate.toString()), tree);
        try {
            awaitFile(Path.of(gate + ".reached"));
            Files.writeString(tree.resolve("api", "src", "main", "java", "A.java"), "class A { int more; }");
            assertThat(firn(List.of("runs"), Map.of()).exitCode()).isZero();
            assertThat(mavenCalls()).hasSize(2);
            assertThat(releases()).hasSize(2);
        } finally {
            Files.createFile(gate);
        }
        assertThat(finish(running).out()).contains("the jar is still there");
        Files.writeString(tree.resolve("api", "src", "main", "java", "A.java"), "class A { int most; }");
        firn(List.of("runs"), Map.of());
        assertThat(releases()).hasSize(1);
    }

    @Test
    void worksThroughALinkFromAnyFolderAndLeavesItTheCurrentOne() throws Exception {
        jdk("right", "25.0.1");
        Path link = Files.createSymbolicLink(elsewhere.resolve("a link"), tree.resolve("firn"));
        Result result = finish(start(link, List.of("submit", "my spec.yaml"), Map.of(), elsewhere));
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .contains("in " + elsewhere.toRealPath())
                .contains("[dev.firn.cli.Main]", "[submit]", "[my spec.yaml]");
    }

    @Test
    void givesTheServerItsFlagsAndEnvironment() throws Exception {
        jdk("right", "25.0.1");
        Result result =
                finish(start(List.of("up", "--role", "all"), Map.of("FIRN_JAVA_OPTIONS", "-Xmx8g -Dx=y"), elsewhere));
        assertThat(result.out())
                .contains("[-jar]", "quarkus-run.jar]", "[up]", "[--role]", "[all]", "[-Xmx8g]", "[-Dx=y]")
                .contains("[-Dlauncher.examples=" + tree.toRealPath().resolve("examples") + "]")
                .contains("OMP_WAIT_POLICY=PASSIVE")
                .contains("GLIBC_TUNABLES=glibc.malloc.mmap_threshold=4294967296")
                .contains("FIRN_HOME=" + tree.toRealPath().resolve(".firn"));
        Matcher flags =
                Pattern.compile("<firn.jvm.flags>([^<]*)</firn.jvm.flags>").matcher(Files.readString(PARENT_POM));
        assertThat(flags.find()).isTrue();
        for (String flag : flags.group(1).split(" ", -1)) {
            assertThat(result.out()).contains("[" + flag + "]");
        }
    }

    @Test
    void aRelativeFirnHomeIsMeantFromTheCurrentFolder() throws Exception {
        jdk("right", "25.0.1");
        Result result = finish(start(List.of("up"), Map.of("FIRN_HOME", "data"), elsewhere));
        assertThat(result.out()).contains("FIRN_HOME=" + elsewhere.resolve("data"));
    }

    @Test
    void theExitCodeOfTheProgramPassesThrough() throws Exception {
        jdk("right", "25.0.1");
        assertThat(firn(List.of("demo"), Map.of("EXIT_WITH", "7")).exitCode()).isEqualTo(7);
    }

    @Test
    void testRunsMavenWithTheTagsThatAreLeftOut() throws Exception {
        jdk("right", "25.0.1");
        maven("""
                echo "$*" >>maven-calls
                mkdir -p cli/target/surefire-reports api/target/quarkus-app cli/target/lib
                echo run >api/target/quarkus-app/quarkus-run.jar
                echo jar >cli/target/cli-0.1.0-SNAPSHOT.jar
                cat >cli/target/surefire-reports/TEST-A.xml <<'XML'
                <testsuite name="A" time="1" tests="4" errors="0" skipped="2" failures="0">
                  <testcase name="one" classname="A" time="0">
                    <skipped message="Assumption failed: no python3 here"/>
                  </testcase>
                  <testcase name="two" classname="A" time="0">
                    <skipped type="TestAbortedException"><![CDATA[org.opentest4j.TestAbortedException: Assumption failed: no browser here
                at some.Frame(Frame.java:1)]]></skipped>
                  </testcase>
                </testsuite>
                XML
                """);
        Files.createDirectories(tree.resolve("cli", "src", "test"));
        Files.writeString(tree.resolve("cli", "src", "test", "T.java"), "@Tag(\"real\") class T {}");
        Result plain = firn(List.of("test"), Map.of());
        assertThat(plain.exitCode()).isZero();
        assertThat(plain.out())
                .contains(
                        "4 run, 0 failed, 2 skipped",
                        "A.one: Assumption failed: no python3 here",
                        "A.two: Assumption failed: no browser here")
                .contains("1 test class(es) against external servers", "0 test class(es) with large downloads");
        firn(List.of("test", "--real"), Map.of());
        firn(List.of("test", "--large"), Map.of());
        assertThat(firn(List.of("test", "--real", "--large", "--fuzz", "5", "--", "-pl", "cli"), Map.of())
                        .out())
                .doesNotContain("Left out");
        assertThat(mavenCalls())
                .containsExactly(
                        "-B -ntp verify -Dexcluded.test.tags=real,large",
                        "-B -ntp verify -Dexcluded.test.tags=large",
                        "-B -ntp verify -Dexcluded.test.tags=real",
                        "-B -ntp verify -Dexcluded.test.tags= -Dfuzz.seconds=5 -pl cli");
        assertThat(firn(List.of("test", "--reel"), Map.of()).exitCode()).isEqualTo(2);
    }

    @Test
    void testFailsWhenMavenFailsAndStillSums() throws Exception {
        jdk("right", "25.0.1");
        maven("exit 1");
        Result result = firn(List.of("test"), Map.of());
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).contains("Tests by module").doesNotContain("passed");
    }

    private record Result(int exitCode, String out, String err) {}

    private Result firn(List<String> arguments, Map<String, String> environment) throws Exception {
        return finish(start(arguments, environment, tree));
    }

    private Process start(List<String> arguments, Map<String, String> environment, Path directory) throws IOException {
        return start(tree.resolve("firn"), arguments, environment, directory);
    }

    private Process start(Path launcher, List<String> arguments, Map<String, String> environment, Path directory)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("bash", launcher.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FIRN_") || name.equals("JAVA_HOME"));
        builder.environment().remove("OMP_WAIT_POLICY");
        builder.environment().remove("GLIBC_TUNABLES");
        builder.environment().put("FIRN_JDK_FOLDERS", jdks.toString());
        builder.environment().put("PATH", tools + ":" + folderWithoutJava());
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** The tools that the launcher calls, without any Java or Maven of this machine. */
    private String folderWithoutJava() throws IOException {
        Path folder = temporary.resolve("path");
        if (Files.notExists(folder)) {
            Files.createDirectories(folder);
            for (String tool : List.of(
                    "awk",
                    "bash",
                    "basename",
                    "cat",
                    "cp",
                    "cut",
                    "date",
                    "dirname",
                    "env",
                    "find",
                    "flock",
                    "grep",
                    "ls",
                    "mkdir",
                    "mv",
                    "readlink",
                    "rm",
                    "sha256sum",
                    "sleep",
                    "sort",
                    "stat",
                    "stty",
                    "tail",
                    "uniq",
                    "wc")) {
                for (String place : List.of("/usr/bin", "/bin")) {
                    Path original = Path.of(place, tool);
                    if (Files.exists(original) && Files.notExists(folder.resolve(tool))) {
                        Files.createSymbolicLink(folder.resolve(tool), original);
                    }
                }
            }
        }
        return folder.toString();
    }

    private static Result finish(Process process) throws Exception {
        process.getOutputStream().close();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Thread reader = Thread.ofVirtual().start(() -> {
            try (PrintStream copy = new PrintStream(err, true, UTF_8)) {
                process.getErrorStream().transferTo(copy);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        reader.join();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), out, err.toString(UTF_8));
    }

    private List<String> mavenCalls() throws IOException {
        return Files.readAllLines(tree.resolve("maven-calls"));
    }

    private List<Path> releases() throws IOException {
        try (Stream<Path> folders = Files.list(tree.resolve("target", "firn", "releases"))) {
            return folders.toList();
        }
    }

    private static void awaitFile(Path file) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (Files.notExists(file)) {
            assertThat(System.nanoTime()).as("%s appears", file).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private void maven(String body) throws IOException {
        script(tools.resolve("mvn"), body);
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = jdks.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        script(home.resolve("bin", "java"), """
                if [ "$1" = -version ]; then
                  echo asked >>'%2$s/asked'
                  echo 'openjdk version "%3$s" 2025-10-21' >&2
                  exit 0
                fi
                echo "java of %1$s in $PWD"
                printf '[%%s]\\n' "$@"
                env | grep -E '^(OMP|GLIBC|FIRN)_' || true
                if [ -n "${WAIT_FOR:-}" ]; then
                  : >"$WAIT_FOR.reached"
                  while [ ! -e "$WAIT_FOR" ]; do sleep 0.05; done
                  for jar in "$@"; do case $jar in *quarkus-run.jar) test -e "$jar" && echo the jar is still there ;; esac; done
                fi
                exit "${EXIT_WITH:-0}"
                """.formatted(name, home, version));
        script(home.resolve("bin", "javac"), "exit 0");
        return home;
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/usr/bin/env bash\nset -e\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
