package dev.firn.api.embedding;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.api.embedding.LoadedModels.Embedded;
import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.RequestBodies;
import dev.firn.api.model.ModelReferences;
import dev.firn.registry.model.ModelVersion;
import dev.firn.training.model.TextKind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Embeds texts with registered models. */
@Path("/v1/embeddings")
@Tag(name = "Embeddings", description = "In the shape that OpenAI's clients expect")
public class EmbeddingResource {
    // What OpenAI takes at most.
    private static final int MOST_TEXTS = 2_048;

    private final ModelReferences models;
    private final LoadedModels loaded;
    private final RequestBodies bodies;
    private final Counter tokens;

    public EmbeddingResource(ModelReferences models, LoadedModels loaded, RequestBodies bodies, MeterRegistry meters) {
        this.models = requireNonNull(models, "models is null");
        this.loaded = requireNonNull(loaded, "loaded is null");
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.tokens = meters.counter("firn.embeddings.tokens");
    }

    /** Embeds texts. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "createEmbedding",
            summary = "Embed texts",
            description =
                    "model is name@alias or name@version; an alias is looked up each time. input is a string or an"
                            + " array of at most 2048; token ids are refused. Requests that come at the same time are"
                            + " embedded together, in turns; a vector then differs by less than 1e-6. dimensions keeps the first of a Matryoshka model's, normalised again."
                            + " encoding_format is float or base64 (little-endian 32-bit floats). inputType says which prefix"
                            + " the model wants: query or document (default).")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = EmbeddingResponse.class)))
    @APIResponse(responseCode = "404", description = "No such model, version or alias")
    @APIResponse(responseCode = "422")
    public EmbeddingResponse embed(
            @RequestBody(
                            content =
                                    @Content(
                                            schema = @Schema(implementation = EmbeddingRequest.class),
                                            example =
                                                    "{\"model\":\"quickstart@champion\",\"input\":[\"Wie ändere ich mein Passwort?\"],\"inputType\":\"query\",\"dimensions\":64}"))
                    InputStream body,
            @Context RoutingContext context)
            throws IOException {
        EmbeddingRequest request = bodies.read(body, BodyLimits.TEXTS, EmbeddingRequest.class);
        ModelVersion model = models.find("/model", request.model());
        List<String> texts = texts(request.input());
        boolean base64 = base64(request.encodingFormat());
        // A client that goes away takes its texts out of the model's line
        Embedded embedded = loaded.embed(
                model.artifact(),
                kind(request.inputType()),
                texts,
                dimensions(request.dimensions(), model),
                cancel -> context.addEndHandler(end -> {
                    if (end.failed()) {
                        cancel.run();
                    }
                }));
        tokens.increment((double) embedded.tokens());
        List<EmbeddingResponse.Item> items = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            float[] vector = embedded.vectors().get(i);
            items.add(new EmbeddingResponse.Item("embedding", i, base64 ? encoded(vector) : vector));
        }
        return new EmbeddingResponse(
                "list", items, request.model(), new EmbeddingResponse.Usage(embedded.tokens(), embedded.tokens()));
    }

    private static List<String> texts(JsonNode input) {
        if (input != null && input.isTextual()) {
            return List.of(input.textValue());
        }
        if (input == null || !input.isArray() || input.isEmpty()) {
            throw RequestBodies.refused("/input", "must be a string or an array of at least one string");
        }
        if (input.get(0).isNumber() || input.get(0).isArray()) {
            throw RequestBodies.refused("/input", "must be text, not token ids: each model has a tokenizer of its own");
        }
        if (input.size() > MOST_TEXTS) {
            throw RequestBodies.refused("/input", "must have at most " + MOST_TEXTS + " texts, has " + input.size());
        }
        List<String> texts = new ArrayList<>(input.size());
        for (JsonNode text : input) {
            if (!text.isTextual()) {
                throw RequestBodies.refused("/input/" + texts.size(), "must be a string");
            }
            texts.add(text.textValue());
        }
        return texts;
    }

    private static boolean base64(String format) {
        if (format != null && !format.equals("float") && !format.equals("base64")) {
            throw RequestBodies.refused("/encoding_format", "must be float or base64");
        }
        return "base64".equals(format);
    }

    private static TextKind kind(String inputType) {
        if (inputType == null || inputType.equals("document")) {
            return TextKind.DOCUMENT;
        }
        if (inputType.equals("query")) {
            return TextKind.QUERY;
        }
        throw RequestBodies.refused("/inputType", "must be query or document");
    }

    private static int dimensions(Integer asked, ModelVersion model) {
        if (asked == null) {
            return 0;
        }
        if (asked < 1 || asked > model.dimension()) {
            throw RequestBodies.refused("/dimensions", "must be from 1 to " + model.dimension() + ", is " + asked);
        }
        return asked;
    }

    private static String encoded(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
