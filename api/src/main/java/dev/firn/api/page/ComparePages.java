package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Names;
import dev.firn.api.http.Parameters;
import dev.firn.api.http.Problem;
import dev.firn.api.http.ProblemException;
import dev.firn.api.run.RunView;
import dev.firn.api.run.RunViews;
import dev.firn.registry.PageRequest;
import dev.firn.registry.metric.MetricStore;
import dev.firn.registry.run.RunFilter;
import dev.firn.registry.run.RunStore;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.IntStream;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Runs side by side. */
@Path("/compare")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class ComparePages {
    private static final int MOST_RUNS = 6;
    private static final int OFFERED = 50;

    private final RunStore runs;
    private final RunViews views;
    private final MetricStore metrics;

    ComparePages(RunStore runs, RunViews views, MetricStore metrics) {
        this.runs = requireNonNull(runs, "runs is null");
        this.views = requireNonNull(views, "views is null");
        this.metrics = requireNonNull(metrics, "metrics is null");
    }

    /** The templates; their parameters are checked when the application is built. */
    @CheckedTemplate
    static final class Templates {
        private Templates() {}

        static native TemplateInstance choose(List<RunView> runs, List<UUID> chosen);

        static native TemplateInstance compare(Comparison comparison, List<Integer> numbers, String query);
    }

    /** The runs, or where there are too few of them the choice of some. */
    @GET
    @Operation(hidden = true)
    public TemplateInstance compare(@QueryParam("run") List<String> ids, @QueryParam("step") String step) {
        List<UUID> chosen =
                ids.stream().map(id -> Names.identifier("run", id)).distinct().toList();
        if (chosen.size() > MOST_RUNS) {
            throw new ProblemException(
                    Problem.badRequest("Up to " + MOST_RUNS + " runs can be compared at once, not " + chosen.size()));
        }
        long at = Parameters.whole("step", step, -1, 0, Long.MAX_VALUE);
        OptionalLong atStep = at < 0 ? OptionalLong.empty() : OptionalLong.of(at);
        if (chosen.size() < 2) {
            return Templates.choose(
                    views.several(
                            runs.list(RunFilter.ALL, PageRequest.first(OFFERED)).items()),
                    chosen);
        }
        List<RunView> compared = chosen.stream().map(views::one).toList();
        Comparison comparison = Comparison.of(
                compared,
                chosen.stream().map(id -> metrics.summaries(id, atStep)).toList(),
                compared.stream().map(RunView::specification).toList(),
                atStep);
        return Templates.compare(
                comparison,
                IntStream.rangeClosed(1, compared.size()).boxed().toList(),
                String.join("&", chosen.stream().map(id -> "run=" + id).toList()));
    }
}
