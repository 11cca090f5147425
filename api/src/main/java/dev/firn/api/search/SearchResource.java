package dev.firn.api.search;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.RequestBodies;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Tries models out. */
@Path("/api")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Try it", description = "Ask models, side by side")
public class SearchResource {
    private final Searching searching;
    private final RequestBodies bodies;

    public SearchResource(Searching searching, RequestBodies bodies) {
        this.searching = requireNonNull(searching, "searching is null");
        this.bodies = requireNonNull(bodies, "bodies is null");
    }

    /** Ranks texts for a query. */
    @POST
    @Path("/search")
    @Operation(
            summary = "Search with models, side by side",
            description =
                    "Ranks texts, or the first 5000 documents of an evaluation set of a prepared dataset, for a query:"
                            + " by one to four models, each at its width or fewer dimensions. Each hit has its rank in"
                            + " every result.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = SearchView.class)))
    @APIResponse(responseCode = "404", description = "No such model, dataset or set")
    @APIResponse(responseCode = "422")
    public SearchView search(
            @RequestBody(
                            content =
                                    @Content(
                                            schema = @Schema(implementation = SearchRequest.class),
                                            example =
                                                    "{\"query\":\"Wie ändere ich mein Passwort?\",\"models\":[{\"model\":\"quickstart@champion\"},{\"model\":\"quickstart@champion\",\"dimensions\":64}],\"texts\":[\"Change your password under Account.\",\"Add a realm.\"]}"))
                    InputStream body)
            throws IOException {
        return searching.search(bodies.read(body, BodyLimits.TEXTS, SearchRequest.class));
    }

    /** Draws texts on a plane. */
    @POST
    @Path("/maps")
    @Operation(
            summary = "Draw a dataset's texts as a model sees them",
            description =
                    "The first two principal components of the vectors of a dataset's first texts of each source.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = MapView.class)))
    @APIResponse(responseCode = "404", description = "No such model or dataset")
    @APIResponse(responseCode = "422")
    public MapView map(
            @RequestBody(
                            content =
                                    @Content(
                                            schema = @Schema(implementation = MapRequest.class),
                                            example =
                                                    "{\"model\":\"quickstart@champion\",\"dataset\":\"quickstart@1\",\"limit\":400}"))
                    InputStream body)
            throws IOException {
        return searching.map(bodies.read(body, BodyLimits.SMALL, MapRequest.class));
    }
}
