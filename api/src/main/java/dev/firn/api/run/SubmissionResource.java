package dev.firn.api.run;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.run.RunControl;
import dev.firn.activities.submission.RunSubmission;
import dev.firn.activities.submission.Submission;
import dev.firn.api.audit.Change;
import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.Creation;
import dev.firn.api.http.Names;
import dev.firn.api.http.Parameters;
import dev.firn.api.http.Problem;
import dev.firn.api.http.RequestBodies;
import dev.firn.api.security.Caller;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Starting and ending runs. */
@Path("/api/runs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Runs")
public class SubmissionResource {
    // As YAML it says the same
    private static final String SPECIFICATION_EXAMPLE = "{\"specVersion\":1,\"name\":\"mine\",\"data\":{\"sources\":"
            + "[{\"type\":\"jsonl\",\"name\":\"pairs\",\"files\":[\"/data/pairs.jsonl\"]}]},"
            + "\"encoder\":{\"layers\":2,\"hiddenSize\":192,\"attentionHeads\":3},\"register\":{\"model\":\"mine\"}}";
    private static final long FASTEST = 1_000_000_000_000L;

    private final RunSubmission submission;
    private final RunControl control;
    private final RunViews views;
    private final Caller caller;
    private final Change change;

    public SubmissionResource(
            RunSubmission submission, RunControl control, RunViews views, Caller caller, Change change) {
        this.change = requireNonNull(change, "change is null");
        this.submission = requireNonNull(submission, "submission is null");
        this.control = requireNonNull(control, "control is null");
        this.views = requireNonNull(views, "views is null");
        this.caller = requireNonNull(caller, "caller is null");
    }

    /** Makes a run of a specification, or says what it would do. */
    @POST
    @Consumes({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "startRun",
            summary = "Start a run",
            description = "The body is a run specification, YAML or JSON, at most 1 MB; see /api/schema/run. It is"
                    + " refused with every fault at once before anything is started. With an Idempotency-Key the same"
                    + " body gives the first run again. With dryRun=true nothing is started, and the answer holds the"
                    + " resolved specification, the key of each stage, what would be reused and why, and what it takes. Files"
                    + " that are not there yet are listed under missing, and the rest is told without them.")
    @APIResponse(
            responseCode = "201",
            description = "The run",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = RunView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The run of the first request with that Idempotency-Key; or the dry run",
            content = @Content(schema = @Schema(anyOf = {RunView.class, DryRunView.class})))
    @APIResponse(responseCode = "409", description = "The Idempotency-Key was used with another body")
    @APIResponse(
            responseCode = "422",
            description = "Refused, with every fault",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Problem.class),
                            example =
                                    "{\"type\":\"https://firn.dev/problems/invalid-specification\",\"title\":\"The specification is refused\",\"status\":422,\"detail\":\"It has one fault\",\"errors\":[{\"pointer\":\"/pretrain/temperature\",\"detail\":\"must be greater than 0, is 0\"}]}"))
    public Response submit(
            @HeaderParam("Idempotency-Key") String idempotencyKey,
            @QueryParam("dryRun") boolean dryRun,
            @Parameter(
                            description = "Where it stands among runs that wait for a compute slot, from -100 to 100,"
                                    + " in place of the specification's priority; higher goes first")
                    @QueryParam("priority")
                    String priority,
            @Parameter(
                            description = "With dryRun: how many tokens a second training is to be taken to do, for the"
                                    + " hours; about what two cores do where left out")
                    @QueryParam("tokensPerSecond")
                    String tokensPerSecond,
            @RequestBody(
                            content = {
                                @Content(
                                        mediaType = MediaType.APPLICATION_JSON,
                                        schema = @Schema(implementation = Object.class),
                                        example = SPECIFICATION_EXAMPLE),
                                @Content(
                                        mediaType = "application/yaml",
                                        schema = @Schema(implementation = String.class),
                                        example = SPECIFICATION_EXAMPLE)
                            })
                    InputStream body)
            throws IOException {
        String text = RequestBodies.text(body, BodyLimits.SPECIFICATION);
        if (dryRun) {
            change.none();
            return Response.ok(DryRunView.of(submission.estimate(text), speed(tokensPerSecond)))
                    .build();
        }
        Submission accepted =
                submission.submit(text, Names.idempotencyKey(idempotencyKey), priority(priority), caller.name());
        RunView run = views.one(accepted.runId());
        return Creation.answer(accepted.created(), "/api/runs/" + run.id(), run);
    }

    /** Asks a run to end. */
    @POST
    @Path("/{id}/cancel")
    @Operation(
            operationId = "cancelRun",
            summary = "Cancel a run",
            description = "A training stage under way commits a last checkpoint first, so the run ends a little later.")
    @APIResponse(
            responseCode = "202",
            description = "The run, which will end",
            content = @Content(schema = @Schema(implementation = RunView.class)))
    @APIResponse(responseCode = "409", description = "It has ended")
    public Response cancel(@PathParam("id") String id) {
        UUID run = Names.identifier("run", id);
        change.before(views.one(run));
        control.cancel(run, caller.name());
        return Response.accepted(views.one(run)).build();
    }

    private static Optional<Double> speed(String text) {
        return text == null || text.isEmpty()
                ? Optional.empty()
                : Optional.of((double) Parameters.whole("tokensPerSecond", text, 1, 1, FASTEST));
    }

    private static OptionalInt priority(String text) {
        return text == null || text.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of((int) Parameters.whole("priority", text, 0, -100, 100));
    }
}
