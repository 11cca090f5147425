package dev.firn.api.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.firn.activities.importing.ImportRefusedException;
import dev.firn.activities.run.NoWorkerException;
import dev.firn.registry.ConflictException;
import dev.firn.registry.InvalidCursorException;
import dev.firn.registry.RegistryUnavailableException;
import dev.firn.registry.RevisionMismatchException;
import dev.firn.registry.blob.CorruptBlobException;
import dev.firn.registry.blob.ObjectStoreException;
import dev.firn.registry.blob.StorageFullException;
import dev.firn.registry.model.ProtectedAliasException;
import dev.firn.training.data.DataFaultException;
import dev.firn.training.json.JsonFault;
import dev.firn.workflows.specification.InvalidSpecificationException;
import dev.firn.workflows.specification.UnreadableSpecificationException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns exceptions of the resources into problems. */
public final class Problems {
    private static final Logger LOG = Logger.getLogger(Problems.class);

    /** A problem of our own making. */
    @ServerExceptionMapper
    public Response problem(ProblemException e) {
        Response.ResponseBuilder builder = Response.fromResponse(response(e.problem()));
        e.headers().forEach(builder::header);
        return builder.build();
    }

    /** What the framework refuses: unknown paths, wrong methods and media types. */
    @ServerExceptionMapper
    public Response framework(WebApplicationException e, ContainerRequestContext request) {
        Response original = e.getResponse();
        int status = original.getStatus();
        if (status < 400) {
            return original;
        }
        if (status >= 500) {
            LOG.error("A request failed", e);
        }
        String asked = request.getMethod() + " "
                + Names.shortened(request.getUriInfo().getRequestUri().getPath());
        Problem problem =
                e.getCause() instanceof JsonProcessingException broken ? ofJson(broken) : ofStatus(status, asked);
        Response.ResponseBuilder builder = Response.fromResponse(response(problem));
        Object allow = original.getHeaders().getFirst(HttpHeaders.ALLOW);
        if (allow != null) {
            builder.header(HttpHeaders.ALLOW, allow);
        }
        return builder.build();
    }

    /** No such row. */
    @ServerExceptionMapper
    public Response notFound(dev.firn.registry.NotFoundException e) {
        return response(Problem.notFound(e.getMessage()));
    }

    /** The state of things forbids it. */
    @ServerExceptionMapper
    public Response conflict(ConflictException e) {
        return response(Problem.conflict(e.getMessage()));
    }

    /** It is protected, and nobody confirmed. */
    @ServerExceptionMapper
    public Response protectedAlias(ProtectedAliasException e) {
        return response(Problem.of(409, "protected-alias", "The alias is protected", e.getMessage()));
    }

    /** Somebody else was first. */
    @ServerExceptionMapper
    public Response revision(RevisionMismatchException e) {
        return response(Problem.of(412, "revision-mismatch", "It was changed meanwhile", e.getMessage()));
    }

    /** A cursor of nobody's. */
    @ServerExceptionMapper
    public Response cursor(InvalidCursorException e) {
        return response(Problem.badRequest(Names.shortened(e.getMessage())));
    }

    /** The database is away; it may come back. */
    @ServerExceptionMapper
    public Response unavailable(RegistryUnavailableException e) {
        LOG.warn("The registry does not answer", e);
        return Response.fromResponse(response(Problem.of(
                        503, "registry-unavailable", "The registry does not answer", "Try again in a moment")))
                .header("Retry-After", "5")
                .build();
    }

    /** The object store is away, or refuses. */
    @ServerExceptionMapper
    public Response objectStore(ObjectStoreException e) {
        LOG.warn("The object store failed", e);
        return response(
                Problem.of(503, "object-store-unavailable", "The object store does not answer", e.getMessage()));
    }

    /** There is no room. */
    @ServerExceptionMapper
    public Response full(StorageFullException e) {
        LOG.warn("There is no room", e);
        return response(Problem.of(507, "storage-full", "There is no room", e.getMessage()));
    }

    /** What was stored is not what was put there. */
    @ServerExceptionMapper
    public Response corrupt(CorruptBlobException e) {
        LOG.error("Stored content is damaged", e);
        return response(Problem.of(500, "damaged", "Stored content is damaged", e.getMessage()));
    }

    /** A specification that is not YAML or JSON. */
    @ServerExceptionMapper
    public Response unreadable(UnreadableSpecificationException e) {
        return response(
                Problem.of(400, "unreadable-specification", "The specification cannot be read", e.getMessage()));
    }

