package dev.firn.registry.artifact;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an artifact consists of.
 *
 * @param kind what kind of folder it is
 * @param files by name
 */
public record Manifest(String kind, List<File> files) {
    /** The length of a chunk; the last of a file may be shorter. */
    public static final int CHUNK_BYTES = 8 << 20;

    /** No manifest is larger: a folder of 10 TB has 90 MB of chunk digests. */
    static final int MAXIMUM_BYTES = 128 << 20;

    private static final JsonMapper JSON = new JsonMapper();

    public Manifest {
        requireNonNull(kind, "kind is null");
        files = files.stream().sorted(Comparator.comparing(File::name)).toList();
        Set<String> names = new HashSet<>();
        for (File file : files) {
            if (!names.add(file.name())) {
                throw new IllegalArgumentException("two files are called " + file.name());
            }
        }
    }

    /**
     * A file.
     *
     * @param name relative to the folder, with {@code /} between folders
     * @param digest of the whole content
     * @param bytes the length
     * @param chunks the digests of its chunks, in order
     */
    public record File(String name, Digest digest, long bytes, List<Digest> chunks) {

        public File {
            requireNonNull(name, "name is null");
            requireNonNull(digest, "digest is null");
            chunks = List.copyOf(chunks);
            requireSafe(name);
            long expected = (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
            if (bytes < 0 || chunks.size() != expected) {
                throw new IllegalArgumentException(
                        name + " has " + bytes + " bytes and " + chunks.size() + " chunks instead of " + expected);
            }
        }

        private static void requireSafe(String name) {
            for (String part : name.split("/", -1)) {
                if (part.isEmpty()
                        || part.equals(".")
                        || part.equals("..")
                        || part.indexOf('\\') >= 0
                        || part.indexOf('\0') >= 0) {
                    throw new IllegalArgumentException("'" + name + "' is not a name of a file within a folder");
                }
            }
        }
    }

    /** The sum of the files' lengths. */
    public long bytes() {
        return files.stream().mapToLong(File::bytes).sum();
    }

    /** The file of this name. */
    public Optional<File> file(String name) {
        return files.stream().filter(file -> file.name().equals(name)).findFirst();
    }

    /** The bytes whose digest is the artifact's: the same for the same folder. */
    byte[] encoded() {
        ObjectNode root = JSON.createObjectNode();
        root.put("kind", kind);
        ArrayNode list = root.putArray("files");
        for (File file : files) {
            ObjectNode node = list.addObject();
            node.put("name", file.name());
            node.put("sha256", file.digest().hex());
            node.put("bytes", file.bytes());
            ArrayNode chunks = node.putArray("chunkSha256");
            file.chunks().forEach(chunk -> chunks.add(chunk.hex()));
        }
        try {
            return JSON.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of text and numbers can be written", e);
        }
    }

    static Manifest decode(byte[] encoded) {
        try {
            JsonNode root = JSON.readTree(encoded);
            List<File> files = new ArrayList<>();
            for (JsonNode node : root.required("files")) {
                List<Digest> chunks = new ArrayList<>();
                node.required("chunkSha256").forEach(chunk -> chunks.add(new Digest(chunk.asText())));
                files.add(new File(
                        node.required("name").asText(),
                        new Digest(node.required("sha256").asText()),
                        node.required("bytes").asLong(),
                        chunks));
            }
            return new Manifest(root.required("kind").asText(), files);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException("the blob is not a manifest: " + e.getMessage(), e);
        }
    }
}
