package dev.firn.training.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.training.JavaProcess;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.EncoderConfiguration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a step makes on the Java heap. The bound is for the small objects of a step (its report, what the threads are given to
 * do): an array of one number a pair of the large batch is over it already.
 *
 * <p>Interpreted kernels make an object of each vector, so steps are run until they are compiled, as many as that takes. How well
 * that goes depends on what ran before: hence a process for each.
 */
final class StepAllocationTest {
    @TempDir
    private Path weights;

    @ParameterizedTest
    @EnumSource
    void aStepAllocatesNothingThatGrowsWithItsBatch(MeasuredAllocation training)
            throws IOException, InterruptedException {
        Encoder.initialise(EncoderConfiguration.bert(ToyData.VOCABULARY, 16, 2, 2, 32, 16), 3, weights);
        List<Long> bytes =
                JavaProcess.run(List.of(), MeasuredAllocation.class, training.name(), weights.toString()).stream()
                        .filter(line -> line.startsWith(MeasuredAllocation.BYTES))
                        .map(line -> Long.valueOf(line.substring(MeasuredAllocation.BYTES.length())))
                        .toList();
        assertThat(bytes)
                .as("bytes of a step, of a small batch and of a large one")
                .hasSize(2)
                .allMatch(most -> most <= MeasuredAllocation.MOST_BYTES);
    }
}
