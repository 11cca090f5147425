package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Listing;
import dev.firn.api.http.Names;
import dev.firn.api.study.StudyReport;
import dev.firn.api.study.StudyReports;
import dev.firn.api.study.StudyView;
import dev.firn.api.study.StudyViews;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.study.Study;
import dev.firn.registry.study.StudyStore;
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
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The pages of studies. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class StudyPages {
    private static final int STUDIES = 25;

    /** With this status htmx asks no more. */
    private static final int STOP_ASKING = 286;

    private final StudyStore studies;
    private final StudyViews views;
    private final StudyReports reports;

    public StudyPages(StudyStore studies, StudyViews views, StudyReports reports) {
        this.studies = requireNonNull(studies, "studies is null");
        this.views = requireNonNull(views, "views is null");
        this.reports = requireNonNull(reports, "reports is null");
    }

    /** The templates; their parameters are checked when the application is built. */
    @CheckedTemplate
    static final class Templates {
        private Templates() {}

        static native TemplateInstance studies(List<StudyView> studies, String next);

        static native TemplateInstance study(StudyReport report, boolean ended);

        static native TemplateInstance details(StudyReport report, boolean ended);

        /** Part of the others and of the report; links lead to the runs. */
        static native TemplateInstance results(StudyReport report, boolean links);
    }

    /** All studies. */
    @GET
    @Path("studies")
    @Operation(hidden = true)
    public TemplateInstance studies(@QueryParam("cursor") String cursor) {
        PageRequest request = Listing.request(Integer.toString(STUDIES), cursor);
        Page<Study> page = studies.list(request);
        return Templates.studies(views.several(page.items()), page.nextCursor().orElse(null));
    }

    /** A study. */
    @GET
    @Path("studies/{id}")
    @Operation(hidden = true)
    public TemplateInstance study(@PathParam("id") String id) {
        StudyReport report = reports.of(Names.identifier("study", id), false);
        return Templates.study(report, ended(report));
    }

    /** What changes of a study; the page stops asking when it has ended. */
    @GET
    @Path("fragments/studies/{id}")
    @Operation(hidden = true)
    public Response studyFragment(@PathParam("id") String id) {
        StudyReport report = reports.of(Names.identifier("study", id), false);
        return Response.status(ended(report) ? STOP_ASKING : 200)
                .entity(Templates.details(report, ended(report)).render())
                .build();
    }

    private static boolean ended(StudyReport report) {
        return report.study().finishedAt() != null;
    }
}
