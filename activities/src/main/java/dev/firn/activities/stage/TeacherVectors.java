package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import dev.firn.training.batch.PairSource;
import dev.firn.training.search.VectorTable;
import java.nio.IntBuffer;
import java.util.Arrays;

/** A teacher's vectors of the texts that some sources use, in the order of the texts' rows. */
final class TeacherVectors {
    private final int[] queryRows;
    private final int[] documentRows;
    private final VectorTable queries;
    private final VectorTable documents;

    TeacherVectors(int[] queryRows, int[] documentRows, VectorTable queries, VectorTable documents) {
        this.queryRows = requireNonNull(queryRows, "queryRows is null");
        this.documentRows = requireNonNull(documentRows, "documentRows is null");
        this.queries = requireNonNull(queries, "queries is null");
        this.documents = requireNonNull(documents, "documents is null");
    }

    VectorTable queries() {
        return queries;
    }

    VectorTable documents() {
        return documents;
    }

    /** A source's pairs as positions in the two tables of vectors. */
    IntBuffer positions(PairSource source) {
        IntBuffer positions = IntBuffer.allocate(2 * source.size());
        for (int pair = 0; pair < source.size(); pair++) {
            positions.put(Arrays.binarySearch(queryRows, source.query(pair)));
            positions.put(Arrays.binarySearch(documentRows, source.document(pair)));
        }
        return positions.flip();
    }

    /** The position of a document's row; below 0 where none of the sources has it in a pair. */
    int documentPosition(int row) {
        return Arrays.binarySearch(documentRows, row);
    }

    int queryRow(int position) {
        return queryRows[position];
    }

    int documentRow(int position) {
        return documentRows[position];
    }
}
