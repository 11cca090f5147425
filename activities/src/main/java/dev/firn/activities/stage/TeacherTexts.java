package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.stage.Ranges.Range;
import dev.firn.training.ProgressListener;
import dev.firn.training.batch.PairSource;
import dev.firn.training.data.TextTable;
import dev.firn.training.model.TextKind;
import dev.firn.training.search.VectorFile;
import dev.firn.training.search.VectorPass;
import dev.firn.training.search.VectorTable;
import dev.firn.training.teacher.Teacher;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The texts that some sources use, each once, in the order of its row; a teacher embeds them shard by shard. */
final class TeacherTexts {
    private static final String DEFINITION_FILE = "teacher.json";
    private static final String PART_FILE = "vectors.npy";

    private final List<String> sources;
    private final TextTable queries;
    private final TextTable documents;
    private final int[] queryRows;
    private final int[] documentRows;
    private final List<Shard> shards = new ArrayList<>();

    /** Some texts of one kind, in positions. */
    private record Shard(TextKind kind, Range range) {}

    TeacherTexts(List<PairSource> sources, TextTable queries, TextTable documents) {
        this.sources = sources.stream().map(PairSource::name).toList();
        this.queries = requireNonNull(queries, "queries is null");
        this.documents = requireNonNull(documents, "documents is null");
        this.queryRows = rows(sources, 0);
        this.documentRows = rows(sources, 1);
        Ranges.of(queryRows.length).forEach(range -> shards.add(new Shard(TextKind.QUERY, range)));
        Ranges.of(documentRows.length).forEach(range -> shards.add(new Shard(TextKind.DOCUMENT, range)));
    }

    private static int[] rows(List<PairSource> sources, int side) {
        return sources.stream()
                .flatMapToInt(source -> IntStream.range(0, source.size())
                        .map(pair -> side == 0 ? source.query(pair) : source.document(pair)))
                .sorted()
                .distinct()
                .toArray();
    }

    /** Number of texts. */
    int size() {
        return queryRows.length + documentRows.length;
    }

    /** Rows of the queries, ascending. */
    int[] queryRows() {
        return queryRows.clone();
    }

    /** Rows of the documents, ascending. */
    int[] documentRows() {
        return documentRows.clone();
    }

    /** Number of texts of each shard. */
    List<Long> sizes() {
        return Ranges.sizes(shards.stream().map(Shard::range).toList());
    }

    /** Embeds the texts of a shard into an empty folder. */
    void embed(int shard, Teacher teacher, Path folder, ProgressListener progress) throws IOException {
        Shard part = shards.get(shard);
        TextTable texts = part.kind() == TextKind.QUERY ? queries : documents;
        int[] rows = part.kind() == TextKind.QUERY ? queryRows : documentRows;
        new VectorPass(teacher, teacher.definition())
                .write(
                        folder.resolve(PART_FILE),
                        part.kind(),
                        part.range().size(),
                        row -> texts.text(rows[part.range().first() + row]),
                        progress);
        Files.writeString(folder.resolve(DEFINITION_FILE), teacher.definition());
    }

    /**
     * Puts the shards' vectors together.
     *
     * @param parts the shards' folders in their order, at least one
     * @param folder an empty folder
     */
    void gather(List<Path> parts, Path folder) throws IOException {
        String definition = Files.readString(parts.getFirst().resolve(DEFINITION_FILE));
        for (Path part : parts) {
            if (!Files.readString(part.resolve(DEFINITION_FILE)).equals(definition)) {
                throw new PermanentFailure("Workers of different versions embedded with the teacher: one has "
                        + definition + ", another " + Files.readString(part.resolve(DEFINITION_FILE))
                        + ". Run one version, then retry the run");
            }
        }
        int dimension;
        try (Arena arena = Arena.ofConfined()) {
            dimension =
                    VectorFile.map(parts.getFirst().resolve(PART_FILE), arena).dimension();
        }
        for (TextKind kind : TextKind.values()) {
            List<Path> files = IntStream.range(0, shards.size())
                    .filter(i -> shards.get(i).kind() == kind)
                    .mapToObj(i -> parts.get(i).resolve(PART_FILE))
                    .toList();
            VectorFile.concatenate(file(folder, kind), files, dimension);
        }
        Files.writeString(folder.resolve(DEFINITION_FILE), definition + "\n" + sources + "\n");
    }

    /** Whether a folder that was gathered by the same teacher has the vectors of these texts: names of sources decide the texts. */
    boolean gatheredIn(Path folder) throws IOException {
        return Files.readString(folder.resolve(DEFINITION_FILE)).endsWith("\n" + sources + "\n");
    }

    private static Path file(Path folder, TextKind kind) {
        return folder.resolve(
                switch (kind) {
                    case QUERY -> "queries.npy";
                    case DOCUMENT -> "documents.npy";
                });
    }

    /** Maps the vectors of a folder that was gathered. */
    TeacherVectors vectors(Path folder, Arena arena) throws IOException {
        VectorTable queryVectors = VectorFile.map(file(folder, TextKind.QUERY), arena);
        VectorTable documentVectors = VectorFile.map(file(folder, TextKind.DOCUMENT), arena);
        return new TeacherVectors(queryRows, documentRows, queryVectors, documentVectors);
    }
}
