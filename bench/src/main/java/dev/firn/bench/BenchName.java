package dev.firn.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The benchmarks there are. */
enum BenchName {
    /** Training steps beside PyTorch. */
    ENCODER {
        @Override
        Benchmark benchmark(boolean quick) {
            return EncoderBench.standard(quick);
        }
    },
    /** Embedding beside ONNX Runtime. */
    INFERENCE {
        @Override
        Benchmark benchmark(boolean quick) {
            return new InferenceBench(quick ? 128 : 1024);
        }
    },
    /** Memory and speed of contrastive steps by batch size. */
    CONTRASTIVE {
        @Override
        Benchmark benchmark(boolean quick) {
            return quick ? new ContrastiveBench(256, 1_024, 8_192) : new ContrastiveBench(256, 4_096, 32_768);
        }
    },
    /** Filtering and mining beside a matrix product. */
    FILTER {
        @Override
        Benchmark benchmark(boolean quick) {
            return new FilterBench(quick ? 4_096 : 16_384);
        }
    },
    /** A divided stage with one worker and with two, and what orchestration costs. */
    SCALE {
        @Override
        Benchmark benchmark(boolean quick) {
            return new ScaleBench(quick ? 2_048 : 8_192);
        }
    },
    /** Pages of the registry's listings at a million checkpoints. */
    REGISTRY {
        @Override
        Benchmark benchmark(boolean quick) {
            return new RegistryBench(quick ? RegistrySize.small() : RegistrySize.full());
        }
    };

    /** The benchmark, or a smaller one that takes a look only. */
    abstract Benchmark benchmark(boolean quick);

    /** As it is written on the command line. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<BenchName> ofWord(String word) {
        return Arrays.stream(values()).filter(name -> name.word().equals(word)).findFirst();
    }

    /** All words, as a sentence lists them. */
    static String words() {
        return Arrays.stream(values()).map(BenchName::word).collect(Collectors.joining(", ")) + ", all";
    }
}
