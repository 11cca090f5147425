package dev.firn.training.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class VectorKernelsBitsTest {
    @Test
    void everyKernelGivesTheSameBitsInterpretedAndCompiled() throws IOException, InterruptedException {
        List<String> interpreted = kernels("-Xint", 1);
        List<String> compiled = kernels("-XX:TieredStopAtLevel=4", 400);
        assertThat(interpreted).hasSameSizeAs(KernelRuns.all().entrySet());
        assertThat(compiled).isEqualTo(interpreted);
    }

    private static List<String> kernels(String mode, int repetitions) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                mode,
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                KernelRuns.class.getName(),
                Integer.toString(repetitions)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("exit status of %s: %s", command, output)
                .isZero();
        return output.lines().filter(line -> line.startsWith("kernel ")).toList();
    }
}
