package dev.firn.api.dataset;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.api.http.Listing;
import dev.firn.api.run.StageView.ArtifactView;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.dataset.DatasetStore;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What models are trained on and measured with. */
@Path("/api/datasets")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Datasets")
public class DatasetResource {
    private final DatasetStore datasets;

    public DatasetResource(DatasetStore datasets) {
        this.datasets = requireNonNull(datasets, "datasets is null");
    }

    /**
     * A version of a dataset as clients see it.
     *
     * @param summary counts by source and language, and what was dropped and why
     */
    public record DatasetView(
            UUID id, String name, int version, ArtifactView artifact, JsonNode summary, Instant createdAt) {
        public DatasetView {
            requireNonNull(id, "id is null");
            requireNonNull(name, "name is null");
            requireNonNull(artifact, "artifact is null");
        }

        static DatasetView of(Dataset dataset) {
            return new DatasetView(
                    dataset.id(),
                    dataset.name(),
                    dataset.version(),
                    ArtifactView.of("dataset", dataset.artifact()),
                    dataset.summary(),
                    dataset.createdAt());
        }
    }

    /** The datasets, newest first. */
    @GET
    @Operation(
            operationId = "listDatasets",
            summary = "List datasets",
            description = "Newest first, with counts and what was dropped and why.")
    public Listing<DatasetView> list(@QueryParam("limit") String limit, @QueryParam("cursor") String cursor) {
        return Listing.of(datasets.list(Listing.request(limit, cursor)), DatasetView::of);
    }
}
