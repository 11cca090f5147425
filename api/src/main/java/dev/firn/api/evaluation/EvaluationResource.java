package dev.firn.api.evaluation;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Listing;
import dev.firn.api.http.Names;
import dev.firn.registry.evaluation.EvaluationFilter;
import dev.firn.registry.evaluation.EvaluationStore;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** How well weights rank. */
@Path("/api/evaluations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Evaluations")
public class EvaluationResource {
    private final EvaluationStore evaluations;

    public EvaluationResource(EvaluationStore evaluations) {
        this.evaluations = requireNonNull(evaluations, "evaluations is null");
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
