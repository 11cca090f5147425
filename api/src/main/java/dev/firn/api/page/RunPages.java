package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Names;
import dev.firn.api.page.RunList.Card;
import dev.firn.api.page.RunList.Choice;
import dev.firn.api.page.RunList.Figure;
import dev.firn.api.run.EventView;
import dev.firn.api.run.RunView;
import dev.firn.api.run.RunViews;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunFilter;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The pages of runs, and the parts of them that are fetched again while they are looked at. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class RunPages {
    private static final int RUNS = 25;
    private static final int LOG_LINES = 200;

    /** The status by which a server tells htmx that there is no more to ask for. */
    private static final int STOP_ASKING = 286;

    private final RunStore runs;
    private final RunViews views;
    private final RunDetails details;
    private final Figures figures;
    private final EventStore events;
    private final PrettyJson pretty;

    RunPages(RunStore runs, RunViews views, RunDetails details, Figures figures, EventStore events, PrettyJson pretty) {
        this.runs = requireNonNull(runs, "runs is null");
        this.views = requireNonNull(views, "views is null");
        this.details = requireNonNull(details, "details is null");
        this.figures = requireNonNull(figures, "figures is null");
        this.events = requireNonNull(events, "events is null");
        this.pretty = requireNonNull(pretty, "pretty is null");
    }

    /** The templates; their parameters are checked when the application is built. */
    @CheckedTemplate
    static final class Templates {
        private Templates() {}

        static native TemplateInstance index(RunList list);

        static native TemplateInstance runs(RunList list);

        static native TemplateInstance run(
                RunView run,
                Figure figure,
                List<RunAction> actions,
                List<RunAction> all,
                RunDetails.View details,
                List<EventView> log,
                String specification);

        static native TemplateInstance status(RunView run, Figure figure, List<RunAction> actions);

        static native TemplateInstance details(RunView run, RunDetails.View details);

        static native TemplateInstance log(List<EventView> log);
    }

    /** The runs, newest first. */
    @GET
    @Operation(hidden = true)
    public TemplateInstance index(
            @QueryParam("state") String state, @QueryParam("name") String name, @QueryParam("cursor") String cursor) {
        return Templates.index(list(state, name, cursor));
    }

    /** The list of runs. */
    @GET
    @Path("fragments/runs")
    @Operation(hidden = true)
    public TemplateInstance runsFragment(
            @QueryParam("state") String state, @QueryParam("name") String name, @QueryParam("cursor") String cursor) {
        return Templates.runs(list(state, name, cursor));
    }

    private RunList list(String state, String name, String cursor) {
        RunGroup group = RunGroup.of(state);
        String part = name == null ? "" : name.strip();
        Optional<String> after = Optional.ofNullable(cursor).filter(text -> !text.isEmpty());
        RunFilter filter = new RunFilter(
                group.states(), Optional.empty(), Optional.of(part).filter(text -> !text.isEmpty()));
        Page<Run> page = runs.list(filter, new PageRequest(RUNS, after));
        List<RunView> shown = views.several(page.items());
        Map<UUID, Figure> byRun = figures.of(shown.stream().map(RunView::id).toList());
        Map<RunState, Long> counts = runs.countByState();
        return new RunList(
                shown.stream().map(run -> new Card(run, byRun.get(run.id()))).toList(),
                Arrays.stream(RunGroup.values())
                        .map(each -> new Choice(each.word(), each.label(), each.count(counts), each == group))
                        .toList(),
                part,
                query(group, part, after),
                page.nextCursor()
                        .map(next -> "/" + query(group, part, Optional.of(next)))
                        .orElse(null),
                after.map(given -> "/" + query(group, part, Optional.empty())).orElse(null));
    }

    private static String query(RunGroup group, String part, Optional<String> cursor) {
        List<String> parameters = new ArrayList<>();
        if (group != RunGroup.ALL) {
            parameters.add("state=" + group.word());
        }
        if (!part.isEmpty()) {
            parameters.add("name=" + URLEncoder.encode(part, StandardCharsets.UTF_8));
        }
        cursor.ifPresent(text -> parameters.add("cursor=" + URLEncoder.encode(text, StandardCharsets.UTF_8)));
        return parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
    }

    /** A run. */
    @GET
    @Path("runs/{id}")
    @Operation(hidden = true)
    public TemplateInstance run(@PathParam("id") String text) {
        RunView run = views.one(Names.identifier("run", text));
        return Templates.run(
                run,
                figure(run),
                RunAction.of(run),
                List.of(RunAction.values()),
                details.of(run),
                log(run.id()),
                pretty.of(run.specification()));
    }

    /** How far a run is; the page stops asking when it has ended. */
    @GET
    @Path("fragments/runs/{id}")
    @Operation(hidden = true)
    public Response statusFragment(@PathParam("id") String text) {
        RunView run = views.one(Names.identifier("run", text));
        return fragment(run, Templates.status(run, figure(run), RunAction.of(run)));
    }

    /** What came of a run; the page stops asking when it has ended. */
    @GET
    @Path("fragments/runs/{id}/details")
    @Operation(hidden = true)
    public Response detailsFragment(@PathParam("id") String text) {
        RunView run = views.one(Names.identifier("run", text));
        return fragment(run, Templates.details(run, details.of(run)));
    }

    /** What happened in a run; the page stops asking when it has ended. */
    @GET
    @Path("fragments/runs/{id}/log")
    @Operation(hidden = true)
    public Response logFragment(@PathParam("id") String text) {
        RunView run = views.one(Names.identifier("run", text));
        return fragment(run, Templates.log(log(run.id())));
    }

    private static Response fragment(RunView run, TemplateInstance part) {
        return Response.status(Format.ended(run) ? STOP_ASKING : 200)
                .entity(part.render())
                .build();
    }

    private Figure figure(RunView run) {
        return figures.of(List.of(run.id())).get(run.id());
    }

    private List<EventView> log(UUID run) {
        return events.newest(run, LOG_LINES).stream().map(EventView::of).toList();
    }
}
