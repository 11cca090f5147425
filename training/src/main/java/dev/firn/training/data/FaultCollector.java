package dev.firn.training.data;

import java.util.ArrayList;
import java.util.List;

/** Gathers what is wrong with one element of a definition. */
final class FaultCollector {
    /** Faults told of one file; the rest are counted. */
    static final int TOLD_OF_A_FILE = 20;

    private final DataFault.Section section;
    private final int index;
    private final List<DataFault> faults;
    private final int before;

    /** Adds to a list that is shared by all elements. */
    FaultCollector(DataFault.Section section, int index, List<DataFault> faults) {
        this.section = section;
        this.index = index;
        this.faults = faults;
        this.before = faults.size();
    }

    void add(String pointer, String message) {
        faults.add(new DataFault(section, index, pointer, message));
    }

    /** Whether this element has had a fault. */
    boolean any() {
        return faults.size() > before;
    }

    OfFile file(String pointer, Object file) {
        return new OfFile(pointer, file.toString());
    }

    /** Faults of the lines of one file; closing it says how many were not told. */
    final class OfFile implements AutoCloseable {
        private final String pointer;
        private final String file;
        private final List<DataFault> told = new ArrayList<>();
        private long untold;

        private OfFile(String pointer, String file) {
            this.pointer = pointer;
            this.file = file;
        }

        void line(long line, String message) {
            if (told.size() == TOLD_OF_A_FILE) {
                untold++;
                return;
            }
            DataFault fault = new DataFault(section, index, pointer, file + ":" + line + ": " + message);
            told.add(fault);
            faults.add(fault);
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
