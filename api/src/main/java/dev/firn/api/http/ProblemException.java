package dev.firn.api.http;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/** Ends a request with a problem. */
public final class ProblemException extends RuntimeException {
    private final transient Problem problem;
    private final transient Map<String, String> headers;

    public ProblemException(Problem problem) {
        this(problem, Map.of());
    }

    /**
     * A problem whose answer says more in headers.
     *
     * @param headers by name
     */
    public ProblemException(Problem problem, Map<String, String> headers) {
        super(requireNonNull(problem, "problem is null").detail());
        this.problem = problem;
        this.headers = Map.copyOf(headers);
    }

    /** What the client is told. */
    public Problem problem() {
        return problem;
    }

    /** What the answer's headers say besides. */
    public Map<String, String> headers() {
        return headers;
    }
}
