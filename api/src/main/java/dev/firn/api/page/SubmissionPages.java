package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.submission.DryRun;
import dev.firn.activities.submission.RunSubmission;
import dev.firn.activities.submission.Submission;
import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.Names;
import dev.firn.api.security.Caller;
import dev.firn.registry.run.RunStore;
import dev.firn.workflows.specification.InvalidSpecificationException;
import dev.firn.workflows.specification.UnreadableSpecificationException;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The form that starts a run. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class SubmissionPages {
    private static final int REFUSED = 422;

    private final RunSubmission submission;
    private final RunStore runs;
    private final Caller caller;
    private final PrettyJson pretty;

    SubmissionPages(RunSubmission submission, RunStore runs, Caller caller, PrettyJson pretty) {
        this.submission = requireNonNull(submission, "submission is null");
        this.runs = requireNonNull(runs, "runs is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.pretty = requireNonNull(pretty, "pretty is null");
    }

    /** The templates; their parameters are checked when the application is built. */
    @CheckedTemplate
    static final class Templates {
        private Templates() {}

        static native TemplateInstance start(List<Examples.Example> examples, String chosen, String text);

        static native TemplateInstance plan(DryRun plan, List<Difference> differences, String specification);

        static native TemplateInstance faults(List<FaultRow> faults);
    }

    /** The form, with an example's text, that of another run's specification, or none. */
    @GET
    @Path("runs/new")
    @Operation(hidden = true)
    public TemplateInstance form(@QueryParam("example") String example, @QueryParam("run") String run) {
        String chosen = example == null ? "" : example;
        String text;
        if (run != null) {
            text = pretty.of(runs.specification(Names.identifier("run", run))) + "\n";
        } else {
            text = chosen.isEmpty() ? "" : Examples.text(chosen);
        }
        return Templates.start(Examples.all(), chosen, text);
    }

    /** What a run of the specification would do, or what is wrong with it. */
    @POST
    @Path("fragments/plan")
    @Consumes(MediaType.WILDCARD)
    @Operation(hidden = true)
    public Response plan(InputStream body) throws IOException {
        String text = text(body);
        return planned(text, () -> {
            DryRun plan = submission.dryRun(text);
            return Templates.plan(plan, List.of(), pretty.of(plan.specification()));
        });
    }

    /** Starts a run: 201 with its page's address, or what is wrong. */
    @POST
    @Path("runs")
    @Consumes(MediaType.WILDCARD)
    @Operation(hidden = true)
    public Response start(@HeaderParam("Idempotency-Key") String key, InputStream body) throws IOException {
        String text = text(body);
        return started(
                text, () -> submission.submit(text, Names.idempotencyKey(key), OptionalInt.empty(), caller.name()));
    }

    /** The plan, or what is wrong with the text. */
    static Response planned(String text, Supplier<TemplateInstance> plan) {
        try {
            return Response.ok(plan.get()).build();
        } catch (InvalidSpecificationException e) {
            return Response.ok(Templates.faults(FaultRow.of(e.faults(), text))).build();
        } catch (UnreadableSpecificationException e) {
            return Response.ok(Templates.faults(unreadable(e))).build();
        }
    }

    /** 201 with the address of the run's page, or 422 with what is wrong with the text. */
    static Response started(String text, Supplier<Submission> submit) {
        try {
            return Response.created(URI.create("/runs/" + submit.get().runId())).build();
        } catch (InvalidSpecificationException e) {
            return refused(FaultRow.of(e.faults(), text));
        } catch (UnreadableSpecificationException e) {
            return refused(unreadable(e));
        }
    }

    private static Response refused(List<FaultRow> faults) {
        return Response.status(REFUSED).entity(Templates.faults(faults)).build();
    }

    private static List<FaultRow> unreadable(UnreadableSpecificationException e) {
        return List.of(new FaultRow("", e.getMessage(), null));
    }

    private static String text(InputStream body) throws IOException {
        return new String(BodyLimits.read(body, BodyLimits.SPECIFICATION), StandardCharsets.UTF_8);
    }
}
