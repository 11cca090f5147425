package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.api.dataset.Datasets;
import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.RequestBodies;
import dev.firn.api.search.MapRequest;
import dev.firn.api.search.MapView;
import dev.firn.api.search.SearchRequest;
import dev.firn.api.search.SearchRequest.Candidate;
import dev.firn.api.search.SearchView;
import dev.firn.api.search.Searching;
import dev.firn.registry.PageRequest;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.model.Model;
import dev.firn.registry.model.ModelStore;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The pages that try models out: a search side by side, and a map. */
@Path("/try")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class TryPages {
    private static final int OFFERED = 100;
    private static final String BETWEEN = "|";

    private final ModelStore models;
    private final DatasetStore store;
    private final Datasets datasets;
    private final Searching searching;
    private final RequestBodies bodies;

    TryPages(ModelStore models, DatasetStore store, Datasets datasets, Searching searching, RequestBodies bodies) {
        this.models = requireNonNull(models, "models is null");
        this.store = requireNonNull(store, "store is null");
        this.datasets = requireNonNull(datasets, "datasets is null");
        this.searching = requireNonNull(searching, "searching is null");
        this.bodies = requireNonNull(bodies, "bodies is null");
    }

    /** The templates; their parameters are checked when the application is built. */
    @CheckedTemplate
    static final class Templates {
        private Templates() {}

        static native TemplateInstance search(List<String> models, String model, String other, List<SetChoice> sets);

        static native TemplateInstance found(SearchView found);

        static native TemplateInstance map(List<String> models, String model, List<String> datasets, String dataset);

        static native TemplateInstance drawn(Drawing drawing);
    }

    /** An evaluation set to search in. */
    record SetChoice(String value, String text, boolean chosen) {}

    /**
     * What the form of a search sends.
     *
     * @param other a second model, or the same again; empty for none
     * @param set {@code dataset|set}; empty where the texts are searched in
     * @param texts one a line
     */
    public record Question(
            String query,
            String model,
            Integer dimensions,
            String other,
            Integer otherDimensions,
            String set,
            String texts) {}

    /** What the form of a map sends. */
    public record MapQuestion(String model, Integer dimensions, String dataset, Integer limit, String colour) {}

    /** The form of a search. */
    @GET
    @Operation(hidden = true)
    public TemplateInstance search(
            @QueryParam("model") String model,
            @QueryParam("other") String other,
            @QueryParam("dataset") String dataset,
            @QueryParam("set") String set) {
        List<String> offered = offered();
        return Templates.search(
                offered, first(model, offered), Objects.requireNonNullElse(other, ""), sets(dataset, set));
    }

    private static String first(String given, List<String> offered) {
        if (given != null && !given.isBlank()) {
            return given;
        }
        return offered.isEmpty() ? "" : offered.getFirst();
    }

    /** Models by their aliases and newest versions. */
    private List<String> offered() {
        List<String> offered = new ArrayList<>();
        for (Model model : models.list(PageRequest.first(OFFERED)).items()) {
            model.aliases().forEach(alias -> offered.add(model.name() + "@" + alias.alias()));
            models.versions(model.name(), PageRequest.first(5))
                    .items()
                    .forEach(version -> offered.add(model.name() + "@" + version.version()));
        }
        return offered;
    }

    private List<SetChoice> sets(String dataset, String set) {
        List<SetChoice> choices = new ArrayList<>();
        boolean chosen = false;
        for (Dataset each : store.list(PageRequest.first(OFFERED)).items()) {
            String reference = each.name() + "@" + each.version();
            for (String name : datasets.sets(each)) {
                boolean wanted = !chosen && reference.equals(dataset) && (set == null || set.equals(name));
                chosen |= wanted;
                choices.add(new SetChoice(reference + BETWEEN + name, name + " of " + reference, wanted));
            }
        }
        return choices;
    }

    /** What was found. */
    @POST
    @Path("search")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public TemplateInstance find(InputStream body) throws IOException {
        Question question = bodies.read(body, BodyLimits.TEXTS, Question.class);
        List<Candidate> candidates = new ArrayList<>(List.of(new Candidate(question.model(), question.dimensions())));
        if (question.other() != null && !question.other().isBlank()) {
            candidates.add(new Candidate(question.other(), question.otherDimensions()));
        }
        boolean inSet = question.set() != null && !question.set().isEmpty();
        int between = inSet ? question.set().indexOf(BETWEEN) : -1;
        return Templates.found(searching.search(new SearchRequest(
                question.query(),
                candidates,
                inSet
                        ? null
                        : Objects.requireNonNullElse(question.texts(), "")
                                .lines()
                                .map(String::strip)
                                .filter(line -> !line.isEmpty())
                                .toList(),
                between < 0 ? null : question.set().substring(0, between),
                between < 0 ? null : question.set().substring(between + 1),
                null)));
    }

    /** The form of a map. */
    @GET
    @Path("map")
    @Operation(hidden = true)
    public TemplateInstance map(@QueryParam("model") String model, @QueryParam("dataset") String dataset) {
        List<String> offered = offered();
        return Templates.map(
                offered,
                first(model, offered),
                store.list(PageRequest.first(OFFERED)).items().stream()
                        .map(each -> each.name() + "@" + each.version())
                        .toList(),
                Objects.requireNonNullElse(dataset, ""));
    }

    /** The map. */
    @POST
    @Path("map")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public TemplateInstance draw(InputStream body) throws IOException {
        MapQuestion question = bodies.read(body, BodyLimits.SMALL, MapQuestion.class);
        MapView map = searching.map(
                new MapRequest(question.model(), question.dimensions(), question.dataset(), question.limit()));
        return Templates.drawn(Drawing.of(map, "source".equals(question.colour())));
    }
}
