package dev.firn.api.model;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.importing.ModelImport;
import dev.firn.api.download.Downloads;
import dev.firn.api.http.Creation;
import dev.firn.api.http.Names;
import dev.firn.api.http.Parameters;
import dev.firn.api.http.Problem;
import dev.firn.api.http.ProblemException;
import dev.firn.api.model.ModelViews.VersionView;
import dev.firn.registry.model.ModelVersion;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.model.ImportSettings;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Models from elsewhere. */
@Path("/api/models/{name}/import")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Models")
public class ImportResource {
    private static final int LONGEST_PREFIX = 500;
    private static final int FEWEST_TOKENS = 4;
    private static final int MOST_TOKENS = 65_536;

    private final ModelImport imports;
    private final Downloads downloads;

    public ImportResource(ModelImport imports, Downloads downloads) {
        this.imports = requireNonNull(imports, "imports is null");
        this.downloads = requireNonNull(downloads, "downloads is null");
    }

    /** Registers a folder from elsewhere as a version. */
    @POST
    @Consumes("application/zip")
    @Operation(
            operationId = "importModel",
            summary = "Import a model",
            description =
                    "The body is a zip of a Hugging Face or sentence-transformers folder (config.json, safetensors,"
                            + " tokenizer.json), of any size. It becomes the next version of the name, or the version that has"
                            + " exactly these bytes already. Pooling, prompts and length are read from its files; what is said"
                            + " here counts instead.")
    @APIResponse(
            responseCode = "201",
            description = "The version",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = VersionView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The version that was there already",
            content = @Content(schema = @Schema(implementation = VersionView.class)))
    @APIResponse(responseCode = "422", description = "No model that is supported, with the reason")
    public Response register(
            @Parameter(example = "e5") @PathParam("name") String name,
            @Parameter(description = "cls or mean") @QueryParam("pooling") String pooling,
            @QueryParam("queryPrefix") String queryPrefix,
            @QueryParam("documentPrefix") String documentPrefix,
            @QueryParam("maximumTokens") String maximumTokens,
            @RequestBody(content = @Content(mediaType = "application/zip")) InputStream body)
            throws IOException {
        ImportSettings said = new ImportSettings(
                pooling(pooling),
                prefix("queryPrefix", queryPrefix),
                prefix("documentPrefix", documentPrefix),
                maximumTokens == null
                        ? Optional.empty()
                        : Optional.of((int) Parameters.whole(
                                "maximumTokens", maximumTokens, FEWEST_TOKENS, FEWEST_TOKENS, MOST_TOKENS)));
        ModelImport.Imported imported = imports.register(Names.require("model", name), body, said);
        ModelVersion version = imported.version();
        return Creation.answer(
                imported.created(),
                "/api/models/" + version.model() + "/versions/" + version.version(),
                VersionView.of(version, downloads.files(version.artifact())));
    }

    private static Optional<Pooling> pooling(String word) {
        try {
            return Optional.ofNullable(word).map(Pooling::of);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(Problem.badRequest("pooling must be cls or mean, is " + Names.shortened(word)));
        }
    }

    private static Optional<String> prefix(String parameter, String text) {
        if (text != null && text.length() > LONGEST_PREFIX) {
            throw new ProblemException(
                    Problem.badRequest(parameter + " must have at most " + LONGEST_PREFIX + " characters"));
        }
        return Optional.ofNullable(text);
    }
}
