package dev.firn.api.model;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
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
import dev.firn.api.model.ModelViews.MoveView;
import dev.firn.api.model.ModelViews.VersionView;
import dev.firn.api.security.Caller;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.model.AliasChange;
import dev.firn.registry.model.AliasMove;
import dev.firn.registry.model.Model;
import dev.firn.registry.model.ModelAlias;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.ModelVersion;
import dev.firn.registry.model.TagFilter;
import dev.firn.registry.model.VersionFilter;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
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
import org.jspecify.annotations.Nullable;

/** The model registry. */
@Path("/api/models")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Models", description = "Versions never change; aliases move")
public class ModelResource {
    private static final String TAG = "Only with this tag, or with this value of it";
    private static final int LONGEST_TEXT = 500;
    private static final Pattern REVISION = Pattern.compile("\"(\\d{1,18})\"");

    private final ModelStore models;
    private final Downloads downloads;
    private final RequestBodies bodies;
    private final Caller caller;
    private final Change change;

    public ModelResource(ModelStore models, Downloads downloads, RequestBodies bodies, Caller caller, Change change) {
        this.change = requireNonNull(change, "change is null");
        this.models = requireNonNull(models, "models is null");
        this.downloads = requireNonNull(downloads, "downloads is null");
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.caller = requireNonNull(caller, "caller is null");
    }

    /**
     * Where an alias is to point.
     *
     * @param guarded whether it is to be protected; null leaves that as it is
     * @param confirm must be true to change a protected one
     * @param reason why, for its history; may be null
     */
    public record AliasTarget(
            Integer version,
            @JsonProperty("protected") @Nullable Boolean guarded,
            @Nullable Boolean confirm,
            @Nullable String reason) {}

    /** The models by name. */
    @GET
    @Operation(operationId = "listModels", summary = "List models", description = "By name, each with its aliases.")
    public Listing<ModelView> list(
            @Parameter(description = TAG, example = "stage=production") @QueryParam("tag") String tag,
            @QueryParam("limit") String limit,
            @QueryParam("cursor") String cursor) {
        return Listing.of(models.list(tagFilter(tag), Listing.request(limit, cursor)), ModelView::of);
    }

