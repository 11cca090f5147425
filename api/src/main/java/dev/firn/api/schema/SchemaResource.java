package dev.firn.api.schema;

import dev.firn.workflows.specification.SpecificationReader;
import dev.firn.workflows.specification.StudyReader;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Schemas, for editors and for programs that check before they send. */
@Path("/api/schema")
@Tag(name = "Schema")
public class SchemaResource {
    private final SpecificationReader reader = new SpecificationReader();
    private final StudyReader studies = new StudyReader(reader);

    /** The schema of a run specification. */
    @GET
    @Path("/run")
    @Produces("application/schema+json")
    @Operation(
            operationId = "getRunSchema",
            summary = "The JSON schema of a run specification",
            description = "With every field, its default and its limits; editors complete and check YAML with it.")
    @APIResponse(
            responseCode = "200",
            description = "The schema",
            content =
                    @Content(
                            mediaType = "application/schema+json",
                            schema = @Schema(implementation = Object.class),
                            example =
                                    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\"}"))
    public String run() {
        return reader.schemaText();
    }

    /** The schema of a study specification. */
    @GET
    @Path("/study")
    @Produces("application/schema+json")
    @Operation(
            operationId = "getStudySchema",
            summary = "The JSON schema of a study specification",
            description = "With every field, its default and its limits. Its base is a run specification.")
    @APIResponse(
            responseCode = "200",
            description = "The schema",
            content =
                    @Content(
                            mediaType = "application/schema+json",
                            schema = @Schema(implementation = Object.class),
                            example =
                                    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\"}"))
    public String study() {
        return studies.schemaText();
    }
}
