package dev.firn.training.search;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.ProgressListener;
import dev.firn.training.model.TextEmbedder;
import dev.firn.training.model.TextKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Embeds many texts into a {@link VectorFile}, going on where an earlier pass of the same definition was stopped.
 *
 * <p>Texts are embedded {@value #TEXTS_PER_WINDOW} at a time, so that the vectors do not depend on where a pass was stopped. After
 * each window the file is forced to disk, then a note beside it ({@code name.progress}) is replaced that says how many rows are good;
 * the note is deleted when all are.
 */
public final class VectorPass {
    /** How many texts are embedded at a time: files that are cut at its multiples hold the same vectors as one file. */
    public static final int TEXTS_PER_WINDOW = 2048;

    private final TextEmbedder embedder;
    private final String definition;

    /**
     * Prepares passes.
     *
     * @param definition everything that decides the vectors beside the texts themselves; a started file of another definition is
     *     begun anew
     */
    public VectorPass(TextEmbedder embedder, String definition) {
        this.embedder = requireNonNull(embedder, "embedder is null");
        this.definition = requireNonNull(definition, "definition is null");
    }

    /**
     * Writes the vectors of {@code rows} texts. A finished file of this definition and number of rows is written anew only when it
     * does not exist: whoever changes the texts gives another file.
     *
     * @param text gives the text of a row, 0 to {@code rows - 1}
     * @param progress counts texts; when it throws, the finished windows stay for the next pass
     */
    public void write(Path file, TextKind kind, int rows, IntFunction<String> text, ProgressListener progress)
            throws IOException {
        Path note = file.resolveSibling(file.getFileName() + ".progress");
        ObjectNode state = new JsonMapper().createObjectNode();
        state.put("definition", definition);
        state.put("kind", kind.name());
        state.put("rows", rows);
        state.put("dimension", embedder.dimension());
        if (Files.exists(file) && !Files.exists(note)) {
            progress.progress(rows, rows);
            return;
        }
        int done = finishedRows(note, state);
        long rowBytes = (long) embedder.dimension() * Float.BYTES;
        try (FileChannel channel = open(file, note, state, done, rowBytes)) {
            progress.progress(done, rows);
            while (done < rows) {
                int count = Math.min(TEXTS_PER_WINDOW, rows - done);
                List<String> texts =
                        IntStream.range(done, done + count).mapToObj(text).toList();
                int before = done;
                write(
                        channel,
                        embedder.embed(kind, texts, (embedded, ignored) -> progress.progress(before + embedded, rows)));
                channel.force(true);
                done += count;
                writeNote(note, state, done);
                progress.progress(done, rows);
            }
            channel.force(true);
        }
        Files.delete(note);
    }

    /** Opens the file with its first {@code done} rows in place and nothing behind them. */
    private static FileChannel open(Path file, Path note, ObjectNode state, int done, long rowBytes)
            throws IOException {
        if (done == 0) {
            // The note comes first: a file without a note counts as finished
            writeNote(note, state, 0);
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            channel.truncate(VectorFile.start() + done * rowBytes);
            channel.position(0);
            ByteBuffer header = VectorFile.header(
                    state.get("rows").intValue(), state.get("dimension").intValue());
            while (header.hasRemaining()) {
                channel.write(header);
            }
            channel.position(VectorFile.start() + done * rowBytes);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static void write(FileChannel channel, float[] vectors) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(vectors.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vectors);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static int finishedRows(Path note, ObjectNode state) throws IOException {
        if (!Files.exists(note)) {
            return 0;
        }
        JsonNode found = new JsonMapper().readTree(note.toFile());
        boolean same = state.propertyStream().allMatch(field -> field.getValue().equals(found.get(field.getKey())));
        return same ? found.path("done").asInt(0) : 0;
    }

    private static void writeNote(Path note, ObjectNode state, int done) throws IOException {
        ObjectNode content = state.deepCopy().put("done", done);
        Path part = note.resolveSibling(note.getFileName() + ".part");
        Files.writeString(part, content.toString(), StandardCharsets.UTF_8);
        Files.move(part, note, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
