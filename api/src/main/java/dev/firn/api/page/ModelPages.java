package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.api.dataset.DatasetView;
import dev.firn.api.dataset.Datasets;
import dev.firn.api.download.Downloads;
import dev.firn.api.download.FileView;
import dev.firn.api.evaluation.EvaluationView;
import dev.firn.api.evaluation.Evaluations;
import dev.firn.api.evaluation.JobView;
import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.Names;
import dev.firn.api.http.Parameters;
import dev.firn.api.http.RequestBodies;
import dev.firn.api.model.ModelViews.AliasView;
import dev.firn.api.model.ModelViews.ModelView;
import dev.firn.api.model.ModelViews.MoveView;
import dev.firn.api.model.ModelViews.VersionView;
import dev.firn.api.security.Caller;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.evaluation.EvaluationJob;
import dev.firn.registry.evaluation.EvaluationJobStore;
import dev.firn.registry.evaluation.EvaluationStore;
import dev.firn.registry.model.AliasMove;
import dev.firn.registry.model.Model;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.ModelVersion;
import dev.firn.registry.model.TagFilter;
import dev.firn.registry.model.VersionFilter;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.RawString;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The pages of models, their versions and aliases. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class ModelPages {
    private static final int MODELS = 50;
    private static final int VERSIONS = 100;
    private static final int MOVES = 50;
    private static final int DATASETS = 50;
    private static final int EVALUATIONS = 2_000;
    private static final int JOBS = 50;
    private static final int LONGEST_CARD = 500_000;
    private static final String CARD = "README.md";
    private static final Pattern WIDTH = Pattern.compile("\\d{1,6}");

    /** The status by which a server tells htmx that there is no more to ask for. */
    private static final int STOP_ASKING = 286;

    private final ModelStore models;
    private final EvaluationStore evaluations;
    private final EvaluationJobStore jobs;
    private final DatasetStore datasetStore;
    private final Datasets datasets;
    private final ArtifactStore artifacts;
    private final Downloads downloads;
    private final Evaluations measuring;
    private final RequestBodies bodies;
    private final Caller caller;

    ModelPages(
            ModelStore models,
            EvaluationStore evaluations,
            EvaluationJobStore jobs,
            DatasetStore datasetStore,
            Datasets datasets,
            ArtifactStore artifacts,
            Downloads downloads,
            Evaluations measuring,
            RequestBodies bodies,
            Caller caller) {
        this.models = requireNonNull(models, "models is null");
        this.evaluations = requireNonNull(evaluations, "evaluations is null");
        this.jobs = requireNonNull(jobs, "jobs is null");
        this.datasetStore = requireNonNull(datasetStore, "datasetStore is null");
        this.datasets = requireNonNull(datasets, "datasets is null");
        this.artifacts = requireNonNull(artifacts, "artifacts is null");
        this.downloads = requireNonNull(downloads, "downloads is null");
        this.measuring = requireNonNull(measuring, "measuring is null");
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.caller = requireNonNull(caller, "caller is null");
    }

    /** The templates; their parameters are checked when the application is built. */
    @CheckedTemplate
    static final class Templates {
        private Templates() {}

        static native TemplateInstance models(List<ModelRow> models, String tag, String more);

        static native TemplateInstance model(
                ModelView model,
                List<VersionRow> versions,
                String tag,
                boolean archived,
                String more,
                String address,
                String handle);

        static native TemplateInstance alias(
                String model, AliasView alias, String name, List<MoveView> moves, String more);

        static native TemplateInstance version(
                VersionView version,
                List<AliasView> aliases,
                List<FileView> files,
                List<QualityTable> quality,
                List<JobView> jobs,
                boolean busy,
                List<DatasetView> sets,
                RawString card,
                String address);

        static native TemplateInstance jobs(List<JobView> jobs);
    }

    /**
     * A model in the list.
     *
     * @param newest its newest version that is not archived; null when there is none
     */
    record ModelRow(ModelView model, VersionView newest) {
        public String quality() {
            return newest == null ? "" : headline(newest.metrics());
        }
    }

    /** A version in the list. */
    record VersionRow(VersionView version) {
        public String quality() {
            return headline(version.metrics());
        }
    }

    /** nDCG@10 in the query's language, as it was when the version was registered. */
    private static String headline(JsonNode metrics) {
        JsonNode own = metrics.at("/ndcg10/own");
        return own.isNumber() ? QualityTable.text(own.doubleValue()) : "";
    }

    /** All models. */
    @GET
    @Path("models")
    @Operation(hidden = true)
    public TemplateInstance models(@QueryParam("tag") String tag, @QueryParam("cursor") String cursor) {
        Page<Model> page = models.list(filter(tag), new PageRequest(MODELS, given(cursor)));
        Map<String, ModelVersion> newest =
                models.newest(page.items().stream().map(Model::name).toList());
        return Templates.models(
                page.items().stream()
                        .map(model -> new ModelRow(
                                ModelView.of(model),
                                Optional.ofNullable(newest.get(model.name()))
                                        .map(VersionView::of)
                                        .orElse(null)))
                        .toList(),
                given(tag).orElse(""),
                page.nextCursor()
                        .map(next -> "/models?cursor=" + next + tagParameter(tag))
                        .orElse(null));
    }

    private static String tagParameter(String tag) {
        return given(tag)
                .map(text -> "&tag=" + URLEncoder.encode(text, StandardCharsets.UTF_8))
                .orElse("");
    }

    private static Optional<String> given(String parameter) {
        return Optional.ofNullable(parameter).map(String::strip).filter(text -> !text.isEmpty());
    }

    private static Optional<TagFilter> filter(String tag) {
        Optional<TagFilter> filter = given(tag).map(TagFilter::parse);
        filter.ifPresent(each -> Names.require("tag", each.tag()));
        return filter;
    }

    /** A model with its versions. */
    @GET
    @Path("models/{name}")
    @Operation(hidden = true)
    public TemplateInstance model(
            @PathParam("name") String name,
            @QueryParam("tag") String tag,
            @QueryParam("archived") String archived,
            @QueryParam("cursor") String cursor,
            @Context HttpServerRequest request) {
        ModelView model = ModelView.of(find(name));
        boolean all = Parameters.flag("archived", archived);
        Page<ModelVersion> page =
                models.versions(name, new VersionFilter(filter(tag), all), new PageRequest(VERSIONS, given(cursor)));
        return Templates.model(
                model,
                page.items().stream()
                        .map(version -> new VersionRow(VersionView.of(version)))
                        .toList(),
                given(tag).orElse(""),
                all,
                page.nextCursor()
                        .map(next -> "/models/" + name + "?cursor=" + next + (all ? "&archived=true" : "")
                                + tagParameter(tag))
                        .orElse(null),
                address(request),
                model.aliases().isEmpty()
                        ? Integer.toString(model.latestVersion())
                        : model.aliases().getFirst().alias());
    }

    private static String address(HttpServerRequest request) {
        return "http://" + request.authority();
    }

    private Model find(String name) {
        return models.findModel(Names.require("model", name))
                .orElseThrow(() -> new NotFoundException("There is no model '" + name + "'"));
    }

    /** The moves of an alias. */
    @GET
    @Path("models/{name}/aliases/{alias}")
    @Operation(hidden = true)
    public TemplateInstance alias(
            @PathParam("name") String name, @PathParam("alias") String alias, @QueryParam("cursor") String cursor) {
        Optional<String> after = given(cursor);
        Page<AliasMove> moves = models.aliasHistory(
                Names.require("model", name), Names.require("alias", alias), new PageRequest(MOVES, after));
        if (moves.items().isEmpty() && after.isEmpty()) {
            throw new NotFoundException("The model '" + name + "' never had an alias '" + alias + "'");
        }
        return Templates.alias(
                name,
                models.findAlias(name, alias).map(AliasView::of).orElse(null),
                alias,
                moves.items().stream().map(MoveView::of).toList(),
                moves.nextCursor()
                        .map(next -> "/models/" + name + "/aliases/" + alias + "?cursor=" + next)
                        .orElse(null));
    }

    /** A version. */
    @GET
    @Path("models/{name}/versions/{version}")
    @Operation(hidden = true)
    public TemplateInstance version(
            @PathParam("name") String name, @PathParam("version") String number, @Context HttpServerRequest request)
            throws IOException {
        Model model = find(name);
        ModelVersion version = version(name, number);
        List<FileView> files = downloads.files(version.artifact());
        List<JobView> jobs = jobs(version);
        return Templates.version(
                VersionView.of(version),
                model.aliases().stream().map(AliasView::of).toList(),
                files,
                QualityTable.of(evaluations.ofVersion(version.id(), EVALUATIONS).stream()
                        .map(EvaluationView::of)
                        .toList()),
                jobs,
                jobs.stream().anyMatch(job -> job.finishedAt() == null),
                measurable(),
                card(version, files),
                address(request));
    }

    private ModelVersion version(String name, String number) {
        return models.get(
                Names.require("model", name), (int) Parameters.whole("version", number, 0, 1, Integer.MAX_VALUE));
    }

    private List<JobView> jobs(ModelVersion version) {
        return jobs.ofModel(version.model(), PageRequest.first(JOBS)).items().stream()
                .filter(job -> job.version() == version.version())
                .filter(job -> job.state() != EvaluationJob.State.SUCCEEDED)
                .map(JobView::of)
                .toList();
    }

    /** The datasets that a version can be measured on. */
    private List<DatasetView> measurable() {
        List<DatasetView> sets = new ArrayList<>();
        for (Dataset dataset : datasetStore.list(PageRequest.first(DATASETS)).items()) {
            if (!datasets.sets(dataset).isEmpty()) {
                sets.add(DatasetView.of(dataset));
            }
        }
        return sets;
    }

    private RawString card(ModelVersion version, List<FileView> files) throws IOException {
        Optional<FileView> file =
                files.stream().filter(each -> each.name().equals(CARD)).findFirst();
        if (file.isEmpty() || file.get().bytes() > LONGEST_CARD) {
            return null;
        }
        try (InputStream content = artifacts.openFile(version.artifact().digest(), CARD)) {
            return new RawString(Card.html(new String(content.readAllBytes(), StandardCharsets.UTF_8)));
        }
    }

    /** The evaluations of a version that have not ended; the page stops asking when there are none. */
    @GET
    @Path("fragments/models/{name}/versions/{version}/jobs")
    @Operation(hidden = true)
    public Response jobsFragment(@PathParam("name") String name, @PathParam("version") String number) {
        List<JobView> jobs = jobs(version(name, number));
        return Response.status(jobs.stream().allMatch(job -> job.finishedAt() != null) ? STOP_ASKING : 200)
                .entity(Templates.jobs(jobs).render())
                .build();
    }

    /**
     * What the form of an evaluation sends.
     *
     * @param dimensions widths between commas; may be empty
     */
    public record Measurement(String dataset, String dimensions) {}

    /** Has a version measured, as the form asks for it. */
    @POST
    @Path("models/{name}/versions/{version}/evaluations")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public Response measure(@PathParam("name") String name, @PathParam("version") String number, InputStream body)
            throws IOException {
        Measurement asked = bodies.read(body, BodyLimits.SMALL, Measurement.class);
        List<Integer> dimensions = new ArrayList<>();
        for (String word :
                Objects.requireNonNullElse(asked.dimensions(), "").strip().split("[,\\s]+", -1)) {
            if (!word.isEmpty()) {
                if (!WIDTH.matcher(word).matches()) {
                    throw RequestBodies.refused(
                            "/dimensions", "must be numbers between commas, not " + Names.shortened(word));
                }
                dimensions.add(Integer.valueOf(word));
            }
        }
        return Response.status(Response.Status.CREATED)
                .entity(JobView.of(measuring
                        .request(
                                new Evaluations.EvaluationRequest(
                                        name + "@" + number, asked.dataset(), null, dimensions),
                                caller.name())
                        .job()))
                .build();
    }
}
