package dev.firn.workflows.specification;

import java.util.List;
import java.util.stream.Collectors;

/** A specification was refused; names every fault. */
public final class InvalidSpecificationException extends RuntimeException {
    private final transient List<Fault> faults;

    public InvalidSpecificationException(List<Fault> faults) {
        super(faults.stream()
                .map(fault -> fault.pointer() + ": " + fault.detail())
                .collect(Collectors.joining("; ")));
        this.faults = List.copyOf(faults);
    }

    public List<Fault> faults() {
        return faults;
    }
}
