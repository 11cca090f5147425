package dev.firn.bench.drill;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** The files of an embedded object store, as they lie on the disk. */
final class StoredBlobs {
    private static final JsonMapper JSON = new JsonMapper();

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

    private Path blob(String digest) {
        return folder.resolve("blobs")
                .resolve("sha256")
                .resolve(digest.substring(0, 2))
                .resolve(digest);
    }
}
