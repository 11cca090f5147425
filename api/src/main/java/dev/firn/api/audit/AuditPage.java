package dev.firn.api.audit;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Listing;
import dev.firn.registry.audit.AuditStore;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The page of who changed what. */
@Path("/audit")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class AuditPage {
    private final AuditStore audit;

    public AuditPage(AuditStore audit) {
        this.audit = requireNonNull(audit, "audit is null");
    }

    /** The template; its parameters are checked when the application is built. */
    @CheckedTemplate
    static final class Templates {
        private Templates() {}

        static native TemplateInstance audit(Listing<AuditView> changes, String caller, String path, String older);
    }

    /** The changes, newest first. */
    @GET
    @Operation(hidden = true)
    public TemplateInstance audit(
            @QueryParam("caller") @DefaultValue("") String caller,
            @QueryParam("path") @DefaultValue("") String path,
            @QueryParam("cursor") String cursor) {
        Listing<AuditView> changes = Listing.of(
                audit.list(AuditResource.filter(caller, path), Listing.request(null, cursor)), AuditView::of);
        String older = changes.nextCursor() == null
                ? ""
                : "/audit?caller=" + encoded(caller) + "&path=" + encoded(path) + "&cursor=" + changes.nextCursor();
        return Templates.audit(changes, caller, path, older);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
