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
        Benchmark benchmark() {
            return new EncoderBench();
        }
    },
    /** Embedding beside ONNX Runtime. */
    INFERENCE {
        @Override
        Benchmark benchmark() {
            return new InferenceBench();
        }
    },
    /** Memory and speed of contrastive steps by batch size. */
    CONTRASTIVE {
        @Override
        Benchmark benchmark() {
            return new ContrastiveBench();
        }
    },
    /** Filtering and mining beside a matrix product. */
    FILTER {
        @Override
        Benchmark benchmark() {
            return new FilterBench();
        }
    };

    abstract Benchmark benchmark();

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
