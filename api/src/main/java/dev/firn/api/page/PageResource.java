package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.api.evaluation.EvaluationView;
import dev.firn.api.http.Names;
import dev.firn.api.model.ModelViews.ModelView;
import dev.firn.api.model.ModelViews.VersionView;
import dev.firn.api.run.EventView;
import dev.firn.api.run.RunView;
import dev.firn.api.run.RunViews;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.evaluation.EvaluationFilter;
import dev.firn.registry.evaluation.EvaluationStore;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunFilter;
import dev.firn.registry.run.RunStore;
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
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The page, and the parts of it that are fetched again while it is looked at. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class PageResource {
    private static final int RUNS = 25;
    private static final int LOG_LINES = 200;

    /** The status by which a server tells htmx that there is no more to ask for. */
    private static final int STOP_ASKING = 286;

    private final RunStore runs;
    private final RunViews views;
    private final EventStore events;
    private final EvaluationStore evaluations;
    private final ModelStore models;
    private final ObjectMapper json;

    public PageResource(
            RunStore runs,
            RunViews views,
            EventStore events,
            EvaluationStore evaluations,
            ModelStore models,
            ObjectMapper json) {
        this.runs = requireNonNull(runs, "runs is null");
        this.views = requireNonNull(views, "views is null");
        this.events = requireNonNull(events, "events is null");
        this.evaluations = requireNonNull(evaluations, "evaluations is null");
        this.models = requireNonNull(models, "models is null");
        this.json = requireNonNull(json, "json is null");
    }

    /** The templates; their parameters are checked when the application is built. */
    @CheckedTemplate
    static final class Templates {
        private Templates() {}

        static native TemplateInstance index(List<RunView> runs, boolean more, List<ModelView> models);

        static native TemplateInstance runs(List<RunView> runs, boolean more);

        static native TemplateInstance models(List<ModelView> models);

        static native TemplateInstance run(
                RunView run, List<EvaluationTable> evaluation, List<EventView> log, String specification);

        static native TemplateInstance details(RunView run, List<EvaluationTable> evaluation, List<EventView> log);

        static native TemplateInstance model(
                ModelView model, List<VersionView> versions, String address, String handle);
    }

    /** What runs and what there is. */
    @GET
    @Operation(hidden = true)
    public TemplateInstance index() {
        Page<Run> page = runs.list(RunFilter.ALL, PageRequest.first(RUNS));
        return Templates.index(views.several(page.items()), page.nextCursor().isPresent(), modelViews());
    }

    /** The list of runs. */
    @GET
    @Path("fragments/runs")
    @Operation(hidden = true)
    public TemplateInstance runsFragment() {
        Page<Run> page = runs.list(RunFilter.ALL, PageRequest.first(RUNS));
        return Templates.runs(views.several(page.items()), page.nextCursor().isPresent());
    }

    /** The list of models. */
    @GET
    @Path("fragments/models")
    @Operation(hidden = true)
    public TemplateInstance modelsFragment() {
        return Templates.models(modelViews());
    }

    /** A run. */
    @GET
    @Path("runs/{id}")
    @Operation(hidden = true)
    public TemplateInstance run(@PathParam("id") String text) {
        UUID id = Names.identifier("run", text);
        RunView run = views.one(id);
        return Templates.run(run, tables(id), log(id), pretty(run));
    }

    /** What changes of a run; the page stops asking when it has ended. */
    @GET
    @Path("fragments/runs/{id}")
    @Operation(hidden = true)
    public Response runFragment(@PathParam("id") String text) {
        UUID id = Names.identifier("run", text);
        RunView run = views.one(id);
        return Response.status(Format.ended(run) ? STOP_ASKING : 200)
                .entity(Templates.details(run, tables(id), log(id)).render())
                .build();
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

    private List<EvaluationTable> tables(UUID run) {
        EvaluationFilter filter = new EvaluationFilter(Optional.of(run), Optional.empty());
        return EvaluationTable.of(
                evaluations.list(filter, PageRequest.first(PageRequest.MAXIMUM_LIMIT)).items().stream()
                        .map(EvaluationView::of)
                        .toList());
    }

    private List<EventView> log(UUID run) {
        return events.newest(run, LOG_LINES).stream().map(EventView::of).toList();
    }

    private String pretty(RunView run) {
        try {
            return json.writerWithDefaultPrettyPrinter().writeValueAsString(run.specification());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A specification from the registry must be writable", e);
        }
    }
}
