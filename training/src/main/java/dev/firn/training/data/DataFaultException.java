package dev.firn.training.data;

import java.util.List;
import java.util.stream.Collectors;

/** The inputs of a dataset are wrong; says everything that is. Trying again does not help. */
public final class DataFaultException extends RuntimeException {
    private final transient List<DataFault> faults;

    public DataFaultException(List<DataFault> faults) {
        super(faults.stream().map(DataFault::message).collect(Collectors.joining("; ")));
        this.faults = List.copyOf(faults);
    }

    /** All that is wrong, at least one. */
    public List<DataFault> faults() {
        return faults;
    }
}
