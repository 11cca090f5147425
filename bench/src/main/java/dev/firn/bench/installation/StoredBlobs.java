package dev.firn.bench.installation;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of an embedded object store, as they lie on the disk. */
final class StoredBlobs {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    private final Path folder;

    /** Those of a bucket's folder. */
    StoredBlobs(Path folder) {
        this.folder = requireNonNull(folder, "folder is null");
    }

    /**
     * Flips a bit in the middle of the largest file of an artifact.
     *
     * @param manifest the digest of the artifact's manifest, hexadecimal
     * @return the digest of the file
     */
    String corrupt(String manifest) throws IOException {
        JsonNode largest = null;
        for (JsonNode file : JSON.readTree(blob(manifest).toFile()).path("files")) {
            if (largest == null
                    || file.path("bytes").asLong() > largest.path("bytes").asLong()) {
                largest = file;
            }
        }
        if (largest == null) {
            throw new IOException("the artifact " + manifest + " has no files");
        }
        String digest = largest.path("sha256").asText();
        try (RandomAccessFile file = new RandomAccessFile(blob(digest).toFile(), "rw")) {
            long middle = file.length() / 2;
            file.seek(middle);
            int value = file.read();
            file.seek(middle);
            file.write(value ^ 1);
        }
        return digest;
    }

    /** How many bytes all of them have; those that are still being written do not count. */
    long bytes() throws IOException {
        try (Stream<Path> files = Files.walk(blobs())) {
            long bytes = 0;
            for (Path file : (Iterable<Path>) files::iterator) {
                if (DIGEST.matcher(file.getFileName().toString()).matches()) {
                    bytes += Files.size(file);
                }
            }
            return bytes;
        }
    }

    private Path blobs() {
        return folder.resolve("blobs").resolve("sha256");
    }

    private Path blob(String digest) {
        return blobs().resolve(digest.substring(0, 2)).resolve(digest);
    }
}
