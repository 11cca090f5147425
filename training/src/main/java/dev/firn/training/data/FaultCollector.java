package dev.firn.training.data;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects what is wrong with one element of a definition. Of the faults in a file's lines the first {@value
 * #TOLD_OF_A_FILE} are told, the others counted.
 *
 * <p>Where bad records are left out, their faults are none until there are more than the limit.
 */
final class FaultCollector {
    private static final int TOLD_OF_A_FILE = 20;

    private final DataFault.Section section;
    private final int index;
    private final List<DataFault> faults;
    private final BadRecords policy;
    private final int before;
    private final List<String> skippedRecords = new ArrayList<>();
    private long skipped;

    /** Adds to a list that is shared by all elements. */
    FaultCollector(DataFault.Section section, int index, List<DataFault> faults) {
        this(section, index, faults, BadRecords.REFUSED);
    }

    FaultCollector(DataFault.Section section, int index, List<DataFault> faults, BadRecords policy) {
        this.section = section;
        this.index = index;
        this.faults = faults;
        this.policy = policy;
        this.before = faults.size();
    }

    void add(String pointer, String message) {
        faults.add(new DataFault(section, index, pointer, message));
    }

    /** Whether this element has had a fault. */
    boolean any() {
        return faults.size() > before;
    }

    /** Number of records left out as bad. */
    long skipped() {
        return skipped;
    }

    /** The first records left out, with file, line and what is wrong with each. */
    List<String> skippedRecords() {
        return skippedRecords;
    }

    OfFile file(String pointer, Object file) {
        return new OfFile(pointer, file.toString());
    }

    /** Faults of the lines of one file; closing it says how many were not told. */
    final class OfFile implements AutoCloseable {
        private final String pointer;
        private final String file;
        private int told;
        private long untold;

        private OfFile(String pointer, String file) {
            this.pointer = pointer;
            this.file = file;
        }

        /** A record that cannot be understood. */
        void line(long line, String message) {
            if (!policy.skipped()) {
                tell(line, message);
                return;
            }
            skipped++;
            if (skippedRecords.size() < TOLD_OF_A_FILE) {
                skippedRecords.add(file + ":" + line + ": " + message);
            }
            if (skipped == policy.limit() + 1) {
                skippedRecords.forEach(record -> add(pointer, record));
                whole("more than " + policy.limit() + " bad records, which is the limit; line " + line + " is one");
            }
        }

        /** A line behind which nothing can be read. */
        void broken(long line, String message) {
            tell(line, message);
        }

        private void tell(long line, String message) {
            if (told == TOLD_OF_A_FILE) {
                untold++;
                return;
            }
            told++;
            add(pointer, file + ":" + line + ": " + message);
        }

        void whole(String message) {
            add(pointer, file + ": " + message);
        }

        @Override
        public void close() {
            if (untold > 0) {
                whole("and " + untold + " more faults");
            }
        }
    }
}
