package dev.firn.api.dataset;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.api.download.FileView;
import dev.firn.api.run.StageView.ArtifactView;
import dev.firn.registry.dataset.Dataset;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A version of a dataset as clients see it.
 *
 * @param artifact its files; of kind {@code pairs} when they were sent, {@code dataset} when a run prepared them
 * @param summary of pairs: counts by language and source, lengths, duplicates; of a prepared one: counts by source and
 *     language, evaluation sets, and what was dropped and why
 * @param files only where one version was asked for
 */
public record DatasetView(
        UUID id,
        String name,
        int version,
        ArtifactView artifact,
        JsonNode summary,
        Instant createdAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) List<FileView> files) {
    public DatasetView {
        requireNonNull(id, "id is null");
        requireNonNull(name, "name is null");
        requireNonNull(artifact, "artifact is null");
        files = files == null ? null : List.copyOf(files);
    }

    /** The view of a row without files. */
    public static DatasetView of(Dataset dataset) {
        return of(dataset, null);
    }

    /** The view of a row with its files. */
    public static DatasetView of(Dataset dataset, List<FileView> files) {
        return new DatasetView(
                dataset.id(),
                dataset.name(),
                dataset.version(),
                ArtifactView.of("dataset", dataset.artifact()),
                dataset.summary(),
                dataset.createdAt(),
                files);
    }
}