    /** A model with its versions. */
    @GET
    @Path("/{name}")
    @Operation(
            operationId = "getModel",
            summary = "Look at a model",
            description = "With a page of its versions, newest first; archived ones only when asked for.")
    @APIResponse(responseCode = "200")
    public ModelWithVersions get(
            @Parameter(example = "quickstart") @PathParam("name") String name,
            @Parameter(description = TAG, example = "stage=production") @QueryParam("tag") String tag,
            @Parameter(description = "true: archived versions as well", example = "false") @QueryParam("archived")
                    String archived,
            @QueryParam("limit") String limit,
            @QueryParam("cursor") String cursor) {
        Model model = models.findModel(Names.require("model", name))
                .orElseThrow(() -> new NotFoundException("There is no model '" + name + "'"));
        ModelView view = ModelView.of(model);
        VersionFilter filter = new VersionFilter(tagFilter(tag), Parameters.flag("archived", archived));
        Listing<VersionView> versions =
                Listing.of(models.versions(name, filter, Listing.request(limit, cursor)), VersionView::of);
        return new ModelWithVersions(
                view.name(),
                view.versions(),
                view.archivedVersions(),
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
    @APIResponse(responseCode = "416")
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
                    "With If-Match it is moved only if it still has that revision; \"0\" means only if it is new. A"
                            + " protected alias changes only with confirm: true; runs never move it. Without protected the"
                            + " protection stays as it is.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = AliasView.class)))
    @APIResponse(responseCode = "409", description = "It is protected and nobody confirmed, or the version is archived")
    @APIResponse(responseCode = "412", description = "It was moved meanwhile")
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
        return response(models.moveAlias(new AliasChange(
                name,
                alias,
                target.version(),
                Optional.ofNullable(target.guarded()),
                Boolean.TRUE.equals(target.confirm()),
                revision(ifMatch),
                caller.name(),
                reason(target.reason()))));
    }

    /** Removes an alias; its history stays. */
    @DELETE
    @Path("/{name}/aliases/{alias}")
    @Operation(
            summary = "Remove an alias",
            description = "Its history stays. A protected one is removed only with confirm=true.")
    @APIResponse(responseCode = "204")
    @APIResponse(responseCode = "409", description = "It is protected and nobody confirmed")
    @APIResponse(responseCode = "412", description = "It was moved meanwhile")
    public void remove(
            @Parameter(example = "quickstart") @PathParam("name") String name,
            @Parameter(example = "champion") @PathParam("alias") String alias,
            @Parameter(description = "true: although it is protected", example = "false") @QueryParam("confirm")
                    String confirm,
            @Parameter(example = "\"3\"") @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
        Names.require("model", name);
        Names.require("alias", alias);
        models.findAlias(name, alias).ifPresent(before -> change.before(AliasView.of(before)));
        models.removeAlias(
                name, alias, Parameters.flag("confirm", confirm), revision(ifMatch), caller.name(), Optional.empty());
    }

    /** The moves of an alias, newest first. */
    @GET
    @Path("/{name}/aliases/{alias}/history")
    @Operation(
            summary = "List the moves of an alias",
            description = "Newest first, also those before it was removed: from where to where, who, when and why.")
    @APIResponse(responseCode = "200")
    @APIResponse(responseCode = "404", description = "There never was such an alias")
    public Listing<MoveView> history(
            @Parameter(example = "quickstart") @PathParam("name") String name,
            @Parameter(example = "champion") @PathParam("alias") String alias,
            @QueryParam("limit") String limit,
            @QueryParam("cursor") String cursor) {
        PageRequest page = Listing.request(limit, cursor);
        Page<AliasMove> moves = models.aliasHistory(Names.require("model", name), Names.require("alias", alias), page);
        if (moves.items().isEmpty() && page.cursor().isEmpty()) {
            throw new NotFoundException("The model '" + name + "' never had an alias '" + alias + "'");
        }
        return Listing.of(moves, MoveView::of);
    }

    /** Lays a version aside. */
    @PUT
    @Path("/{name}/versions/{version}/archived")
    @Operation(
            summary = "Archive a version",
            description = "It is left out of lists unless they ask for it, and no alias can point to it. Its content"
                    + " stays and can be downloaded.")
    @APIResponse(responseCode = "200")
    @APIResponse(responseCode = "409", description = "An alias points to it")
    public VersionView archiveVersion(
            @Parameter(example = "quickstart") @PathParam("name") String name,
            @Parameter(example = "1", schema = @Schema(implementation = Integer.class)) @PathParam("version")
                    String version) {
        change.before(VersionView.of(find(name, version)));
        return VersionView.of(models.archive(Names.require("model", name), number(version), true, caller.name()));
    }

    /** Takes a version back. */
    @DELETE
    @Path("/{name}/versions/{version}/archived")
    @Operation(summary = "Take an archived version back", description = "Nothing changes when it is not archived.")
    @APIResponse(responseCode = "200")
    public VersionView restoreVersion(
            @Parameter(example = "quickstart") @PathParam("name") String name,
            @Parameter(example = "1", schema = @Schema(implementation = Integer.class)) @PathParam("version")
                    String version) {
        change.before(VersionView.of(find(name, version)));
        return VersionView.of(models.archive(Names.require("model", name), number(version), false, caller.name()));
    }

    /**
     * What a tag is to say.
     *
     * @param value may be empty; null is empty
     */
    public record TagValue(@Nullable String value) {}

    /** Gives a version a tag. */
    @PUT
    @Path("/{name}/versions/{version}/tags/{tag}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Tag a version",
            description = "In place of the value that the tag may have. A value has at most 500 characters and may be"
                    + " empty; a version has at most 50 tags.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = VersionView.class)))
    @APIResponse(responseCode = "409", description = "Too many tags")
    public VersionView tag(
            @Parameter(example = "quickstart") @PathParam("name") String name,
            @Parameter(example = "1", schema = @Schema(implementation = Integer.class)) @PathParam("version")
                    String version,
            @Parameter(example = "stage") @PathParam("tag") String tag,
            @RequestBody(
                            content =
                                    @Content(
                                            schema = @Schema(implementation = TagValue.class),
                                            example = "{\"value\":\"production\"}"))
                    InputStream body)
            throws IOException {
        Names.require("model", name);
        Names.require("tag", tag);
        TagValue value = bodies.read(body, BodyLimits.SMALL, TagValue.class);
        String text = value.value() == null ? "" : value.value();
        requireLine("/value", text);
        change.before(VersionView.of(find(name, version)));
        return VersionView.of(models.tag(name, number(version), tag, text, caller.name()));
    }

    /** Takes a tag from a version. */
    @DELETE
    @Path("/{name}/versions/{version}/tags/{tag}")
    @Operation(summary = "Remove a tag of a version", description = "Its other tags stay.")
    @APIResponse(responseCode = "200")
    public VersionView untag(
            @Parameter(example = "quickstart") @PathParam("name") String name,
            @Parameter(example = "1", schema = @Schema(implementation = Integer.class)) @PathParam("version")
                    String version,
            @Parameter(example = "stage") @PathParam("tag") String tag) {
        change.before(VersionView.of(find(name, version)));
        return VersionView.of(models.untag(Names.require("model", name), number(version), Names.require("tag", tag)));
    }

    private static Optional<TagFilter> tagFilter(String text) {
        if (text == null || text.isEmpty()) {
            return Optional.empty();
        }
        TagFilter filter = TagFilter.parse(text);
        Names.require("tag", filter.tag());
        return Optional.of(filter);
    }

    private static Optional<String> reason(String text) {
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        requireLine("/reason", text);
        return Optional.of(text);
    }

    private static void requireLine(String pointer, String text) {
        if (text.length() > LONGEST_TEXT || text.chars().anyMatch(Character::isISOControl)) {
            throw RequestBodies.refused(
                    pointer, "must have at most " + LONGEST_TEXT + " characters and no control characters");
        }
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
        return models.get(Names.require("model", name), number(version));
    }

    private static int number(String version) {
        return (int) Parameters.whole("version", version, 0, 1, Integer.MAX_VALUE);
    }
}
