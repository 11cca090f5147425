package dev.firn.api.audit;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Listing;
import dev.firn.registry.audit.AuditFilter;
import dev.firn.registry.audit.AuditStore;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Who changed what. */
@Path("/api/audit")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Audit")
public class AuditResource {
    private final AuditStore audit;

    public AuditResource(AuditStore audit) {
        this.audit = requireNonNull(audit, "audit is null");
    }

    /** The changes, newest first. */
    @GET
    @Operation(
            summary = "List changes",
            description =
                    "Newest first: who changed what and when, and how it was before and after. For administrators.")
    public Listing<AuditView> list(
            @Parameter(description = "Only of this caller", example = "ada") @QueryParam("caller") String caller,
            @Parameter(description = "Only of paths that begin with this", example = "/api/models/quickstart")
                    @QueryParam("path")
                    String path,
            @QueryParam("limit") String limit,
            @QueryParam("cursor") String cursor) {
        return Listing.of(audit.list(filter(caller, path), Listing.request(limit, cursor)), AuditView::of);
    }

    static AuditFilter filter(String caller, String path) {
        return new AuditFilter(given(caller), given(path));
    }

    private static Optional<String> given(String parameter) {
        return Optional.ofNullable(parameter).map(String::strip).filter(text -> !text.isEmpty());
    }
}
