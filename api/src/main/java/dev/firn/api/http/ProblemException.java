package dev.firn.api.http;

import static java.util.Objects.requireNonNull;

/** Ends a request with a problem. */
public final class ProblemException extends RuntimeException {
    private final transient Problem problem;

    public ProblemException(Problem problem) {
        super(requireNonNull(problem, "problem is null").detail());
        this.problem = problem;
    }

    /** What the client is told. */
    public Problem problem() {
        return problem;
    }
}
