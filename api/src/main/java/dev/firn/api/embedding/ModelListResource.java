package dev.firn.api.embedding;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.firn.api.http.Names;
import dev.firn.api.http.Parameters;
import dev.firn.api.model.ModelReferences;
import dev.firn.registry.Cursor;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.model.Model;
import dev.firn.registry.model.ModelAlias;
import dev.firn.registry.model.ModelStore;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The models by the names that {@code /v1/embeddings} takes, as OpenAI's clients list them. */
@Path("/v1/models")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Embeddings")
public class ModelListResource {
    private final ModelStore models;
    private final ModelReferences references;

    public ModelListResource(ModelStore models, ModelReferences references) {
        this.references = requireNonNull(references, "references is null");
        this.models = requireNonNull(models, "models is null");
    }

    /**
     * Something that embeds.
     *
     * @param id {@code name@alias} or {@code name@version}
     * @param created seconds since 1970 at which the model was made, or the alias moved
     */
    public record EmbeddingModelView(
            String id,
            String object,
            long created,
            @JsonProperty("owned_by") String ownedBy) {
        static EmbeddingModelView of(String id, Instant created) {
            return new EmbeddingModelView(id, "model", created.getEpochSecond(), "firn");
        }
    }

    /**
     * Some of them.
     *
     * @param hasMore whether there are others after the last one
     */
    public record EmbeddingModelList(
            String object,
            List<EmbeddingModelView> data,
            @JsonProperty("has_more") boolean hasMore) {
        public EmbeddingModelList {
            data = List.copyOf(data);
        }
    }

    /** The names that can be asked for. */
    @GET
    @Operation(
            operationId = "listEmbeddingModels",
            summary = "List what can embed",
            description = "In OpenAI's shape: each alias of each model, and its newest version.")
    public EmbeddingModelList list(
            @Parameter(description = "How many models at most, each with all its aliases") @QueryParam("limit")
                    String limit,
            @Parameter(description = "The id after which to go on", example = "quickstart@1") @QueryParam("after")
                    String after) {
        int most = (int) Parameters.whole("limit", limit, PageRequest.MAXIMUM_LIMIT, 1, PageRequest.MAXIMUM_LIMIT);
        PageRequest request = after == null || after.isEmpty()
                ? PageRequest.first(most)
                : PageRequest.after(most, new Cursor(after.split("@", 2)[0]).encoded());
        Page<Model> page = models.list(request);
        List<EmbeddingModelView> views = new ArrayList<>();
        for (Model model : page.items()) {
            for (ModelAlias alias : model.aliases()) {
                views.add(EmbeddingModelView.of(model.name() + "@" + alias.alias(), alias.movedAt()));
            }
            if (model.latestVersion() > 0) {
                views.add(EmbeddingModelView.of(model.name() + "@" + model.latestVersion(), model.createdAt()));
            }
        }
        return new EmbeddingModelList("list", views, page.nextCursor().isPresent());
    }

    /** One of them. */
    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getEmbeddingModel",
            summary = "Look at what can embed",
            description = "In OpenAI's shape; the id is name@alias or name@version.")
    @APIResponse(responseCode = "200", description = "It")
    public EmbeddingModelView get(@Parameter(example = "quickstart@champion") @PathParam("id") String id) {
        return references
                .find(id)
                .map(version -> EmbeddingModelView.of(id, version.createdAt()))
                .orElseThrow(() -> new NotFoundException("There is no model " + Names.shortened(id)));
    }
}