    /** A specification with faults, all of them at once. */
    @ServerExceptionMapper
    public Response invalid(InvalidSpecificationException e) {
        List<Problem.FieldError> errors = e.faults().stream()
                .map(fault -> new Problem.FieldError(fault.pointer(), fault.detail()))
                .toList();
        String detail = errors.size() == 1 ? "It has one fault" : "It has " + errors.size() + " faults";
        return response(Problem.of(422, "invalid-specification", "The specification is refused", detail, errors));
    }

    /** A folder from elsewhere that is no model. */
    @ServerExceptionMapper
    public Response importRefused(ImportRefusedException e) {
        return response(Problem.of(422, "import-refused", "The model is refused", e.getMessage()));
    }

    /** Files from elsewhere that are no dataset, with every line that is wrong. */
    @ServerExceptionMapper
    public Response datasetRefused(DataFaultException e) {
        List<Problem.FieldError> errors = e.faults().stream()
                .map(fault -> new Problem.FieldError(fault.pointer(), fault.message()))
                .toList();
        String detail = errors.size() == 1
                ? errors.getFirst().detail()
                : "It has " + errors.size() + " faults; the first: "
                        + errors.getFirst().detail();
        return response(Problem.of(422, "dataset-refused", "The dataset is refused", detail, errors));
    }

    /** Nobody is there to take a request to a run. */
    @ServerExceptionMapper
    public Response noWorker(NoWorkerException e) {
        LOG.warn("A request to a run was not taken", e);
        return response(Problem.of(503, "no-worker", "No worker answers", e.getMessage()));
    }

    /** Everything that nobody expected: logged whole, told briefly. */
    @ServerExceptionMapper
    public Response unexpected(RuntimeException e) {
        LOG.error("A request failed", e);
        return response(ofStatus(500, ""));
    }

    /** The answer to a client. */
    public static Response response(Problem problem) {
        return Response.status(problem.status())
                .type(MediaType.valueOf(Problem.MEDIA_TYPE))
                .entity(problem)
                .build();
    }

    /** What is wrong with a body that is not the JSON which was asked for: 400, with a pointer where it can be had. */
    public static Problem ofJson(JsonProcessingException e) {
        String title = "The body is not what was asked for";
        if (!(e instanceof JsonMappingException mapping) || mapping.getPath().isEmpty()) {
            return Problem.of(400, "invalid-body", title, "Not JSON: " + JsonFault.said(e) + place(e));
        }
        StringBuilder pointer = new StringBuilder();
        for (JsonMappingException.Reference step : mapping.getPath()) {
            pointer.append('/')
                    .append(step.getFieldName() == null ? Integer.toString(step.getIndex()) : step.getFieldName());
        }
        String detail = switch (e) {
            case UnrecognizedPropertyException unknown -> "is no field; known are " + unknown.getKnownPropertyIds();
            case MismatchedInputException mismatch
            when mismatch.getTargetType() != null ->
                "must be of type " + mismatch.getTargetType().getSimpleName();
            default -> Names.shortened(JsonFault.said(e));
        };
        return Problem.of(
                400,
                "invalid-body",
                title,
                pointer + " " + detail + place(e),
                List.of(new Problem.FieldError(pointer.toString(), detail)));
    }

    private static String place(JsonProcessingException e) {
        JsonLocation location = e.getLocation();
        return location == null || location.getLineNr() < 1
                ? ""
                : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }

    /** The problem of a bare HTTP status. */
    static Problem ofStatus(int status, String detail) {
        return switch (status) {
            case 400 -> Problem.badRequest("Not understood: " + detail);
            case 404 -> Problem.notFound(detail.isEmpty() ? "Nothing is there" : "Nothing is there: " + detail);
            case 405 -> Problem.of(405, "method-not-allowed", "Not that method", "Not allowed: " + detail);
            case 406 -> Problem.of(406, "not-acceptable", "Not in that form", "No answer in an accepted media type");
            case 413 -> Problem.tooLarge(BodyLimits.TEXTS);
            case 415 ->
                Problem.of(
                        415, "unsupported-media-type", "Not in that form", "The body's media type is not understood");
            case 500 ->
                Problem.of(
                        500, "internal", "Something broke", "The server failed; its log in FIRN_HOME/logs says more");
            default -> Problem.of(status, "http-" + status, "HTTP " + status, detail);
        };
    }
}
