package dev.firn.training.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.training.JavaProcess;
import java.io.IOException;
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
        return JavaProcess.run(List.of(mode), KernelRuns.class, Integer.toString(repetitions)).stream()
                .filter(line -> line.startsWith("kernel "))
                .toList();
    }
}
