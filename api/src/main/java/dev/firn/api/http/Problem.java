package dev.firn.api.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * A problem as of RFC 9457, served as {@code application/problem+json}.
 *
 * @param type a URI that names the kind of problem; stable, for programs to compare
 * @param title the kind in words
 * @param status the HTTP status of the answer
 * @param detail what is wrong this time, for people
 * @param errors every wrong field; empty when the problem is not about fields
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(String type, String title, int status, String detail, List<FieldError> errors) {
    /** The media type of a problem. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final String TYPES = "https://firn.dev/problems/";

    public Problem {
        requireNonNull(type, "type is null");
        requireNonNull(title, "title is null");
        requireNonNull(detail, "detail is null");
        errors = List.copyOf(errors);
    }

    /**
     * A wrong field.
     *
     * @param pointer a JSON pointer (RFC 6901) into the request's body; empty for the body as a whole
     * @param detail what is wrong with it
     */
    public record FieldError(String pointer, String detail) {
        public FieldError {
            requireNonNull(pointer, "pointer is null");
            requireNonNull(detail, "detail is null");
        }
    }

    /** A problem without fields; {@code slug} is the last part of its type. */
    public static Problem of(int status, String slug, String title, String detail) {
        return new Problem(TYPES + slug, title, status, detail, List.of());
    }

    /** A problem with the fields that are wrong. */
    public static Problem of(int status, String slug, String title, String detail, List<FieldError> errors) {
        return new Problem(TYPES + slug, title, status, detail, errors);
    }

    /** Nothing is there under that address. */
    public static Problem notFound(String detail) {
        return of(404, "not-found", "Not found", detail);
    }

    /** The state of things forbids what was asked. */
    public static Problem conflict(String detail) {
        return of(409, "conflict", "The state forbids it", detail);
    }

    /** A parameter or a body that cannot be understood. */
    public static Problem badRequest(String detail) {
        return of(400, "bad-request", "The request cannot be understood", detail);
    }

    /** A body above its limit. */
    public static Problem tooLarge(long limitBytes) {
        return of(413, "too-large", "The body is too large", "The body is larger than " + limitBytes + " bytes");
    }
}
