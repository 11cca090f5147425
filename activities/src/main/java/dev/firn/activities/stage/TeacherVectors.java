package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import dev.firn.training.batch.PairSource;
import dev.firn.training.data.TextTable;
import dev.firn.training.model.TextKind;
import dev.firn.training.search.VectorFile;
import dev.firn.training.search.VectorPass;
import dev.firn.training.search.VectorTable;
import dev.firn.training.teacher.Teacher;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A teacher's vectors of the texts that some sources use: each text once, in the order of its row. They lie in files, so
 * that mining need not embed again what filtering embedded.
 */
final class TeacherVectors {
    private static final String DEFINITION_FILE = "teacher.json";

    private final int[] queryRows;
    private final int[] documentRows;
    private final VectorTable queries;
    private final VectorTable documents;

    private TeacherVectors(int[] queryRows, int[] documentRows, VectorTable queries, VectorTable documents) {
        this.queryRows = requireNonNull(queryRows, "queryRows is null");
        this.documentRows = requireNonNull(documentRows, "documentRows is null");
        this.queries = requireNonNull(queries, "queries is null");
        this.documents = requireNonNull(documents, "documents is null");
    }

    /**
     * Embeds the texts of the sources' pairs, unless an earlier folder has this teacher's vectors of them.
     *
     * @param earlier a folder that this method filled for the same dataset; it is only read
     * @param folder an empty folder
     */
    static TeacherVectors of(
            StageContext context,
            Teacher teacher,
            List<PairSource> sources,
            TextTable queries,
            TextTable documents,
            Optional<Path> earlier,
            Path folder,
            Arena arena)
            throws IOException {
        int[] queryRows = rows(sources, 0);
        int[] documentRows = rows(sources, 1);
        String definition = definition(teacher, sources);
        Path present = folder;
        if (earlier.isPresent()
                && Files.readString(earlier.get().resolve(DEFINITION_FILE)).equals(definition)) {
            present = earlier.get();
        } else {
            int total = queryRows.length + documentRows.length;
            embed(context, teacher, TextKind.QUERY, queries, queryRows, folder, 0, total);
            embed(context, teacher, TextKind.DOCUMENT, documents, documentRows, folder, queryRows.length, total);
            Files.writeString(folder.resolve(DEFINITION_FILE), definition);
        }
        return new TeacherVectors(
                queryRows,
                documentRows,
                VectorFile.map(file(present, TextKind.QUERY), arena),
                VectorFile.map(file(present, TextKind.DOCUMENT), arena));
    }

    /** Within one dataset the names of the sources decide the texts. */
    private static String definition(Teacher teacher, List<PairSource> sources) {
        return teacher.definition() + "\n"
                + sources.stream().map(PairSource::name).toList() + "\n";
    }

    private static Path file(Path folder, TextKind kind) {
        return folder.resolve(
                switch (kind) {
                    case QUERY -> "queries.npy";
                    case DOCUMENT -> "documents.npy";
                });
    }

    private static int[] rows(List<PairSource> sources, int side) {
        return sources.stream()
                .flatMapToInt(source -> IntStream.range(0, source.size())
                        .map(pair -> side == 0 ? source.query(pair) : source.document(pair)))
                .sorted()
                .distinct()
                .toArray();
    }

    private static void embed(
            StageContext context,
            Teacher teacher,
            TextKind kind,
            TextTable texts,
            int[] rows,
            Path folder,
            int before,
            int total)
            throws IOException {
        new VectorPass(teacher, teacher.definition())
                .write(
                        file(folder, kind),
                        kind,
                        rows.length,
                        row -> texts.text(rows[row]),
                        (done, ignored) -> context.count("embedding texts with the teacher", before + done, total));
    }

    VectorTable queries() {
        return queries;
    }

    VectorTable documents() {
        return documents;
    }

    /** Number of texts that were embedded. */
    int size() {
        return queryRows.length + documentRows.length;
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

    int queryRow(int position) {
        return queryRows[position];
    }

    int documentRow(int position) {
        return documentRows[position];
    }
}
