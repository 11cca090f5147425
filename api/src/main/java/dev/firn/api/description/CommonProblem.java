package dev.firn.api.description;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.BodyLimits;
import dev.firn.api.http.Problem;
import java.util.List;
import java.util.Optional;

/**
 * A problem that operations can answer with.
 *
 * @param component under which name the description keeps it
 * @param description when it comes
 * @param example one of them
 */
record CommonProblem(String component, String description, Problem example) {
    static final CommonProblem BAD_REQUEST = new CommonProblem(
            "BadRequest",
            "A parameter or the body cannot be understood",
            Problem.badRequest("limit must be a number from 1 to 1000, is 'many'"));
    static final CommonProblem NOT_AUTHENTICATED = new CommonProblem(
            "NotAuthenticated",
            "The server asks for a token, and none or a wrong one came",
            Problem.of(
                    401,
                    "not-authenticated",
                    "Who are you?",
                    "Send a token of this server: Authorization: Bearer firn_…"));
    static final CommonProblem NOT_ALLOWED = new CommonProblem(
            "NotAllowed",
            "The token's role is too low, or the request comes from another site",
            Problem.of(403, "role-too-low", "Not allowed", "This needs the role editor; the token of vic has viewer"));
    static final CommonProblem NOT_FOUND = new CommonProblem(
            "NotFound",
            "There is no such thing",
            Problem.notFound("there is no run 01a20e2d-068c-7000-8be0-72bbe127510a"));
    static final CommonProblem TOO_LARGE =
            new CommonProblem("TooLarge", "The body is too large", Problem.tooLarge(BodyLimits.SPECIFICATION));
    static final CommonProblem UNSUPPORTED = new CommonProblem(
            "UnsupportedMediaType",
            "The body is in no form that is understood",
            Problem.of(415, "unsupported-media-type", "Not in that form", "The body's media type is not understood"));
    static final CommonProblem TOO_MANY = new CommonProblem(
            "TooManyRequests",
            "The caller sends more than FIRN_RATE_LIMIT allows; Retry-After says when to come again",
            Problem.of(429, "too-many-requests", "Too many requests", "Try again in 10 s"));
    static final CommonProblem INTERNAL = new CommonProblem(
            "Internal",
            "Something broke, here or in what is stored",
            Problem.of(500, "internal", "Something broke", "The server failed; its log in FIRN_HOME/logs says more"));
    static final CommonProblem UNAVAILABLE = new CommonProblem(
            "Unavailable",
            "The database, the object store or a worker does not answer; try again",
            Problem.of(503, "registry-unavailable", "The registry does not answer", "Try again in a moment"));

    private static final List<CommonProblem> OTHERS = List.of(
            new CommonProblem(
                    "Conflict",
                    "The state of things forbids it",
                    Problem.conflict(
                            "run 01a20e2d-068c-7000-8be0-72bbe127510a is SUCCEEDED; only a run that is QUEUED or"
                                    + " RUNNING or PAUSED can become CANCELLED")),
            new CommonProblem(
                    "RevisionMismatch",
                    "It was changed meanwhile",
                    Problem.of(
                            412,
                            "revision-mismatch",
                            "It was changed meanwhile",
                            "the alias quickstart@champion points to version 2 with revision 3; the caller expected"
                                    + " revision 2")),
            new CommonProblem(
                    "RangeNotSatisfiable",
                    "No byte is in the range",
                    Problem.of(416, "range-not-satisfiable", "Not in the file", "The file has 305 bytes")),
            new CommonProblem(
                    "Refused",
                    "A field is refused",
                    Problem.of(
                            422,
                            "invalid-field",
                            "A field is refused",
                            "must be a number from 1, is 0",
                            List.of(new Problem.FieldError("/version", "must be a number from 1, is 0")))),
            new CommonProblem(
                    "StorageFull",
                    "There is no room",
                    Problem.of(507, "storage-full", "There is no room", "20 GB may be stored, and 19.9 GB are")));

    /** Those that any operation can answer with. */
    static final List<CommonProblem> ALWAYS = List.of(NOT_AUTHENTICATED, NOT_ALLOWED, TOO_MANY, INTERNAL, UNAVAILABLE);

    /** Those of an operation with a body. */
    static final List<CommonProblem> WITH_BODY = List.of(BAD_REQUEST, TOO_LARGE, UNSUPPORTED);

    CommonProblem {
        requireNonNull(component, "component is null");
        requireNonNull(description, "description is null");
        requireNonNull(example, "example is null");
    }

    /** The HTTP status, as the description writes it. */
    String status() {
        return Integer.toString(example.status());
    }

    /** All that have a component of their own. */
    static List<CommonProblem> all() {
        return List.of(
                BAD_REQUEST,
                NOT_AUTHENTICATED,
                NOT_ALLOWED,
                NOT_FOUND,
                TOO_LARGE,
                UNSUPPORTED,
                TOO_MANY,
                INTERNAL,
                UNAVAILABLE);
    }

    /** The one of a status. */
    static Optional<CommonProblem> ofStatus(String status) {
        return java.util.stream.Stream.concat(all().stream(), OTHERS.stream())
                .filter(problem -> problem.status().equals(status))
                .findFirst();
    }
}
