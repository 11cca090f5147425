package dev.firn.api.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.firn.api.http.Problem;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;
import org.jboss.jandex.IndexView;

/** Completes the description of the interface with what holds for every operation. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class DescriptionFilter implements OASFilter {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String SCHEMAS = "#/components/schemas/";
    private static final String PROBLEM = SCHEMAS + "Problem";

    private final Presence presence;

    /** @param index of the application's classes */
    public DescriptionFilter(IndexView index) {
        presence = new Presence(index);
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Components components = document.getComponents();
        // Not what Jackson's class looks like
        components.addSchema("JsonNode", OASFactory.createSchema().description("Any JSON value"));
        components.removeSchema("JsonNodeType");
        presence.complete(document);
        examples(components);
        for (CommonProblem problem : CommonProblem.all()) {
            components.addResponse(
                    problem.component(),
                    OASFactory.createAPIResponse()
                            .description(problem.description())
                            .content(content(problem.example())));
        }
        for (Map.Entry<String, PathItem> path :
                document.getPaths().getPathItems().entrySet()) {
            for (Map.Entry<PathItem.HttpMethod, Operation> operation :
                    path.getValue().getOperations().entrySet()) {
                name(operation.getKey(), path.getKey(), operation.getValue());
                complete(path.getKey(), operation.getValue());
            }
        }
    }

    /** Gives an operation that has none an id of its method and path: {@code postCheckpointsFork}. */
    private static void name(PathItem.HttpMethod method, String path, Operation operation) {
        if (operation.getOperationId() != null) {
            return;
        }
        StringBuilder id = new StringBuilder(method.name().toLowerCase(Locale.ROOT));
        for (String word :
                path.replaceFirst("^/api", "").replaceAll("\\{[^}]*}", "").split("[^A-Za-z]+", -1)) {
            if (!word.isEmpty()) {
                id.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
            }
        }
        operation.setOperationId(id.toString());
    }

    private static void complete(String path, Operation operation) {
        List<Parameter> parameters =
                Optional.ofNullable(operation.getParameters()).orElse(List.of());
        for (Parameter parameter : parameters) {
            CommonParameter.of(path, parameter).ifPresent(common -> common.complete(parameter));
        }
        APIResponses responses = operation.getResponses();
        for (Map.Entry<String, APIResponse> response :
                responses.getAPIResponses().entrySet()) {
            complete(response.getKey(), response.getValue());
        }
        if (!parameters.isEmpty()) {
            add(responses, CommonProblem.BAD_REQUEST);
        }
        if (operation.getRequestBody() != null) {
            CommonProblem.WITH_BODY.forEach(problem -> add(responses, problem));
        }
        if (path.contains("{")) {
            add(responses, CommonProblem.NOT_FOUND);
        }
        CommonProblem.ALWAYS.forEach(problem -> add(responses, problem));
        Map<String, APIResponse> inOrder = new TreeMap<>(responses.getAPIResponses());
        responses.setAPIResponses(inOrder);
    }

    private static void add(APIResponses responses, CommonProblem problem) {
        if (responses.getAPIResponse(problem.status()) == null) {
            responses.addAPIResponse(
                    problem.status(), OASFactory.createAPIResponse().ref(problem.component()));
        }
    }

    /** Gives an answer with a problem its schema and an example; and any its words. */
    private static void complete(String status, APIResponse response) {
        if (response.getRef() != null) {
            return;
        }
        Optional<CommonProblem> problem = CommonProblem.ofStatus(status);
        if (response.getDescription() == null || response.getDescription().isEmpty()) {
            response.setDescription(problem.map(CommonProblem::description).orElse("It was done"));
        }
        if (problem.isEmpty()) {
            file(status, response);
            return;
        }
        Content given = response.getContent();
        MediaType media = given == null ? null : given.getMediaType(Problem.MEDIA_TYPE);
        Content completed = content(problem.get().example());
        if (media != null && media.getExample() != null) {
            completed.getMediaType(Problem.MEDIA_TYPE).setExample(media.getExample());
        }
        response.setContent(completed);
    }

    /** The bytes of a file, where an answer says no more than that they come, or not even that. */
    private static void file(String status, APIResponse response) {
        if (status.equals("206") && response.getContent() == null) {
            response.setContent(OASFactory.createContent()
                    .addMediaType(jakarta.ws.rs.core.MediaType.APPLICATION_OCTET_STREAM, OASFactory.createMediaType()));
        }
        if (response.getContent() != null) {
            response.getContent().getMediaTypes().values().stream()
                    .filter(media -> media.getSchema() == null)
                    .forEach(media -> media.setSchema(OASFactory.createSchema()
                            .type(List.of(Schema.SchemaType.STRING))
                            .format("binary")));
        }
    }

    private static Content content(Problem example) {
        return OASFactory.createContent()
                .addMediaType(
                        Problem.MEDIA_TYPE,
                        OASFactory.createMediaType()
                                .schema(OASFactory.createSchema().ref(PROBLEM))
                                .example(plain(JSON.valueToTree(example))));
    }

    /** The examples of schemas; a page's has one of its items. */
    private static void examples(Components components) {
        Map<String, Schema> schemas = components.getSchemas();
        schemas.forEach((name, schema) -> {
            if (schema.getExamples() == null || schema.getExamples().isEmpty()) {
                example(name).ifPresent(example -> schema.setExamples(List.of(example)));
            }
        });
        schemas.forEach((name, schema) -> item(schema)
                .map(schemas::get)
                .filter(item ->
                        item.getExamples() != null && !item.getExamples().isEmpty())
                .ifPresent(item -> schema.setExamples(List.of(
                        Map.of("items", List.of(item.getExamples().getFirst()), "nextCursor", "MDFhMjBlMmQ")))));
    }

    /** The name of the schema of a page's items; nothing when the schema is not that of a page. */
    private static Optional<String> item(Schema schema) {
        Map<String, Schema> properties = schema.getProperties();
        if (properties == null || properties.size() != 2 || !properties.containsKey("nextCursor")) {
            return Optional.empty();
        }
        return Optional.ofNullable(properties.get("items"))
                .map(Schema::getItems)
                .map(Schema::getRef)
                .map(reference -> reference.substring(SCHEMAS.length()));
    }

    private static Optional<Object> example(String schema) {
        try (InputStream file = Thread.currentThread()
                .getContextClassLoader()
                .getResourceAsStream("openapi-examples/" + schema + ".json")) {
            return file == null ? Optional.empty() : Optional.of(plain(JSON.readTree(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("the example of " + schema + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** As the maps and lists that a description is written from. */
    private static Object plain(JsonNode example) {
        return JSON.convertValue(example, Object.class);
    }
}
