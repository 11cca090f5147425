package dev.firn.bench.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.bench.installation.Programs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short drill with the packaged server. */
final class DrillIT {
    private static final Path SERVER = Path.of("..", "api", "target", "quarkus-app", "quarkus-run.jar");

    private static final List<String> FLAGS = List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx1g");

    @TempDir
    Path folder;

    @Test
    void aServerThatIsKilledDuringTrainingEndsInTheSameBits() throws Exception {
        Drill drill = new Drill(
                Exercise.SHORT,
                new Programs(SERVER.toAbsolutePath().normalize(), FLAGS, Optional.empty()),
                folder,
                Path.of("target", "artifacts").toAbsolutePath(),
                System.err::println);
        DrillResult result = drill.run(new DrillArguments(List.of(Fault.SERVER), Map.of(), 2, 11, true));
        assertThat(result.failures()).isEmpty();
        assertThat(result.undisturbed().digests()).containsKey("register/model");
    }
}
