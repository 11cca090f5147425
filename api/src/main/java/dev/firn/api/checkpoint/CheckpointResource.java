package dev.firn.api.checkpoint;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.importing.ModelImport;
import dev.firn.activities.submission.RunSubmission;
import dev.firn.activities.submission.Submission;
import dev.firn.api.audit.Change;
import dev.firn.api.download.Downloads;
import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.Creation;
import dev.firn.api.http.Listing;
import dev.firn.api.http.Names;
import dev.firn.api.http.RequestBodies;
import dev.firn.api.http.TaggedAnswers;
import dev.firn.api.model.ModelViews.VersionView;
import dev.firn.api.run.DryRunView;
import dev.firn.api.run.RunView;
import dev.firn.api.run.RunViews;
import dev.firn.api.security.Caller;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointFilter;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.model.ModelVersion;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What training left behind on its way. */
@Path("/api/checkpoints")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Checkpoints")
public class CheckpointResource {
    private final CheckpointStore checkpoints;
    private final Downloads downloads;
    private final RunSubmission submission;
    private final RunViews runs;
    private final Caller caller;
    private final Change change;
    private final TaggedAnswers answers;
    private final RequestBodies bodies;
    private final ModelImport imports;

    public CheckpointResource(
            CheckpointStore checkpoints,
            Downloads downloads,
            RunSubmission submission,
            RunViews runs,
            Caller caller,
            Change change,
            TaggedAnswers answers,
            RequestBodies bodies,
            ModelImport imports) {
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.imports = requireNonNull(imports, "imports is null");
        this.answers = requireNonNull(answers, "answers is null");
        this.change = requireNonNull(change, "change is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.submission = requireNonNull(submission, "submission is null");
        this.runs = requireNonNull(runs, "runs is null");
        this.checkpoints = requireNonNull(checkpoints, "checkpoints is null");
        this.downloads = requireNonNull(downloads, "downloads is null");
    }

    /** The checkpoints, newest first. */
    @GET
    @Operation(operationId = "listCheckpoints", summary = "List checkpoints", description = "Newest first.")
    public Listing<CheckpointView> list(
            @Parameter(description = "Only of this run") @QueryParam("run") String run,
            @Parameter(description = "Only of stages of this name", example = "pretrain") @QueryParam("stage")
                    String stage,
            @QueryParam("limit") String limit,
            @QueryParam("cursor") String cursor) {
        CheckpointFilter filter = new CheckpointFilter(
                Optional.ofNullable(run).map(id -> Names.identifier("run", id)), Optional.ofNullable(stage));
        return Listing.of(
                checkpoints.list(filter, Listing.request(limit, cursor)),
                checkpoint -> CheckpointView.of(checkpoint, null));
    }

    /** One checkpoint with its files. */
    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getCheckpoint",
            summary = "Look at a checkpoint",
            description = "With its files. Its ETag changes with it.")
    @APIResponse(
            responseCode = "200",
            description = "The checkpoint",
            content = @Content(schema = @Schema(implementation = CheckpointView.class)))
    @APIResponse(responseCode = "304", description = "It is still what the ETag in If-None-Match stands for")
    public Response get(
            @PathParam("id") String id, @HeaderParam("If-None-Match") String ifNoneMatch, @Context Request request) {
        Checkpoint found = checkpoints.get(Names.identifier("checkpoint", id));
        return answers.answer(request, CheckpointView.of(found, downloads.files(found.artifact())));
    }

