package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.activities.submission.ForkDryRun;
import dev.firn.activities.submission.RunSubmission;
import dev.firn.api.download.Downloads;
import dev.firn.api.download.FileView;
import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.Names;
import dev.firn.api.http.Parameters;
import dev.firn.api.http.Problem;
import dev.firn.api.http.ProblemException;
import dev.firn.api.page.RunList.Figure;
import dev.firn.api.security.Caller;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointFilter;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.lineage.LineageEdge;
import dev.firn.registry.lineage.LineageStore;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunFilter;
import dev.firn.registry.run.RunStore;
import dev.firn.workflows.stage.Stage;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The pages of checkpoints, and the form that forks a run from one. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class CheckpointPages {
    private static final int CHECKPOINTS = 50;
    private static final int OFFERED_RUNS = 100;
    private static final int RELATIVES = 50;
    private static final int LONGEST_NAME = 63;

    private final CheckpointStore checkpoints;
    private final RunStore runs;
    private final LineageStore lineage;
    private final Downloads downloads;
    private final RunSubmission submission;
    private final Caller caller;
    private final PrettyJson pretty;

    CheckpointPages(
            CheckpointStore checkpoints,
            RunStore runs,
            LineageStore lineage,
            Downloads downloads,
            RunSubmission submission,
            Caller caller,
            PrettyJson pretty) {
        this.checkpoints = requireNonNull(checkpoints, "checkpoints is null");
        this.runs = requireNonNull(runs, "runs is null");
        this.lineage = requireNonNull(lineage, "lineage is null");
        this.downloads = requireNonNull(downloads, "downloads is null");
        this.submission = requireNonNull(submission, "submission is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.pretty = requireNonNull(pretty, "pretty is null");
    }

    /** The templates; their parameters are checked when the application is built. */
    @CheckedTemplate
    static final class Templates {
        private Templates() {}

        static native TemplateInstance checkpoints(Listed listed);

        static native TemplateInstance checkpoint(
                Checkpoint checkpoint,
                Run run,
                List<Figure> metrics,
                List<FileView> files,
                List<Run> forks,
                List<Made> made,
                String kept,
                String model);

        static native TemplateInstance fork(Checkpoint checkpoint, Run run);
    }

    /** What was made from a checkpoint; run and stage are null where it was outside of runs. */
    record Made(String relation, String digest, UUID runId, String stage) {
        static Made of(LineageEdge edge) {
            return new Made(
                    edge.relation(),
                    edge.output().hex(),
                    edge.runId().orElse(null),
                    edge.stage().orElse(null));
        }
    }

    /**
     * A page of the list.
     *
     * @param names of the runs
     * @param offered runs to choose from
     * @param run the chosen run's id; empty for any
     * @param older where older ones are listed; null on the last page
     * @param newest where the newest are listed; null on the first page
     */
    record Listed(
            List<Checkpoint> checkpoints,
            Map<UUID, String> names,
            List<Run> offered,
            List<String> stages,
            String run,
            String stage,
            String fromStep,
            String toStep,
            boolean pinned,
            String older,
            String newest) {
        Listed {
            checkpoints = List.copyOf(checkpoints);
            names = Map.copyOf(names);
            offered = List.copyOf(offered);
            stages = List.copyOf(stages);
        }

        public boolean filtered() {
            return !run.isEmpty() || !stage.isEmpty() || !fromStep.isEmpty() || !toStep.isEmpty() || pinned;
        }

        public boolean chosen(Run offer) {
            return offer.id().toString().equals(run);
        }

        public String name(Checkpoint checkpoint) {
            return names.getOrDefault(checkpoint.runId(), "");
        }
    }

    /** The checkpoints, newest first. */
    @GET
    @Path("checkpoints")
    @Operation(hidden = true)
    public TemplateInstance checkpoints(
            @QueryParam("run") String run,
            @QueryParam("stage") String stage,
            @QueryParam("from") String from,
            @QueryParam("to") String to,
            @QueryParam("pinned") String pinned,
            @QueryParam("cursor") String cursor) {
        Optional<UUID> ofRun = given(run).map(id -> Names.identifier("run", id));
        if (ofRun.isEmpty() && (given(from).isPresent() || given(to).isPresent())) {
            throw new ProblemException(Problem.badRequest("Steps are those of a run: from and to need run"));
        }
        boolean onlyPinned = Parameters.flag("pinned", pinned);
        CheckpointFilter filter =
                new CheckpointFilter(ofRun, given(stage), step("from", from), step("to", to), onlyPinned);
        Optional<String> after = given(cursor);
        Page<Checkpoint> page = checkpoints.list(filter, new PageRequest(CHECKPOINTS, after));
        List<Run> offered = new ArrayList<>(
                runs.list(RunFilter.ALL, PageRequest.first(OFFERED_RUNS)).items());
        ofRun.filter(id -> offered.stream().noneMatch(each -> each.id().equals(id)))
                .ifPresent(id -> offered.addFirst(runs.get(id)));
        return Templates.checkpoints(new Listed(
                page.items(),
                runs.names(
                        page.items().stream().map(Checkpoint::runId).distinct().toList()),
                offered,
                Arrays.stream(Stage.values())
                        .filter(Stage::trains)
                        .map(Stage::label)
                        .toList(),
                text(run),
                text(stage),
                text(from),
                text(to),
                onlyPinned,
                page.nextCursor()
                        .map(next -> address(run, stage, from, to, onlyPinned, next))
                        .orElse(null),
                after.map(first -> address(run, stage, from, to, onlyPinned, null))
                        .orElse(null)));
    }

    private static Optional<String> given(String parameter) {
        return Optional.ofNullable(parameter).map(String::strip).filter(text -> !text.isEmpty());
    }

    private static String text(String parameter) {
        return given(parameter).orElse("");
    }

    private static OptionalLong step(String name, String text) {
        return given(text).isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Parameters.whole(name, text.strip(), 0, 0, Long.MAX_VALUE));
    }

    private static String address(String run, String stage, String from, String to, boolean pinned, String cursor) {
        List<String> parameters = new ArrayList<>();
        parameter(parameters, "run", run);
        parameter(parameters, "stage", stage);
        parameter(parameters, "from", from);
        parameter(parameters, "to", to);
        parameter(parameters, "pinned", pinned ? "true" : null);
        parameter(parameters, "cursor", cursor);
        return "/checkpoints" + (parameters.isEmpty() ? "" : "?" + String.join("&", parameters));
    }

    private static void parameter(List<String> parameters, String name, String value) {
        given(value).ifPresent(text -> parameters.add(name + "=" + URLEncoder.encode(text, StandardCharsets.UTF_8)));
    }

    /** A checkpoint. */
    @GET
    @Path("checkpoints/{id}")
    @Operation(hidden = true)
    public TemplateInstance checkpoint(@PathParam("id") String id) {
        Checkpoint found = checkpoints.get(Names.identifier("checkpoint", id));
        return Templates.checkpoint(
                found,
                runs.get(found.runId()),
                found.metrics().properties().stream()
                        .filter(entry -> entry.getValue().isNumber())
                        .map(entry -> new Figure(
                                Format.metricName(entry.getKey()),
                                Format.number(entry.getValue().doubleValue())))
                        .toList(),
                downloads.files(found.artifact()),
                runs.forkedFrom(found.id(), RELATIVES),
                lineage.outputs(found.artifact().digest(), RELATIVES).stream()
                        .map(Made::of)
                        .toList(),
                checkpoints.whyKept(found).orElse(null),
                modelName(runs.specification(found.runId())));
    }

    /** What a model of checkpoints is called unless somebody says something else: not as the runs' own. */
    private static String modelName(JsonNode specification) {
        String own = specification.at("/register/model").asText("model");
        String suffix = "-checkpoints";
        return own.substring(0, Math.min(own.length(), LONGEST_NAME - suffix.length())) + suffix;
    }

    /** The form that forks a run from a checkpoint. */
    @GET
    @Path("checkpoints/{id}/fork")
    @Operation(hidden = true)
    public TemplateInstance forkForm(@PathParam("id") String id) {
        Checkpoint found = checkpoints.get(Names.identifier("checkpoint", id));
        return Templates.fork(found, runs.get(found.runId()));
    }

    /** What a fork would do, or what is wrong with it. */
    @POST
    @Path("fragments/checkpoints/{id}/fork")
    @Consumes(MediaType.WILDCARD)
    @Operation(hidden = true)
    public Response plan(@PathParam("id") String id, InputStream body) throws IOException {
        UUID checkpoint = Names.identifier("checkpoint", id);
        String patch = patch(body);
        return SubmissionPages.planned(patch, () -> {
            ForkDryRun fork = submission.dryRunFork(checkpoint, patch);
            return SubmissionPages.Templates.plan(
                    fork.plan(),
                    Difference.among(List.of(fork.before(), fork.plan().specification())),
                    pretty.of(fork.plan().specification()));
        });
    }

    /** Forks a run: 201 with its page's address, or what is wrong. */
    @POST
    @Path("checkpoints/{id}/fork")
    @Consumes(MediaType.WILDCARD)
    @Operation(hidden = true)
    public Response fork(@PathParam("id") String id, @HeaderParam("Idempotency-Key") String key, InputStream body)
            throws IOException {
        UUID checkpoint = Names.identifier("checkpoint", id);
        String patch = patch(body);
        return SubmissionPages.started(
                patch, () -> submission.fork(checkpoint, patch, Names.idempotencyKey(key), caller.name()));
    }

    private static String patch(InputStream body) throws IOException {
        return new String(BodyLimits.read(body, BodyLimits.SMALL), StandardCharsets.UTF_8);
    }
}
