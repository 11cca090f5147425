package dev.firn.api.study;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.study.StudyControl;
import dev.firn.activities.study.StudySubmission;
import dev.firn.api.audit.Change;
import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.Creation;
import dev.firn.api.http.Listing;
import dev.firn.api.http.Names;
import dev.firn.api.http.RequestBodies;
import dev.firn.api.security.Caller;
import dev.firn.registry.Page;
import dev.firn.registry.study.CreatedStudy;
import dev.firn.registry.study.Study;
import dev.firn.registry.study.StudyStore;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
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
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Studies: grids of runs that share their stages. */
@Path("/api/studies")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Studies", description = "Grids of runs over one specification, which share the stages that are equal")
public class StudyResource {
    // As YAML it says the same
    private static final String SPECIFICATION_EXAMPLE = "{\"specVersion\":1,\"type\":\"ablation\",\"name\":\"ranks\","
            + "\"vary\":[{\"field\":\"/filter/topRank\",\"values\":[1,5,20]}],\"base\":{\"specVersion\":1}}";

    /** Its styles stand in the file itself; it fetches and runs nothing. */
    private static final String REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
            + " form-action 'none'; frame-ancestors 'none'";

    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final StudySubmission submission;
    private final StudyControl control;
    private final StudyStore studies;
    private final StudyViews views;
    private final Caller caller;
    private final Change change;
    private final StudyReports reports;

