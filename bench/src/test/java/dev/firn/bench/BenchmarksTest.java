package dev.firn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.training.encoder.EncoderConfiguration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each benchmark with real processes and small sizes: what it gives, never how fast. */
final class BenchmarksTest {
    @TempDir
    private Path work;

    private BenchSettings settings() {
        Path artifacts = Path.of("target", "artifacts").toAbsolutePath();
        // No repository: no data beside it
        return new BenchSettings(2, 2, true, work, artifacts, work.resolve("none"));
    }

    private static void assertPositive(JsonNode node, String... names) {
        for (String name : names) {
            assertThat(node.path(name).isNumber()).as("%s of %s", name, node).isTrue();
            assertThat(node.path(name).doubleValue()).as(name).isPositive();
        }
    }

    @Test
    void theEncoderIsComparedToPyTorchOnEqualLengthsAndOnRealTexts() throws IOException {
        EncoderConfiguration small = EncoderConfiguration.bert(30_522, 24, 1, 2, 48, 512);
        EncoderConfiguration smallest = EncoderConfiguration.bert(30_522, 12, 1, 2, 24, 512);
        EncoderConfiguration larger = EncoderConfiguration.bert(30_522, 36, 2, 3, 72, 512);
        Benchmark.Result result = new EncoderBench(small, smallest, List.of(larger)).run(settings());
        JsonNode json = result.json();
        assertThat(json.path("padded"))
                .extracting(row -> row.path("shape").asText())
                .containsExactly("1x24, 32x64", "1x24, 8x256", "2x36, 32x64", "2x36, 8x256");
        for (JsonNode row : json.path("padded")) {
            assertPositive(row, "firn", "pytorch", "ratio");
            assertPositive(row.path("gflops"), "firn", "pytorch");
        }
        JsonNode keycloak = json.path("real").path("keycloak");
        assertPositive(keycloak, "firn", "pytorch", "ratio", "tokens");
        assertThat(keycloak.path("paddedTokens").longValue())
                .isGreaterThan(keycloak.path("tokens").longValue());
        assertThat(json.path("real").has("libreoffice-help")).isFalse();
        assertThat(json.path("real").path("ratio")).isEqualTo(keycloak.path("ratio"));
        assertPositive(json.path("gflops"), "firn", "pytorch");
        assertPositive(json.path("gemm_gflops"), "firn", "pytorch");
        assertThat(json.path("outsideProducts").doubleValue()).isBetween(0.0, 1.0);
        assertPositive(json.path("quickstart"), "firn", "pytorch", "ratio", "tokens");
        for (JsonNode told :
                List.of(json.path("padded").path(0), json.path("padded").path(1), json.path("quickstart"))) {
            double shares = 0;
            for (JsonNode share : told.path("profile")) {
                shares += share.doubleValue();
            }
            assertThat(shares).isBetween(0.9, 1.1);
        }
        assertThat(result.table()).contains("1x24, 8x256", "PyTorch GFLOP/s", "32 pairs of keycloak", "gemm alone");
    }

    @Test
    void embeddingIsComparedToOnnxRuntime() throws IOException {
        JsonNode json = new InferenceBench(16).run(settings()).json();
        for (String engine : List.of("firn", "onnxruntimePadded", "onnxruntimeGrouped")) {
            assertPositive(json.path(engine), "textsPerSecond", "tokensPerSecond", "gflops");
        }
        assertPositive(json, "ratio", "texts", "tokens");
    }

    @Test
    void memoryIsToldByBatchSize() throws IOException {
        JsonNode json = new ContrastiveBench(64, 128, 256).run(settings()).json();
        assertThat(json.path("batches"))
                .extracting(row -> row.path("pairs").intValue())
                .containsExactly(64, 128, 256);
        for (JsonNode row : json.path("batches")) {
            assertPositive(row, "peakBytes", "pairsPerSecond");
        }
        assertPositive(json, "peakRatio");
    }

    @Test
    void theRegistryTellsOfEachListing() throws IOException {
        Benchmark.Result result = new RegistryBench(RegistrySize.small()).run(settings());
        JsonNode listings = result.json().path("listings");
        assertThat(listings.fieldNames())
                .toIterable()
                .contains(
                        "runs",
                        "runs by state",
                        "checkpoints",
                        "checkpoints of a run",
                        "metrics",
                        "models",
                        "versions",
                        "evaluations",
                        "datasets",
                        "events",
                        "lineage",
                        "promote",
                        "publish");
        for (JsonNode listing : listings) {
            assertPositive(listing, "rows", "p50Millis", "p99Millis");
        }
        assertThat(listings.path("metrics").path("rows").intValue()).isEqualTo(20_000);
        assertThat(result.table()).contains("checkpoints after a cursor", "p99 ms");
    }

    @Test
    void filteringAndMiningAreComparedToTheProduct() throws IOException {
        JsonNode json = new FilterBench(300).run(settings()).json();
        for (String what : List.of("filter", "mine", "gemm")) {
            assertPositive(json.path(what), "comparisonsPerSecond", "gflops", "share");
        }
        assertThat(json.path("gemm").path("share").doubleValue()).isEqualTo(1);
    }
}
