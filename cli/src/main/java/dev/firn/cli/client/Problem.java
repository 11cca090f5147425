package dev.firn.cli.client;

import java.util.List;

/** An error as the server tells it (RFC 9457), with a pointer to each wrong field. */
public record Problem(String type, String title, Integer status, String detail, List<Fault> errors) {
    public Problem {
        errors = errors == null ? List.of() : List.copyOf(errors);
    }

    /**
     * One thing that is wrong.
     *
     * @param pointer a JSON pointer into what was sent; null or empty for the whole
     */
    public record Fault(String pointer, String detail) {}
}