    public StudyResource(
            StudySubmission submission,
            StudyControl control,
            StudyStore studies,
            StudyViews views,
            Caller caller,
            Change change,
            StudyReports reports) {
        this.submission = requireNonNull(submission, "submission is null");
        this.control = requireNonNull(control, "control is null");
        this.studies = requireNonNull(studies, "studies is null");
        this.views = requireNonNull(views, "views is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.change = requireNonNull(change, "change is null");
        this.reports = requireNonNull(reports, "reports is null");
    }

    /** The template of the report; its parameters are checked when the application is built. */
    @CheckedTemplate
    static final class Templates {
        private Templates() {}

        static native TemplateInstance report(
                StudyReport report, String description, String began, String ended, String style);
    }

    /** Makes a study of a specification, or says what it would do. */
    @POST
    @Consumes({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "startStudy",
            summary = "Start a study",
            description = "The body is a study specification, YAML or JSON, at most 1 MB; see /api/schema/study. It is"
                    + " refused with every fault at once, those of its runs among them. Its runs are submitted as others"
                    + " end, at most 'parallelism' unfinished at a time. With an Idempotency-Key the same body gives the"
                    + " first study again. With dryRun=true nothing is started, and the answer says which runs there"
                    + " would be, and which of their stages would be shared or reused.")
    @APIResponse(
            responseCode = "201",
            description = "The study",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = StudyView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The study of the first request with that Idempotency-Key; or the dry run",
            content = @Content(schema = @Schema(anyOf = {StudyView.class, StudyPlanView.class})))
    @APIResponse(responseCode = "409", description = "The Idempotency-Key was used with another body")
    @APIResponse(responseCode = "422", description = "Refused, with every fault")
    public Response submit(
            @HeaderParam("Idempotency-Key") String idempotencyKey,
            @QueryParam("dryRun") boolean dryRun,
            @RequestBody(
                            content = {
                                @Content(
                                        mediaType = MediaType.APPLICATION_JSON,
                                        schema = @Schema(implementation = Object.class),
                                        example = SPECIFICATION_EXAMPLE),
                                @Content(
                                        mediaType = "application/yaml",
                                        schema = @Schema(implementation = String.class),
                                        example = SPECIFICATION_EXAMPLE)
                            })
                    InputStream body)
            throws IOException {
        String text = RequestBodies.text(body, BodyLimits.SPECIFICATION);
        if (dryRun) {
            change.none();
            return Response.ok(StudyPlanView.of(submission.dryRun(text))).build();
        }
        CreatedStudy accepted = submission.submit(text, Names.idempotencyKey(idempotencyKey), caller.name());
        StudyView study = views.one(accepted.study().id());
        return Creation.answer(accepted.created(), "/api/studies/" + study.id(), study);
    }

    /** The studies, newest first. */
    @GET
    @Operation(
            operationId = "listStudies",
            summary = "List studies",
            description = "Newest first, without their runs and specifications.")
    @APIResponse(responseCode = "200", description = "A page of studies")
    public Listing<StudyView> list(@QueryParam("limit") String limit, @QueryParam("cursor") String cursor) {
        Page<Study> page = studies.list(Listing.request(limit, cursor));
        return new Listing<>(views.several(page.items()), page.nextCursor().orElse(null));
    }

    /** One study with its runs. */
    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getStudy",
            summary = "Look at a study",
            description =
                    "With its runs, what became of their stages, and means of nDCG@10 of those that were evaluated.")
    @APIResponse(
            responseCode = "200",
            description = "The study",
            content = @Content(schema = @Schema(implementation = StudyView.class)))
    public StudyView get(@PathParam("id") String id) {
        return views.one(Names.identifier("study", id));
    }

    /** Asks a study to stop. */
    @POST
    @Path("/{id}/stop")
    @Operation(
            operationId = "stopStudy",
            summary = "Stop a study",
            description = "Its unfinished runs are cancelled, each with a last checkpoint; what is finished stays.")
    @APIResponse(
            responseCode = "202",
            description = "The study, which will stop",
            content = @Content(schema = @Schema(implementation = StudyView.class)))
    @APIResponse(responseCode = "409", description = "It has ended")
    public Response stop(@PathParam("id") String id) {
        UUID study = Names.identifier("study", id);
        change.before(views.one(study));
        control.stop(study);
        return Response.accepted(views.one(study)).build();
    }

    /** Lets a study go on. */
    @POST
    @Path("/{id}/resume")
    @Operation(
            operationId = "resumeStudy",
            summary = "Let a study go on",
            description =
                    "One that was stopped, or has runs that failed: what was not submitted is, and runs that failed or"
                            + " were cancelled begin again where they ended.")
    @APIResponse(
            responseCode = "202",
            description = "The study, which goes on",
            content = @Content(schema = @Schema(implementation = StudyView.class)))
    @APIResponse(responseCode = "409", description = "It has not ended, or has nothing left to do")
    public Response resume(@PathParam("id") String id) {
        UUID study = Names.identifier("study", id);
        change.before(views.one(study));
        control.resume(study);
        return Response.accepted(views.one(study)).build();
    }

    /** A study's report. */
    @GET
    @Path("/{id}/report")
    @Produces(MediaType.TEXT_HTML)
    @Blocking
    @Operation(
            operationId = "getStudyReport",
            summary = "A study's report",
            description =
                    "One HTML file that needs no other: results with intervals, charts, what differs between the runs,"
                            + " what was computed and what was taken over, digests, failures. Of a study under way, as it stands.")
    @APIResponse(
            responseCode = "200",
            description = "The report",
            content =
                    @Content(
                            mediaType = MediaType.TEXT_HTML,
                            schema = @Schema(implementation = String.class),
                            example = "<!DOCTYPE html>"))
    public Response report(@PathParam("id") String id, @Context HttpServerResponse answer) throws IOException {
        StudyReport report = reports.of(Names.identifier("study", id), true);
        String html = Templates.report(
                        report,
                        report.study().specification().path("description").asText(),
                        MOMENT.format(report.study().createdAt()),
                        report.study().finishedAt() == null
                                ? null
                                : MOMENT.format(report.study().finishedAt()),
                        "<style>\n" + asset("firn.css") + asset("studies.css") + "</style>")
                .render();
        // In place of the pages' policy, not beside it
        answer.putHeader("Content-Security-Policy", REPORT_POLICY);
        return Response.ok(html, MediaType.TEXT_HTML_TYPE.withCharset("utf-8"))
                .header(
                        "Content-Disposition",
                        "attachment; filename=\"study-" + report.study().name() + ".html\"")
                .build();
    }

    private static String asset(String name) throws IOException {
        String resource = "META-INF/resources/assets/" + name;
        try (InputStream stream = requireNonNull(
                Thread.currentThread().getContextClassLoader().getResourceAsStream(resource),
                () -> resource + " is not packaged")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
