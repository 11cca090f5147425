package dev.firn.api.model;

import static java.util.Objects.requireNonNull;

import dev.firn.api.audit.Change;
import dev.firn.api.download.Downloads;
import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.Listing;
import dev.firn.api.http.Names;
import dev.firn.api.http.Parameters;
import dev.firn.api.http.Problem;
import dev.firn.api.http.ProblemException;
import dev.firn.api.http.RequestBodies;
import dev.firn.api.model.ModelViews.AliasView;
import dev.firn.api.model.ModelViews.ModelView;
import dev.firn.api.model.ModelViews.ModelWithVersions;
import dev.firn.api.model.ModelViews.VersionView;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.model.Model;
import dev.firn.registry.model.ModelAlias;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.ModelVersion;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The model registry. */
@Path("/api/models")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Models", description = "Versions never change; aliases move")
public class ModelResource {
    private static final Pattern REVISION = Pattern.compile("\"(\\d{1,18})\"");

    private final ModelStore models;
    private final Downloads downloads;
    private final RequestBodies bodies;
    private final Change change;

    public ModelResource(ModelStore models, Downloads downloads, RequestBodies bodies, Change change) {
        this.change = requireNonNull(change, "change is null");
        this.models = requireNonNull(models, "models is null");
        this.downloads = requireNonNull(downloads, "downloads is null");
        this.bodies = requireNonNull(bodies, "bodies is null");
    }

    /** Where an alias is to point. */
    public record AliasTarget(Integer version) {}

    /** The models by name. */
    @GET
    @Operation(operationId = "listModels", summary = "List models", description = "By name, each with its aliases.")
    public Listing<ModelView> list(@QueryParam("limit") String limit, @QueryParam("cursor") String cursor) {
        return Listing.of(models.list(Listing.request(limit, cursor)), ModelView::of);
    }

    /** A model with its versions. */
    @GET
    @Path("/{name}")
    @Operation(
            operationId = "getModel",
            summary = "Look at a model",
            description = "With a page of its versions, newest first.")
    @APIResponse(responseCode = "200")
    @APIResponse(
            responseCode = "404",
            description = "No such model",
            content = @Content(mediaType = Problem.MEDIA_TYPE))
    public ModelWithVersions get(
            @Parameter(example = "quickstart") @PathParam("name") String name,
            @QueryParam("limit") String limit,
            @QueryParam("cursor") String cursor) {
        Model model = models.findModel(Names.require("model", name))
                .orElseThrow(() -> new NotFoundException("There is no model '" + name + "'"));
        ModelView view = ModelView.of(model);
        Listing<VersionView> versions =
                Listing.of(models.versions(name, Listing.request(limit, cursor)), VersionView::of);
        return new ModelWithVersions(
                view.name(),
                view.versions(),
                view.latestVersion(),
                view.createdAt(),
                view.aliases(),
                versions.items(),
                versions.nextCursor());
    }

    /** A version with its files. */
    @GET
    @Path("/{name}/versions/{version}")
    @Operation(
            operationId = "getVersion",
            summary = "Look at a version",
            description = "With its files and what it was measured to be.")
    @APIResponse(responseCode = "200")
    @APIResponse(
            responseCode = "404",
            description = "No such version",
            content = @Content(mediaType = Problem.MEDIA_TYPE))
    public VersionView version(
            @Parameter(example = "quickstart") @PathParam("name") String name,
            @Parameter(example = "1", schema = @Schema(implementation = Integer.class)) @PathParam("version")
                    String version) {
        ModelVersion found = find(name, version);
        return VersionView.of(found, downloads.files(found.artifact()));
    }

