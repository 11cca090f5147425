package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Names;
import dev.firn.api.model.ModelViews.ModelView;
import dev.firn.api.model.ModelViews.VersionView;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.PageRequest;
import dev.firn.registry.model.ModelStore;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The pages of models. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class ModelPages {
    private final ModelStore models;

    public ModelPages(ModelStore models) {
        this.models = requireNonNull(models, "models is null");
    }

    /** The templates; their parameters are checked when the application is built. */
    @CheckedTemplate
    static final class Templates {
        private Templates() {}

        static native TemplateInstance models(List<ModelView> models);

        static native TemplateInstance list(List<ModelView> models);

        static native TemplateInstance model(
                ModelView model, List<VersionView> versions, String address, String handle);
    }

    /** All models. */
    @GET
    @Path("models")
    @Operation(hidden = true)
    public TemplateInstance models() {
        return Templates.models(modelViews());
    }

    /** The list of models. */
    @GET
    @Path("fragments/models")
    @Operation(hidden = true)
    public TemplateInstance modelsFragment() {
        return Templates.list(modelViews());
    }

    /** A model with its versions. */
    @GET
    @Path("models/{name}")
    @Operation(hidden = true)
    public TemplateInstance model(@PathParam("name") String name, @Context HttpServerRequest request) {
        ModelView model = models.findModel(Names.require("model", name))
                .map(ModelView::of)
                .orElseThrow(() -> new NotFoundException("There is no model '" + name + "'"));
        List<VersionView> versions =
                models.versions(name, PageRequest.first(PageRequest.MAXIMUM_LIMIT)).items().stream()
                        .map(VersionView::of)
                        .toList();
        String handle = model.aliases().isEmpty()
                ? Integer.toString(model.latestVersion())
                : model.aliases().getFirst().alias();
        return Templates.model(model, versions, "http://" + request.authority(), handle);
    }

    private List<ModelView> modelViews() {
        return models.list(PageRequest.first(PageRequest.MAXIMUM_LIMIT)).items().stream()
                .map(ModelView::of)
                .toList();
    }
}
