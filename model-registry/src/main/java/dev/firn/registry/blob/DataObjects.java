package dev.firn.registry.blob;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Objects that data are read from. Nothing is written, and never is anything read from the bucket that Firn keeps its own files in.
 * Objects are copied to the disk piece by piece, since the readers of some formats go back and forth in a file.
 */
public final class DataObjects {
    /** What one location may hold. */
    static final int MOST_OBJECTS = 100_000;

    private static final int COPY_BYTES = 1 << 16;

    private final ObjectStoreSettings settings;
    private final String variables;
    private final Optional<String> reserved;

    private DataObjects(ObjectStoreSettings settings, String variables, Optional<String> reserved) {
        this.settings = settings;
        this.variables = variables;
        this.reserved = reserved;
    }

    /** Other buckets of the store that Firn keeps its files in, by the same keys. */
    public static DataObjects besides(ObjectStoreSettings own) {
        return new DataObjects(own, ObjectStore.OWN_VARIABLES, Optional.of(own.bucket()));
    }

    /**
     * Another store.
     *
     * @param own where Firn keeps its files, which may be the same store by other keys
     * @param variables the beginning of the names of what configures the keys, for messages
     */
    public static DataObjects of(
            URI endpoint,
            String accessKey,
            String secretKey,
            String region,
            ObjectStoreSettings own,
            String variables) {
        return new DataObjects(
                new ObjectStoreSettings(endpoint, accessKey, secretKey, own.bucket(), region),
                variables,
                Optional.of(own.bucket()).filter(bucket -> own.endpoint().equals(endpoint)));
    }

    /**
     * Copies an object; or, where there is none of that key, all objects below it.
     *
     * @param folder what is copied lies in it under the bucket and the key; what is there already is not copied again
     * @return where it lies; nothing is there when the store has nothing
     * @throws ObjectStoreException when the store does not give it, or it is Firn's own bucket
     * @throws IOException when the disk has no room for it
     */
    public Path fetch(ObjectLocation location, Path folder) throws IOException {
        requireNonNull(folder, "folder is null");
        if (reserved.equals(Optional.of(location.bucket()))) {
            throw new ObjectStoreException(location + " is in the bucket of this server's own files", false, null);
        }
        Path bucket = folder.resolve(location.bucket());
        Path target = bucket.resolve(location.key());
        ObjectStoreSettings there = new ObjectStoreSettings(
                settings.endpoint(), settings.accessKey(), settings.secretKey(), location.bucket(), settings.region());
        try (ObjectStore store = new ObjectStore(there, variables, false)) {
            Map<String, Long> sizes = new TreeMap<>();
            OptionalLong size = location.key().isEmpty() ? OptionalLong.empty() : store.size(location.key());
            if (size.isPresent()) {
                sizes.put(location.key(), size.getAsLong());
            } else {
                sizes.putAll(store.sizes(location.key().isEmpty() ? "" : location.key() + "/", MOST_OBJECTS));
            }
            requireRoom(location, sizes, Files.createDirectories(folder));
            for (Map.Entry<String, Long> object : sizes.entrySet()) {
                copy(store, object.getKey(), object.getValue(), bucket);
            }
        }
        return target;
    }

    private static void requireRoom(ObjectLocation location, Map<String, Long> sizes, Path folder) throws IOException {
        long bytes = sizes.values().stream().mapToLong(Long::longValue).sum();
        long free = Files.getFileStore(folder).getUsableSpace();
        if (bytes > free) {
            throw new IOException(
                    "%s has %,d bytes, and the disk of %s has room for %,d".formatted(location, bytes, folder, free));
        }
    }

    private static void copy(ObjectStore store, String key, long bytes, Path bucket) throws IOException {
        // Told apart as paths, so that no key leads out of the folder or into another's file
        Path target = bucket.resolve(
                ObjectLocation.parse("s3://" + bucket.getFileName() + "/" + key).key());
        if (Files.isRegularFile(target) && Files.size(target) == bytes) {
            return;
        }
        Files.createDirectories(target.getParent());
        try (InputStream content = store.open(key);
                OutputStream file = Files.newOutputStream(target)) {
            byte[] piece = new byte[COPY_BYTES];
            long copied = 0;
            int read = read(store, key, content, piece);
            while (read >= 0) {
                file.write(piece, 0, read);
                copied += read;
                read = read(store, key, content, piece);
            }
            if (copied != bytes) {
                throw store.interrupted(key, new IOException(copied + " of " + bytes + " bytes came"));
            }
        } catch (ObjectStore.NoSuchObjectException e) {
            throw new ObjectStoreException(key + " was deleted while it was read", false, e);
        }
    }

    private static int read(ObjectStore store, String key, InputStream content, byte[] piece) {
        try {
            return content.read(piece);
        } catch (IOException e) {
            throw store.interrupted(key, e);
        }
    }
}
