package dev.firn.api.evaluation;

import static java.util.Objects.requireNonNull;

import dev.firn.api.evaluation.Evaluations.EvaluationRequest;
import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.Creation;
import dev.firn.api.http.Listing;
import dev.firn.api.http.Names;
import dev.firn.api.http.RequestBodies;
import dev.firn.api.security.Caller;
import dev.firn.registry.PageRequest;
import dev.firn.registry.evaluation.EvaluationFilter;
import dev.firn.registry.evaluation.EvaluationJobStore;
import dev.firn.registry.evaluation.EvaluationStore;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** How well weights rank. */
@Path("/api/evaluations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Evaluations")
public class EvaluationResource {
    private final EvaluationStore evaluations;
    private final EvaluationJobStore jobs;
    private final Evaluations work;
    private final RequestBodies bodies;
    private final Caller caller;

    public EvaluationResource(
            EvaluationStore evaluations,
            EvaluationJobStore jobs,
            Evaluations work,
            RequestBodies bodies,
            Caller caller) {
        this.evaluations = requireNonNull(evaluations, "evaluations is null");
        this.jobs = requireNonNull(jobs, "jobs is null");
        this.work = requireNonNull(work, "work is null");
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.caller = requireNonNull(caller, "caller is null");
    }

    /** Has a model version measured. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Measure a model version",
            description =
                    "On every evaluation set of a dataset that a run prepared, at the model's width and at others."
                            + " It waits for a free worker and goes on after failures; what was measured is listed with the model."
                            + " The same that has not ended is given again.")
    @APIResponse(
            responseCode = "201",
            description = "It was begun",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = JobView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The same, which has not ended",
            content = @Content(schema = @Schema(implementation = JobView.class)))
    @APIResponse(responseCode = "404", description = "No such model, dataset or run")
    @APIResponse(responseCode = "422")
    public Response measure(
            @RequestBody(
                            content =
                                    @Content(
                                            schema = @Schema(implementation = EvaluationRequest.class),
                                            example =
                                                    "{\"model\":\"quickstart@champion\",\"dataset\":\"quickstart@1\",\"dimensions\":[64]}"))
                    InputStream body)
            throws IOException {
        EvaluationRequest request = bodies.read(body, BodyLimits.SMALL, EvaluationRequest.class);
        EvaluationJobStore.Requested requested = work.request(request, caller.name());
        return Creation.answer(
                requested.created(), "/api/evaluations/jobs/" + requested.job().id(), JobView.of(requested.job()));
    }

    /** The evaluations of model versions. */
    @GET
    @Path("/jobs")
    @Operation(
            operationId = "listEvaluationJobs",
            summary = "List evaluations of model versions",
            description = "Newest first.")
    public Listing<JobView> jobs(
            @Parameter(description = "Only of this model's versions", example = "quickstart") @QueryParam("model")
                    String model,
            @QueryParam("limit") String limit,
            @QueryParam("cursor") String cursor) {
        PageRequest page = Listing.request(limit, cursor);
        return Listing.of(
                model == null ? jobs.list(page) : jobs.ofModel(Names.require("model", model), page), JobView::of);
    }

    /** An evaluation of a model version. */
    @GET
    @Path("/jobs/{id}")
    @Operation(
            operationId = "getEvaluationJob",
            summary = "Look at an evaluation of a model version",
            description = "How far it is, or why it failed.")
    @APIResponse(responseCode = "200")
    public JobView job(@PathParam("id") String id) {
        return JobView.of(jobs.get(Names.identifier("evaluation", id)));
    }

    /** The measurements. */
    @GET
    @Operation(
            operationId = "listEvaluations",
            summary = "List measurements",
            description =
                    "nDCG, recall, reciprocal rank and average precision by trec_eval's names and semantics, of the"
                            + " weights after each stage and of BM25, for each set, language pair and dimension.")
    public Listing<EvaluationView> list(
            @Parameter(description = "Only of this run") @QueryParam("run") String run,
            @Parameter(description = "Only of this model's versions", example = "quickstart") @QueryParam("model")
                    String model,
            @QueryParam("limit") String limit,
            @QueryParam("cursor") String cursor) {
        EvaluationFilter filter = new EvaluationFilter(
                Optional.ofNullable(run).map(id -> Names.identifier("run", id)),
                Optional.ofNullable(model).map(name -> Names.require("model", name)));
        return Listing.of(evaluations.list(filter, Listing.request(limit, cursor)), EvaluationView::of);
    }
}
