package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.SpecificationPlaces;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/**
 * What is wrong with a specification, and where.
 *
 * @param field the field's names with dots; empty when it is about the whole
 * @param line the line of the text where the field stands, or the nearest one around it; null when there is none
 */
record FaultRow(String field, String detail, Integer line) {
    FaultRow {
        requireNonNull(field, "field is null");
        requireNonNull(detail, "detail is null");
    }

    /** The faults of a text, in the order of its lines. */
    static List<FaultRow> of(List<Fault> faults, String text) {
        SpecificationPlaces places = SpecificationPlaces.of(text);
        return faults.stream()
                .map(fault -> {
                    OptionalInt line = places.line(fault.pointer());
                    return new FaultRow(
                            field(fault.pointer()), fault.detail(), line.isPresent() ? line.getAsInt() : null);
                })
                .sorted(Comparator.comparing(
                        row -> row.line() == null ? Integer.valueOf(Integer.MAX_VALUE) : row.line()))
                .toList();
    }

    private static String field(String pointer) {
        return pointer.isEmpty()
                ? ""
                : pointer.substring(1).replace('/', '.').replace("~1", "/").replace("~0", "~");
    }
}