    /** Makes a run that goes on from a checkpoint. */
    @POST
    @Path("/{id}/fork")
    @Consumes({
        "application/merge-patch+json",
        "application/yaml",
        "application/x-yaml",
        "text/yaml",
        "text/x-yaml",
        MediaType.APPLICATION_JSON,
        MediaType.WILDCARD
    })
    @Operation(
            operationId = "forkCheckpoint",
            summary = "Start a run from a checkpoint",
            description =
                    "The body is a JSON merge patch (RFC 7396), JSON or YAML, of the specification of the run that"
                            + " committed the checkpoint; empty for the same specification. The new run has the outputs of the"
                            + " stages before from the beginning. What they were made with, and what the shapes of the weights"
                            + " depend on, cannot be changed. With dryRun=true nothing is started, and the answer says what would be.")
    @APIResponse(
            responseCode = "201",
            description = "The run",
            content = @Content(schema = @Schema(implementation = RunView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The run of the first request with that Idempotency-Key; or the dry run",
            content = @Content(schema = @Schema(anyOf = {RunView.class, DryRunView.class})))
    @APIResponse(responseCode = "422", description = "Refused, with every fault")
    public Response fork(
            @PathParam("id") String id,
            @HeaderParam("Idempotency-Key") String key,
            @QueryParam("dryRun") boolean dryRun,
            @RequestBody(
                            content = {
                                @Content(
                                        mediaType = "application/merge-patch+json",
                                        schema = @Schema(implementation = Object.class),
                                        example = "{\"pretrain\":{\"steps\":2000}}"),
                                @Content(
                                        mediaType = "application/yaml",
                                        schema = @Schema(implementation = String.class),
                                        example = "pretrain: {steps: 2000, learningRate: 1e-4}")
                            })
                    InputStream body)
            throws IOException {
        String patch = new String(BodyLimits.read(body, BodyLimits.SMALL), StandardCharsets.UTF_8);
        UUID checkpoint = Names.identifier("checkpoint", id);
        if (dryRun) {
            change.none();
            return Response.ok(DryRunView.of(
                            submission.dryRunFork(checkpoint, patch).plan(), Optional.empty()))
                    .build();
        }
        Submission accepted = submission.fork(checkpoint, patch, Names.idempotencyKey(key), caller.name());
        RunView run = runs.one(accepted.runId());
        return Creation.answer(accepted.created(), "/api/runs/" + run.id(), run);
    }

    /**
     * What the model is to be called that a checkpoint is.
     *
     * @param name it becomes the next version of this model
     */
    public record CheckpointModelRequest(String name) {}

    /** Registers the model that a checkpoint is. */
    @POST
    @Path("/{id}/model")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "registerCheckpoint",
            summary = "Make a model of a checkpoint",
            description =
                    "Its weights, with the tokenizer and the way of embedding of its run, become the next version of a"
                            + " model, which can be measured, tried and downloaded as any other; or the version that has exactly"
                            + " these bytes already.")
    @APIResponse(
            responseCode = "201",
            description = "The version",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = VersionView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The version that was there already",
            content = @Content(schema = @Schema(implementation = VersionView.class)))
    public Response register(
            @PathParam("id") String id,
            @RequestBody(
                            content =
                                    @Content(
                                            schema = @Schema(implementation = CheckpointModelRequest.class),
                                            example = "{\"name\":\"quickstart-checkpoints\"}"))
                    InputStream body)
            throws IOException {
        Checkpoint checkpoint = checkpoints.get(Names.identifier("checkpoint", id));
        String name = Names.require(
                "name",
                bodies.read(body, BodyLimits.SMALL, CheckpointModelRequest.class)
                        .name());
        ModelImport.Imported imported = imports.register(name, checkpoint);
        ModelVersion version = imported.version();
        return Creation.answer(
                imported.created(),
                "/api/models/" + version.model() + "/versions/" + version.version(),
                VersionView.of(version, downloads.files(version.artifact())));
    }

    /** Removes a checkpoint. */
    @DELETE
    @Path("/{id}")
    @Operation(
            operationId = "deleteCheckpoint",
            summary = "Delete a checkpoint",
            description = "The next collection frees its bytes.")
    @APIResponse(responseCode = "204", description = "It is gone")
    @APIResponse(responseCode = "409", description = "It is pinned, or something needs it")
    public void delete(@PathParam("id") String id) {
        UUID checkpoint = Names.identifier("checkpoint", id);
        before(checkpoint);
        checkpoints.delete(checkpoint);
    }

    /** Keeps a checkpoint. */
    @PUT
    @Path("/{id}/pin")
    @Operation(
            operationId = "pinCheckpoint",
            summary = "Pin a checkpoint",
            description = "It is kept whatever the run's policy says.")
    @APIResponse(responseCode = "200")
    public CheckpointView pin(@PathParam("id") String id) {
        return pinned(id, true);
    }

    /** Leaves a checkpoint to the policy again. */
    @DELETE
    @Path("/{id}/pin")
    @Operation(
            operationId = "unpinCheckpoint",
            summary = "Unpin a checkpoint",
            description = "The run's policy decides about it again.")
    @APIResponse(responseCode = "200")
    public CheckpointView unpin(@PathParam("id") String id) {
        return pinned(id, false);
    }

    private CheckpointView pinned(String id, boolean pinned) {
        UUID checkpoint = Names.identifier("checkpoint", id);
        before(checkpoint);
        return CheckpointView.of(checkpoints.setPinned(checkpoint, pinned), null);
    }

    private void before(UUID checkpoint) {
        change.before(CheckpointView.of(checkpoints.get(checkpoint), null));
    }

    /** All files of a checkpoint. */
    @GET
    @Path("/{id}/archive")
    @Produces({"application/zip", MediaType.APPLICATION_JSON})
    @Operation(summary = "Download a checkpoint", description = "All its files, as a zip archive.")
    @APIResponse(responseCode = "200", content = @Content(mediaType = "application/zip"))
    public Response archive(@PathParam("id") String id) {
        Checkpoint found = checkpoints.get(Names.identifier("checkpoint", id));
        return downloads.archive(found.artifact(), "checkpoint-" + found.stage() + "-" + found.step());
    }

    /** A file of a checkpoint. */
    @GET
    @Path("/{id}/files/{file: .+}")
    @Produces({MediaType.APPLICATION_OCTET_STREAM, MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "downloadCheckpointFile",
            summary = "Download a file of a checkpoint",
            description = "Whole, or one range of it.")
    @APIResponse(responseCode = "200", content = @Content(mediaType = MediaType.APPLICATION_OCTET_STREAM))
    @APIResponse(responseCode = "206", description = "The range asked for")
    @APIResponse(responseCode = "416")
    public Response file(
            @PathParam("id") String id,
            @PathParam("file") String file,
            @Parameter(example = "bytes=0-1023") @HeaderParam("Range") String range,
            @HeaderParam("If-Range") String ifRange) {
        Checkpoint found = checkpoints.get(Names.identifier("checkpoint", id));
        return downloads.file(found.artifact(), file, Optional.ofNullable(range), ifRange);
    }
}