    /** The folder of a version as a zip archive. */
    @GET
    @Path("/{name}/versions/{version}/archive")
    @Produces({"application/zip", MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "downloadVersion",
            summary = "Download a version",
            description = "The folder in the layout that sentence-transformers loads, as a zip archive: the same bytes"
                    + " each time.")
    @APIResponse(responseCode = "200", content = @Content(mediaType = "application/zip"))
    @APIResponse(
            responseCode = "404",
            description = "No such version",
            content = @Content(mediaType = Problem.MEDIA_TYPE))
    public Response archive(@PathParam("name") String name, @PathParam("version") String version) {
        ModelVersion found = find(name, version);
        return downloads.archive(found.artifact(), found.model() + "-" + found.version());
    }

    /** A file of a version. */
    @GET
    @Path("/{name}/versions/{version}/files/{file: .+}")
    @Produces({MediaType.APPLICATION_OCTET_STREAM, MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "downloadVersionFile",
            summary = "Download a file of a version",
            description = "Whole, or one range of it.")
    @APIResponse(responseCode = "200", content = @Content(mediaType = MediaType.APPLICATION_OCTET_STREAM))
    @APIResponse(responseCode = "206", description = "The range asked for")
    @APIResponse(responseCode = "404", description = "No such file", content = @Content(mediaType = Problem.MEDIA_TYPE))
    @APIResponse(
            responseCode = "416",
            description = "No byte of the file is in the range",
            content = @Content(mediaType = Problem.MEDIA_TYPE))
    public Response file(
            @PathParam("name") String name,
            @PathParam("version") String version,
            @Parameter(example = "config.json") @PathParam("file") String file,
            @Parameter(example = "bytes=0-1023") @HeaderParam("Range") String range,
            @HeaderParam("If-Range") String ifRange) {
        return downloads.file(find(name, version).artifact(), file, Optional.ofNullable(range), ifRange);
    }

    /** An alias with its revision. */
    @GET
    @Path("/{name}/aliases/{alias}")
    @Operation(operationId = "getAlias", summary = "Look at an alias", description = "Its revision is the ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The alias",
            content = @Content(schema = @Schema(implementation = AliasView.class)))
    @APIResponse(
            responseCode = "404",
            description = "No such alias",
            content = @Content(mediaType = Problem.MEDIA_TYPE))
    public Response alias(@PathParam("name") String name, @PathParam("alias") String alias) {
        ModelAlias found = models.findAlias(Names.require("model", name), Names.require("alias", alias))
                .orElseThrow(() -> new NotFoundException("The model '" + name + "' has no alias '" + alias + "'"));
        return response(found);
    }

    /** Moves an alias, guarded by its revision when the client sends one. */
    @PUT
    @Path("/{name}/aliases/{alias}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "moveAlias",
            summary = "Point an alias to a version",
            description =
                    "With If-Match it is moved only if it still has that revision; \"0\" means only if it is new.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = AliasView.class)))
    @APIResponse(
            responseCode = "404",
            description = "No such version",
            content = @Content(mediaType = Problem.MEDIA_TYPE))
    @APIResponse(
            responseCode = "412",
            description = "It was moved meanwhile",
            content = @Content(mediaType = Problem.MEDIA_TYPE))
    public Response move(
            @Parameter(example = "quickstart") @PathParam("name") String name,
            @Parameter(example = "champion") @PathParam("alias") String alias,
            @Parameter(example = "\"3\"") @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
            @RequestBody(
                            content =
                                    @Content(
                                            schema = @Schema(implementation = AliasTarget.class),
                                            example = "{\"version\":1}"))
                    InputStream body)
            throws IOException {
        Names.require("model", name);
        Names.require("alias", alias);
        AliasTarget target = bodies.read(body, BodyLimits.SMALL, AliasTarget.class);
        if (target.version() == null || target.version() < 1) {
            throw RequestBodies.refused("/version", "must be a number from 1, is " + target.version());
        }
        models.findAlias(name, alias).ifPresent(before -> change.before(AliasView.of(before)));
        return response(
                models.moveAlias(name, alias, target.version(), revision(ifMatch), Optional.empty(), Optional.empty()));
    }

    private static Response response(ModelAlias alias) {
        return Response.ok(AliasView.of(alias))
                .header(HttpHeaders.ETAG, "\"" + alias.revision() + "\"")
                .build();
    }

    private static OptionalLong revision(String ifMatch) {
        if (ifMatch == null) {
            return OptionalLong.empty();
        }
        Matcher matcher = REVISION.matcher(ifMatch.strip());
        if (!matcher.matches()) {
            throw new ProblemException(
                    Problem.badRequest("If-Match must be a revision in double quotes, is " + Names.shortened(ifMatch)));
        }
        return OptionalLong.of(Long.parseLong(matcher.group(1)));
    }

    private ModelVersion find(String name, String version) {
        Names.require("model", name);
        return models.get(name, (int) Parameters.whole("version", version, 0, 1, Integer.MAX_VALUE));
    }
}
