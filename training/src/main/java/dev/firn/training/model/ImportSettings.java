package dev.firn.training.model;

import static java.util.Objects.requireNonNull;

import dev.firn.training.encoder.Pooling;
import java.util.Optional;

/**
 * What somebody says of a model from elsewhere. What is said counts; for the rest its own files do.
 *
 * @param maximumTokens longer texts are cut
 */
public record ImportSettings(
        Optional<Pooling> pooling,
        Optional<String> queryPrefix,
        Optional<String> documentPrefix,
        Optional<Integer> maximumTokens) {
    /** Nothing said. */
    public static final ImportSettings NONE =
            new ImportSettings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public ImportSettings {
        requireNonNull(pooling, "pooling is null");
        requireNonNull(queryPrefix, "queryPrefix is null");
        requireNonNull(documentPrefix, "documentPrefix is null");
        requireNonNull(maximumTokens, "maximumTokens is null");
    }
}
