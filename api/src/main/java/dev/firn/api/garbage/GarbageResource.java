package dev.firn.api.garbage;

import static java.util.Objects.requireNonNull;

import dev.firn.api.audit.Change;
import dev.firn.api.http.Parameters;
import dev.firn.registry.garbage.Collection;
import dev.firn.registry.garbage.GarbageCollector;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Removes stored content that nothing names. */
@Path("/api/gc")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Cleaning up")
public class GarbageResource {
    private static final long MOST_GRACE_MINUTES = 525_600;

    private final GarbageCollector collector;
    private final Change change;

    public GarbageResource(GarbageCollector collector, Change change) {
        this.change = requireNonNull(change, "change is null");
        this.collector = requireNonNull(collector, "collector is null");
    }

    /** Removes what nothing names, or counts it. */
    @POST
    @Operation(
            operationId = "collectGarbage",
            summary = "Remove stored content that nothing names",
            description = "What runs, checkpoints, datasets, models and their lineage name stays.")
    @APIResponse(responseCode = "200", description = "What was removed, or would be")
    @APIResponse(
            responseCode = "409",
            description = "Another collection is under way, or the bucket is another registry's")
    public Collection collect(
            @Parameter(description = "Only count") @QueryParam("dryRun") String dryRun,
            @Parameter(description = "What was written within so many minutes is left alone", example = "60")
                    @QueryParam("graceMinutes")
                    String graceMinutes) {
        long minutes = Parameters.whole(
                "graceMinutes", graceMinutes, GarbageCollector.USUAL_GRACE.toMinutes(), 0, MOST_GRACE_MINUTES);
        boolean only = Parameters.flag("dryRun", dryRun);
        if (only) {
            change.none();
        }
        return collector.collect(Duration.ofMinutes(minutes), only);
    }
}
