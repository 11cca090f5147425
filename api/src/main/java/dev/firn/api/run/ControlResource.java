package dev.firn.api.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.activities.run.RunControl;
import dev.firn.api.audit.Change;
import dev.firn.api.http.Names;
import dev.firn.api.http.RequestBodies;
import dev.firn.api.security.Caller;
import dev.firn.workflows.run.ControlKind;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Steering runs while they go on. Every request is answered with 202 and the run as it is then, takes effect a little later, and
 * stays in the list of the run's controls ({@link ControlListResource}).
 */
@Path("/api/runs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Runs")
@APIResponse(
        responseCode = "202",
        description = "The run; the request takes effect shortly after",
        content = @Content(schema = @Schema(implementation = RunView.class)))
@APIResponse(responseCode = "404", description = "No such run")
@APIResponse(responseCode = "409", description = "The run's state forbids it")
@APIResponse(responseCode = "503", description = "No worker takes the request")
public class ControlResource {
    private static final int BODY_LIMIT = 10_000;
    private static final long MOST_STEPS = 1_000_000_000;
    private static final int LARGEST_FACTOR = 1000;

    private final RequestBodies bodies;
    private final RunControl control;
    private final RunViews views;
    private final Caller caller;
    private final Change change;

    public ControlResource(RequestBodies bodies, RunControl control, RunViews views, Caller caller, Change change) {
        this.change = requireNonNull(change, "change is null");
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.control = requireNonNull(control, "control is null");
        this.views = requireNonNull(views, "views is null");
        this.caller = requireNonNull(caller, "caller is null");
    }

    /** Lets a run wait. */
    @POST
    @Path("/{id}/pause")
    @Operation(
            operationId = "pauseRun",
            summary = "Let a run wait",
            description = "A training stage commits a checkpoint and frees its worker; another stage begins again when"
                    + " the run is resumed. A paused run stays so across restarts of the server.")
    public Response pause(@PathParam("id") String id, @HeaderParam("Idempotency-Key") String key) {
        return ask(id, key, ControlKind.PAUSE, Optional.empty());
    }

    /** Lets a run go on. */
    @POST
    @Path("/{id}/resume")
    @Operation(
            operationId = "resumeRun",
            summary = "Let a paused run go on",
            description = "From the checkpoint that it paused with.")
    public Response resume(@PathParam("id") String id, @HeaderParam("Idempotency-Key") String key) {
        return ask(id, key, ControlKind.RESUME, Optional.empty());
    }

    /** Lets a run begin again where it ended. */
    @POST
    @Path("/{id}/retry")
    @Operation(
            operationId = "retryRun",
            summary = "Let a failed or cancelled run begin again where it ended",
            description = "With the stage that did not succeed, from its newest checkpoint.")
    public Response retry(@PathParam("id") String id, @HeaderParam("Idempotency-Key") String key) {
        UUID run = Names.identifier("run", id);
        change.before(views.one(run));
        control.retry(run, caller.name(), Names.idempotencyKey(key));
        return Response.accepted(views.one(run)).build();
    }

    /** Commits a checkpoint. */
    @POST
    @Path("/{id}/checkpoint")
    @Operation(
            operationId = "commitCheckpoint",
            summary = "Commit a checkpoint",
            description = "Before the next step of the training stage under way; it appears in /api/checkpoints.")
    public Response checkpoint(@PathParam("id") String id, @HeaderParam("Idempotency-Key") String key) {
        return ask(id, key, ControlKind.CHECKPOINT, Optional.empty());
    }

    /** Ends the train stage under way. */
    @POST
    @Path("/{id}/stop")
    @Operation(
            operationId = "stopRun",
            summary = "End the training stage under way",
            description = "Before its next step: the weights that it has by then go into the next stage.")
    public Response stop(@PathParam("id") String id, @HeaderParam("Idempotency-Key") String key) {
        return ask(id, key, ControlKind.STOP, Optional.empty());
    }

    /** Makes the train stage longer. */
    @POST
    @Path("/{id}/extend")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "extendRun",
            summary = "Make the training stage under way longer",
            description = "By so many steps. Its schedule of learning rates is stretched from the next step on.")
    @RequestBody(content = @Content(schema = @Schema(implementation = Extension.class)))
    @APIResponse(responseCode = "422", description = "No number of steps")
    public Response extend(@PathParam("id") String id, @HeaderParam("Idempotency-Key") String key, InputStream body)
            throws IOException {
        JsonNode steps = bodies.read(body, BODY_LIMIT, Extension.class).steps();
        if (steps == null || !steps.isIntegralNumber() || steps.longValue() < 1 || steps.longValue() > MOST_STEPS) {
            throw RequestBodies.refused("/steps", "must be a whole number from 1 to " + MOST_STEPS + ", is " + steps);
        }
        return ask(id, key, ControlKind.EXTEND, Optional.of(steps));
    }

    /** Scales the learning rate. */
    @PUT
    @Path("/{id}/learning-rate-scale")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "scaleLearningRate",
            summary = "Scale the learning rate of the training stage under way",
            description = "From the next step on it is the schedule's times the factor, which takes the place of an"
                    + " earlier one; 1 gives the schedule back.")
    @RequestBody(content = @Content(schema = @Schema(implementation = Scale.class)))
    @APIResponse(responseCode = "422", description = "No factor")
    public Response scaleLearningRate(
            @PathParam("id") String id, @HeaderParam("Idempotency-Key") String key, InputStream body)
            throws IOException {
        JsonNode factor = bodies.read(body, BODY_LIMIT, Scale.class).factor();
        if (factor == null
                || !factor.isNumber()
                || !(factor.doubleValue() > 0)
                || factor.doubleValue() > LARGEST_FACTOR) {
            throw RequestBodies.refused(
                    "/factor", "must be a number above 0, at most " + LARGEST_FACTOR + ", is " + factor);
        }
        return ask(id, key, ControlKind.LEARNING_RATE_SCALE, Optional.of(factor));
    }

    /** By how many steps a stage is made longer. */
    @Schema(name = "Extension")
    public record Extension(
            @Schema(implementation = Long.class, minimum = "1", examples = "500")
            JsonNode steps) {}

    /** What the learning rate is multiplied by. */
    @Schema(name = "LearningRateScale")
    public record Scale(
            @Schema(implementation = Double.class, examples = "0.5")
            JsonNode factor) {}

    private Response ask(String id, String key, ControlKind kind, Optional<JsonNode> value) {
        UUID run = Names.identifier("run", id);
        change.before(new Steered(views.one(run).state(), null, null));
        control.request(run, kind, value, caller.name(), Names.idempotencyKey(key));
        RunView now = views.one(run);
        change.after(new Steered(now.state(), kind.name(), value.orElse(null)));
        return Response.accepted(now).build();
    }

    /** What the audit trail keeps: a run looks the same before and after most of what is asked of it. */
    private record Steered(
            String state,
            @Nullable String control,
            @Nullable JsonNode value) {}
}
