package dev.firn.api.run;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Listing;
import dev.firn.api.http.Names;
import dev.firn.api.http.Parameters;
import dev.firn.api.http.Problem;
import dev.firn.api.http.ProblemException;
import dev.firn.api.http.TaggedAnswers;
import dev.firn.registry.PageRequest;
import dev.firn.registry.event.Event;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.metric.MetricStore;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunFilter;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Looking at runs. */
@Path("/api/runs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Runs", description = "Training runs, from specification to registered model")
public class RunResource {
    private static final int USUAL_POINTS = 2_000;
    private static final int MOST_POINTS = 10_000;

    private final RunStore runs;
    private final RunViews views;
    private final MetricStore metrics;
    private final EventStore events;
    private final TaggedAnswers answers;

    public RunResource(RunStore runs, RunViews views, MetricStore metrics, EventStore events, TaggedAnswers answers) {
        this.answers = requireNonNull(answers, "answers is null");
        this.runs = requireNonNull(runs, "runs is null");
        this.views = requireNonNull(views, "views is null");
        this.metrics = requireNonNull(metrics, "metrics is null");
        this.events = requireNonNull(events, "events is null");
    }

    /** The runs, newest first. */
    @GET
    @Operation(
            operationId = "listRuns",
            summary = "List runs",
            description = "Newest first, each with its stages, without specifications.")
    public Listing<RunView> list(
            @Parameter(description = "Only in these states, separated by commas", example = "RUNNING,QUEUED")
                    @QueryParam("state")
                    String states,
            @Parameter(description = "Only with exactly this name", example = "quickstart") @QueryParam("name")
                    String name,
            @QueryParam("limit") String limit,
            @QueryParam("cursor") String cursor) {
        RunFilter filter = new RunFilter(states(states), Optional.ofNullable(name));
        dev.firn.registry.Page<Run> page = runs.list(filter, Listing.request(limit, cursor));
        return new Listing<>(views.several(page.items()), page.nextCursor().orElse(null));
    }

    private static Set<RunState> states(String text) {
        Set<RunState> result = EnumSet.noneOf(RunState.class);
        if (text == null || text.isBlank()) {
            return result;
        }
        for (String word : text.split(",", -1)) {
            RunState found = Arrays.stream(RunState.values())
                    .filter(state -> state.name().equals(word.strip().toUpperCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(() -> new ProblemException(Problem.badRequest("state must be one of "
                            + Arrays.toString(RunState.values()) + ", is '" + Names.shortened(word) + "'")));
            result.add(found);
        }
        return result;
    }

    /** One run with its specification. */
    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getRun",
            summary = "Look at a run",
            description = "With its stages, their progress, and the resolved specification. Its ETag changes with it.")
    @APIResponse(
            responseCode = "200",
            description = "The run",
            content = @Content(schema = @Schema(implementation = RunView.class)))
    @APIResponse(responseCode = "304", description = "It is still what the ETag in If-None-Match stands for")
    public Response get(
            @PathParam("id") String id, @HeaderParam("If-None-Match") String ifNoneMatch, @Context Request request) {
        return answers.answer(request, views.one(Names.identifier("run", id)));
    }

    /** The numbers over the steps. */
    @GET
    @Path("/{id}/metrics")
    @Operation(
            operationId = "getMetrics",
            summary = "Numbers over steps",
            description = "loss, learningRate, gradientNorm and tokensPerSecond of the training stages, nDCG@10 of"
                    + " evaluate. Long series are thinned to the smallest and largest value of each stretch, and keep"
                    + " their first and last point.")
    @APIResponse(responseCode = "200")
    public MetricsView metrics(
            @PathParam("id") String id,
            @Parameter(example = "pretrain") @QueryParam("stage") String stage,
            @Parameter(example = "loss") @QueryParam("name") String name,
            @Parameter(description = "How many points a series may have, from 4 to 10000") @QueryParam("points")
                    String points) {
        int most = (int) Parameters.whole("points", points, USUAL_POINTS, MetricStore.FEWEST_POINTS, MOST_POINTS);
        UUID run = runs.get(Names.identifier("run", id)).id();
        List<MetricsView.Series> series =
                metrics.series(run, Optional.ofNullable(stage), Optional.ofNullable(name), most).stream()
                        .map(MetricsView.Series::of)
                        .toList();
        return new MetricsView(series);
    }

    /** What happened, as a page. */
    @GET
    @Path("/{id}/logs")
    @Operation(
            operationId = "listEvents",
            summary = "What happened in a run",
            description =
                    "The items of its events, oldest first, after the event id given; nextCursor is the 'after' of"
                            + " the next page.")
    @APIResponse(responseCode = "200")
    public Listing<EventView> logs(
            @PathParam("id") String id,
            @Parameter(description = "The last event id already seen; 0 for all") @QueryParam("after") String after,
            @QueryParam("limit") String limit) {
        UUID run = runs.get(Names.identifier("run", id)).id();
        PageRequest page = Listing.request(limit, null);
        List<Event> rows = events.after(run, Parameters.whole("after", after, 0, 0, Long.MAX_VALUE), page.limit() + 1);
        List<EventView> items =
                rows.stream().limit(page.limit()).map(EventView::of).toList();
        String next = rows.size() > page.limit() ? Long.toString(items.getLast().id()) : null;
        return new Listing<>(items, next);
    }
}
