package dev.firn.workflows.specification;

import static java.util.Objects.requireNonNull;

/**
 * One thing that is wrong with a specification.
 *
 * @param pointer JSON pointer (RFC 6901) of the field
 * @param detail what is wrong, for people
 */
public record Fault(String pointer, String detail) {
    public Fault {
        requireNonNull(pointer, "pointer is null");
        requireNonNull(detail, "detail is null");
    }
}
