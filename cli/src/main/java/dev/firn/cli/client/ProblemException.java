package dev.firn.cli.client;

import static java.util.Objects.requireNonNull;

/** The server refused or failed a request and said why. */
public final class ProblemException extends RuntimeException {
    private final int status;
    private final transient Problem problem;

    ProblemException(int status, Problem problem) {
        super("HTTP " + status + ": " + problem);
        this.status = status;
        this.problem = requireNonNull(problem, "problem is null");
    }

    public int status() {
        return status;
    }

    public Problem problem() {
        return problem;
    }

    /** Whether the request was wrong, so that sending it again cannot help. */
    public boolean wrongInput() {
        return switch (status) {
            case 400, 404, 405, 409, 412, 413, 414, 415, 416, 422 -> true;
            default -> false;
        };
    }

    /** Whether the server, or a proxy before it, says that it is away for the moment. */
    public boolean away() {
        return status == 502 || status == 503 || status == 504;
    }
}
