package dev.firn.api.dataset;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.importing.DatasetUpload;
import dev.firn.activities.importing.DatasetUpload.SentFile;
import dev.firn.activities.importing.DatasetUpload.Uploaded;
import dev.firn.api.dataset.Datasets.UseView;
import dev.firn.api.download.Downloads;
import dev.firn.api.http.Creation;
import dev.firn.api.http.Listing;
import dev.firn.api.http.Names;
import dev.firn.api.http.Parameters;
import dev.firn.api.http.RequestBodies;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.training.data.DatasetPreview.Row;
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
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;
import org.jspecify.annotations.Nullable;

/** What models are trained on and measured with. */
@Path("/api/datasets")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Datasets")
public class DatasetResource {
    private static final int USUAL_ROWS = 20;
    private static final int MOST_ROWS = 200;

    private final DatasetStore store;
    private final Datasets datasets;
    private final DatasetUpload upload;
    private final Downloads downloads;

    public DatasetResource(DatasetStore store, Datasets datasets, DatasetUpload upload, Downloads downloads) {
        this.store = requireNonNull(store, "store is null");
        this.datasets = requireNonNull(datasets, "datasets is null");
        this.upload = requireNonNull(upload, "upload is null");
        this.downloads = requireNonNull(downloads, "downloads is null");
    }

    /**
     * The form that a dataset comes in.
     *
     * @param language of lines that name none; may be left out
     */
    @Schema(name = "DatasetForm")
    public record DatasetForm(
            String name,
            @Nullable String language,

            @Schema(type = SchemaType.ARRAY, implementation = DatasetFile.class)
            List<String> files) {
        public DatasetForm {
            files = List.copyOf(files);
        }
    }

    /** A file in a form. */
    @Schema(type = SchemaType.STRING, format = "binary")
    public interface DatasetFile {}

    /** The first pairs of a dataset. */
    public record RowsView(List<Row> items) {
        public RowsView {
            items = List.copyOf(items);
        }
    }

    /** The runs that read a dataset. */
    public record UsesView(List<UseView> items) {
        public UsesView {
            items = List.copyOf(items);
        }
    }

    /** The datasets, newest first. */
    @GET
    @Operation(
            operationId = "listDatasets",
            summary = "List datasets",
            description = "Newest first, with counts and what was dropped and why.")
    public Listing<DatasetView> list(
            @Parameter(description = "Only versions of this one", example = "quickstart") @QueryParam("name")
                    String name,
            @QueryParam("limit") String limit,
            @QueryParam("cursor") String cursor) {
        return Listing.of(
                store.list(
                        Optional.ofNullable(name).map(text -> Names.require("name", text)),
                        Listing.request(limit, cursor)),
                DatasetView::of);
    }

    /** Registers files of pairs. */
    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Operation(
            summary = "Add a dataset",
            description =
                    "files are one or more of JSON lines, .jsonl or .jsonl.gz, of any size, one pair a line with query,"
                            + " document and language, and perhaps source. Every line is looked at; what is wrong is told by"
                            + " file and line, and nothing stays of it then. They become the next version of the name, or the"
                            + " version that has exactly these files already, and a source of a specification: {type: dataset,"
                            + " name: mine, dataset: name@version}.")
    @APIResponse(
            responseCode = "201",
            description = "The version",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = DatasetView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The version that was there already",
            content = @Content(schema = @Schema(implementation = DatasetView.class)))
    @APIResponse(responseCode = "422", description = "Files that are refused, with every wrong line up to 20 of each")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.MULTIPART_FORM_DATA,
                            schema = @Schema(implementation = DatasetForm.class),
                            example = "name=support, language=de, files=@faq.jsonl"))
    public Response add(
            @RestForm("name") String name,
            @RestForm("language") String language,
            @RestForm("files") List<FileUpload> files)
            throws IOException {
        Uploaded uploaded = register(name, language, files);
        Dataset dataset = uploaded.dataset();
        return Creation.answer(
                uploaded.created(), "/api/datasets/" + dataset.name() + "@" + dataset.version(), view(dataset));
    }

    /**
     * Registers files that came in a form, as the REST interface and the page do.
     *
     * @param language of lines that name none; null or empty: none
     */
    public Uploaded register(String name, String language, List<FileUpload> files) throws IOException {
        Names.require("name", name);
        Optional<String> said = Optional.ofNullable(language).filter(text -> !text.isBlank());
        if (said.isPresent() && !DatasetUpload.LANGUAGE.matcher(said.get()).matches()) {
            throw RequestBodies.refused("/language", "must be a language tag such as de or zh-Hant");
        }
        return upload.register(
                name,
                said,
                files == null
                        ? List.of()
                        : files.stream()
                                .map(file -> new SentFile(file.fileName(), file.uploadedFile()))
                                .toList());
    }

    /** A version of a dataset. */
    @GET
    @Path("/{dataset}")
    @Operation(summary = "Look at a dataset", description = "By name@version or id, with its files.")
    @APIResponse(responseCode = "200")
    public DatasetView get(@Parameter(example = "quickstart@1") @PathParam("dataset") String reference) {
        return view(datasets.find(reference));
    }

    /** The first pairs. */
    @GET
    @Path("/{dataset}/rows")
    @Operation(
            summary = "Look into a dataset",
            description =
                    "The first pairs; of a dataset that a run prepared, those of one of its sources. Texts are cut"
                            + " to 2000 characters.")
    @APIResponse(responseCode = "200")
    public RowsView rows(
            @Parameter(example = "quickstart@1") @PathParam("dataset") String reference,
            @Parameter(
                            description = "Which source, of a dataset that a run prepared; else its first",
                            example = "keycloak/de")
                    @QueryParam("source")
                    String source,
            @QueryParam("limit") String limit)
            throws IOException {
        int rows = (int) Parameters.whole("limit", limit, USUAL_ROWS, 1, MOST_ROWS);
        return new RowsView(datasets.rows(
                datasets.find(reference), Optional.ofNullable(source).filter(name -> !name.isEmpty()), rows));
    }

    /** What was made of it. */
    @GET
    @Path("/{dataset}/uses")
    @Operation(
            summary = "What used a dataset",
            description = "The runs that read it, the newest first, and the models that came of them; at most 1000.")
    @APIResponse(responseCode = "200")
    public UsesView uses(@Parameter(example = "quickstart@1") @PathParam("dataset") String reference) {
        return new UsesView(datasets.uses(datasets.find(reference)));
    }

    /** A file. */
    @GET
    @Path("/{dataset}/files/{file: .+}")
    @Produces({MediaType.APPLICATION_OCTET_STREAM, MediaType.APPLICATION_JSON})
    @Operation(summary = "Download a file of a dataset", description = "Whole, or one range of it.")
    @APIResponse(responseCode = "200", content = @Content(mediaType = MediaType.APPLICATION_OCTET_STREAM))
    @APIResponse(responseCode = "206", description = "The range asked for")
    @APIResponse(responseCode = "416")
    public Response file(
            @Parameter(example = "quickstart@1") @PathParam("dataset") String reference,
            @Parameter(example = "dataset.json") @PathParam("file") String file,
            @Parameter(example = "bytes=0-1023") @HeaderParam("Range") String range,
            @HeaderParam("If-Range") String ifRange) {
        return downloads.file(datasets.find(reference).artifact(), file, Optional.ofNullable(range), ifRange);
    }

    private DatasetView view(Dataset dataset) {
        return DatasetView.of(dataset, downloads.files(dataset.artifact()));
    }
}
