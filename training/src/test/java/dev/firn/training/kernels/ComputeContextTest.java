package dev.firn.training.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ComputeContextTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void runsEveryPartOnceEachTime(int threads) {
        AtomicIntegerArray counts = new AtomicIntegerArray(threads);
        try (ComputeContext context = new ComputeContext(threads)) {
            for (int i = 0; i < 2000; i++) {
                context.parallel(counts::incrementAndGet);
            }
        }
        for (int part = 0; part < threads; part++) {
            assertThat(counts.get(part)).isEqualTo(2000);
        }
    }

    @Test
    void splitsCoverEverythingOnce() {
        try (ComputeContext context = new ComputeContext(3)) {
            assertThat(context.split(10, 0)).isZero();
            assertThat(context.split(10, 1)).isEqualTo(3);
            assertThat(context.split(10, 2)).isEqualTo(6);
            assertThat(context.split(10, 3)).isEqualTo(10);
        }
    }

    @Test
    void aFaultInAPartReachesTheCallerAndTheContextStaysUsable() {
        try (ComputeContext context = new ComputeContext(2)) {
            for (int faulty = 0; faulty < 2; faulty++) {
                int bad = faulty;
                assertThatThrownBy(() -> context.parallel(part -> {
                            if (part == bad) {
                                throw new IllegalArgumentException("part " + part);
                            }
                        }))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("part " + bad);
                AtomicIntegerArray counts = new AtomicIntegerArray(2);
                context.parallel(counts::incrementAndGet);
                assertThat(counts.get(0) + counts.get(1)).isEqualTo(2);
            }
        }
    }

    @Test
    void refusesWorkAfterItWasClosed() {
        ComputeContext context = new ComputeContext(2);
        context.close();
        assertThatThrownBy(() -> context.parallel(part -> {})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new ComputeContext(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void multipliesBlocksOfRowsOverAllThreads() {
        try (ComputeContext context = new ComputeContext(2);
                Tensor a = Tensor.of(2, 1, 2, 3, 4, 5, 6);
                Tensor b = Tensor.of(2, 1, 0, 0, 1, 1, 1);
                Tensor c = Tensor.zeros(3, 4)) {
            context.multiplyTransposed(2f, a, 1, 2, b, 0, 3, 0f, c, 1);
            assertThat(c.toArray()).containsExactly(new float[] {0, 0, 0, 0, 6, 8, 14, 0, 10, 12, 22, 0}, within(0f));
        }
    }

    @Test
    void productsOutsideATensorAreRefused() {
        try (Tensor a = Tensor.zeros(2, 2)) {
            assertThatThrownBy(() ->
                            new OpenBlasProducts().multiply(false, false, 2, 2, 3, 1f, a, 0, 2, a, 0, 2, 0f, a, 0, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("outside a tensor of 4 values");
            assertThatThrownBy(() -> new VectorKernels().addBias(a, a, 0, 3, 0, 1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
