package dev.firn.training.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Pair sources as files of a folder: {@code sources.json} names them in order, {@code <position>.pairs} and
 * {@code <position>.negatives} hold their row numbers as little-endian 32-bit integers. Reading maps the files, so the
 * folder must stay while the sources are used. The same sources give the same bytes.
 *
 * <p>Limit: a file has at most 2 GiB, which is 268 million pairs.
 */
public final class PairSourceFiles {
    private static final String INDEX = "sources.json";
    private static final int COPIED_INTS = 1 << 14;
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private PairSourceFiles() {}

    /** Writes sources to a folder, which must exist. */
    public static void write(Path folder, List<PairSource> sources) throws IOException {
        ArrayNode index = MAPPER.createArrayNode();
        for (int i = 0; i < sources.size(); i++) {
            PairSource source = sources.get(i);
            ObjectNode entry = index.addObject();
            entry.put("name", source.name());
            entry.put("language", source.language());
            entry.put("pairs", source.size());
            entry.put("negativesPerPair", source.negativesPerPair());
            write(folder.resolve(i + ".pairs"), source.pairs());
            if (source.negatives() != null) {
                write(folder.resolve(i + ".negatives"), source.negatives());
            }
        }
        Files.writeString(folder.resolve(INDEX), MAPPER.writeValueAsString(index) + "\n");
    }

    /**
     * Maps the sources of a folder.
     *
     * @throws IOException when a file is missing, or its length is not what the index says
     */
    public static List<PairSource> read(Path folder) throws IOException {
        JsonNode index = MAPPER.readTree(folder.resolve(INDEX).toFile());
        List<PairSource> sources = new ArrayList<>();
        for (int i = 0; i < index.size(); i++) {
            JsonNode entry = index.get(i);
            long pairs = entry.path("pairs").asLong();
            int negativesPerPair = entry.path("negativesPerPair").asInt();
            sources.add(new PairSource(
                    entry.path("name").asText(),
                    entry.path("language").asText(),
                    map(folder.resolve(i + ".pairs"), 2 * pairs),
                    negativesPerPair == 0 ? null : map(folder.resolve(i + ".negatives"), pairs * negativesPerPair),
                    negativesPerPair));
        }
        return List.copyOf(sources);
    }

    /** Writes the integers of a buffer from 0 to its limit, little-endian. */
    public static void write(Path file, IntBuffer values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(COPIED_INTS * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (int start = 0; start < values.limit(); start += COPIED_INTS) {
                int count = Math.min(COPIED_INTS, values.limit() - start);
                bytes.clear();
                bytes.asIntBuffer().put(values.slice(start, count));
                bytes.limit(count * Integer.BYTES);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        }
    }

    /** Maps a file of little-endian integers, as {@link #write(Path, IntBuffer)} writes them. */
    public static IntBuffer readIntegers(Path file) throws IOException {
        return map(file, Files.size(file) / Integer.BYTES);
    }

    /** Maps a file of little-endian integers. */
    private static IntBuffer map(Path file, long expected) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() != expected * Integer.BYTES) {
                throw new IOException(file + " has " + channel.size() + " bytes, expected " + expected * Integer.BYTES);
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asIntBuffer();
        }
    }
}
