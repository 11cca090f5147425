package dev.firn.api.run;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Listing;
import dev.firn.api.http.Names;
import dev.firn.registry.control.ControlStore;
import dev.firn.registry.run.RunStore;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What runs were asked for while they went on. */
@Path("/api/runs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Runs")
public class ControlListResource {
    private final ControlStore controls;
    private final RunStore runs;

    public ControlListResource(ControlStore controls, RunStore runs) {
        this.controls = requireNonNull(controls, "controls is null");
        this.runs = requireNonNull(runs, "runs is null");
    }

    /** What a run was asked for. */
    @GET
    @Path("/{id}/controls")
    @Operation(
            operationId = "listControls",
            summary = "What a run was asked for",
            description = "Newest first: each request with the step at which it took effect, or why it was refused.")
    public Listing<ControlView> list(
            @PathParam("id") String id, @QueryParam("limit") String limit, @QueryParam("cursor") String cursor) {
        UUID run = runs.get(Names.identifier("run", id)).id();
        return Listing.of(controls.list(run, Listing.request(limit, cursor)), ControlView::of);
    }
}
