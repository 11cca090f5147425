package dev.firn.registry.artifact;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Columns;
import dev.firn.registry.Digest;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.blob.Blob;
import dev.firn.registry.blob.BlobStore;
import dev.firn.registry.blob.CorruptBlobException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Folders by their digest. Safe for use by several threads. */
public final class ArtifactStore {
    /** Files on their way at the same time; each may hold a part of 32 MiB in the store's memory. */
    private static final int PARALLEL_FILES = 4;

    private static final int READ_BYTES = 1 << 17;
    private static final int FETCH_ATTEMPTS = 3;

    private final RegistryDatabase database;
    private final BlobStore blobs;
    private final ContentCache cache;

    /**
     * @param cache a local folder for files that were fetched or published; may be shared by processes
     * @param maximumCacheBytes how much it may hold between calls
     */
    public ArtifactStore(RegistryDatabase database, BlobStore blobs, Path cache, long maximumCacheBytes) {
        this.database = requireNonNull(database, "database is null");
        this.blobs = requireNonNull(blobs, "blobs is null");
        this.cache = new ContentCache(cache, maximumCacheBytes);
    }

    /**
     * Stores a folder with all its files. Nothing in it may change meanwhile or after: its files may be linked into the
     * cache. Publishing the same content again gives the same reference.
     *
     * @throws IllegalArgumentException when it holds no file, or something that is neither file nor folder
     * @throws dev.firn.registry.blob.StorageFullException when there is no room
     * @throws dev.firn.registry.blob.ObjectStoreException when the object store fails
     */
    public ArtifactReference publish(Path folder, String kind) {
        requireNonNull(kind, "kind is null");
        List<Callable<Manifest.File>> work = new ArrayList<>();
        for (Path file : regularFiles(folder)) {
            String name = folder.relativize(file).toString().replace(java.io.File.separatorChar, '/');
            work.add(() -> publishFile(file, name));
        }
        if (work.isEmpty()) {
            throw new IllegalArgumentException("the folder " + folder + " holds no file");
        }
        Manifest manifest = new Manifest(kind, inParallel(work));
        Blob blob = blobs.put(manifest.encoded(), (handle, stored) -> insert(handle, stored.digest(), manifest));
        evict();
        return new ArtifactReference(kind, blob.digest(), manifest.bytes());
    }

    private static List<Path> regularFiles(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            List<Path> files = new ArrayList<>();
            for (Path path : (Iterable<Path>) paths::iterator) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    files.add(path);
                } else if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    throw new IllegalArgumentException(path + " is neither a file nor a folder");
                }
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " cannot be read", e);
        }
    }

    private Manifest.File publishFile(Path file, String name) throws IOException {
        Manifest.File described = describe(file, name);
        blobs.put(file, new Blob(described.digest(), described.bytes()));
        cache.add(described.digest(), file);
        return described;
    }

    /** The file's digests, in one pass over it. */
    static Manifest.File describe(Path file, String name) throws IOException {
        MessageDigest whole = Digest.newMessageDigest();
        MessageDigest chunk = Digest.newMessageDigest();
        List<Digest> chunks = new ArrayList<>();
        byte[] buffer = new byte[READ_BYTES];
        long bytes = 0;
        int inChunk = 0;
        try (InputStream in = Files.newInputStream(file)) {
            while (true) {
                int read = in.read(buffer, 0, Math.min(buffer.length, Manifest.CHUNK_BYTES - inChunk));
                if (read < 0) {
                    break;
                }
                whole.update(buffer, 0, read);
                chunk.update(buffer, 0, read);
                bytes += read;
                inChunk += read;
                if (inChunk == Manifest.CHUNK_BYTES) {
                    chunks.add(Digest.fromBytes(chunk.digest()));
                    inChunk = 0;
                }
            }
        }
        if (inChunk > 0) {
            chunks.add(Digest.fromBytes(chunk.digest()));
        }
        return new Manifest.File(name, Digest.fromBytes(whole.digest()), bytes, chunks);
    }

    private static void insert(Handle handle, Digest digest, Manifest manifest) {
        boolean created = handle.createQuery("""
                            insert into artifact (digest, kind, bytes, files)
                            values (:digest, :kind, :bytes, :files)
                            on conflict (digest) do update set touched_at = now()
                            returning xmax = 0""")
                .bind("digest", digest)
                .bind("kind", manifest.kind())
                .bind("bytes", manifest.bytes())
                .bind("files", manifest.files().size())
                .mapTo(Boolean.class)
                .one();
        if (!created) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch("""
                    insert into artifact_file (artifact, name, digest, bytes)
                    values (:artifact, :name, :digest, :bytes)""");
        for (Manifest.File file : manifest.files()) {
            batch.bind("artifact", digest)
                    .bind("name", file.name())
                    .bind("digest", file.digest())
                    .bind("bytes", file.bytes())
                    .add();
        }
        batch.execute();
    }

    /**
     * Puts the artifact's files into a folder, each verified. The files may be links into the cache: they must not be
     * changed.
     *
     * @param folder is made when it is missing; must not hold files of these names
     * @throws CorruptBlobException when something of it is damaged or missing in the store; it is then in quarantine
     * @throws NotFoundException when there is no such artifact
     * @throws IllegalArgumentException when it is of another kind
     */
    public void fetch(ArtifactReference reference, Path folder) {
        Manifest manifest = manifest(reference.digest());
        if (!manifest.kind().equals(reference.kind())) {
            throw new IllegalArgumentException("the artifact " + reference.digest() + " is of kind " + manifest.kind()
                    + ", not " + reference.kind());
        }
        List<Callable<Boolean>> work = new ArrayList<>();
        for (Manifest.File file : manifest.files()) {
            work.add(() -> {
                fetchFile(file, folder.resolve(file.name()));
                return true;
            });
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " cannot be made", e);
        }
        inParallel(work);
        evict();
    }

    private void fetchFile(Manifest.File file, Path target) throws IOException {
        Files.createDirectories(target.toAbsolutePath().getParent());
        if (Files.exists(target)) {
            throw new IOException(target + " exists");
        }
        for (int attempt = 1; ; attempt++) {
            if (!cache.has(file.digest())) {
                blobs.fetch(file.digest(), cache.place(file.digest()));
            }
            try {
                cache.give(file.digest(), target);
                return;
            } catch (NoSuchFileException e) {
                // another process made room between the two calls
                if (attempt == FETCH_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /**
     * The artifact's manifest, verified.
     *
     * @throws CorruptBlobException when it is damaged or missing in the store
     * @throws NotFoundException when there is no such artifact
     */
    public Manifest manifest(Digest artifact) {
        return Manifest.decode(blobs.read(artifact, Manifest.MAXIMUM_BYTES));
    }

    /** The artifact with this digest, if it was published. */
    public Optional<ArtifactReference> find(Digest artifact) {
        return database.inTransaction(handle -> handle.createQuery(
                        "select kind, bytes from artifact where digest = :digest")
                .bind("digest", artifact)
                .map((row, context) -> new ArtifactReference(row.getString("kind"), artifact, row.getLong("bytes")))
                .findOne());
    }

    /** Whether the artifact was published and nothing of it is known to be damaged. */
    public boolean exists(Digest artifact) {
        return database.inTransaction(handle -> handle.createQuery("""
                        select exists (select 1 from artifact a join blob b on b.digest = a.digest
                                       where a.digest = :digest and b.state = 'STORED')
                           and not exists (select 1 from artifact_file f join blob b on b.digest = f.digest
                                           where f.artifact = :digest and b.state <> 'STORED')""")
                .bind("digest", artifact)
                .mapTo(Boolean.class)
                .one());
    }

    /**
     * The artifact's files by name.
     *
     * @throws NotFoundException when there is no such artifact
     */
    public List<ArtifactFile> listFiles(Digest artifact) {
        List<ArtifactFile> files = database.inTransaction(handle -> handle.createQuery("""
                        select name, digest, bytes from artifact_file
                        where artifact = :artifact order by name collate "C\"""")
                .bind("artifact", artifact)
                .map((row, context) ->
                        new ArtifactFile(row.getString("name"), Columns.digest(row, "digest"), row.getLong("bytes")))
                .list());
        if (files.isEmpty()) {
            throw new NotFoundException("there is no artifact " + artifact);
        }
        return files;
    }

    /**
     * A file of the artifact, or a part of one. Every byte is verified before it is given, chunk by chunk; 8 MiB are
     * held at a time.
     *
     * @param offset from where, up to the file's length
     * @param length how many bytes at most
     * @throws NotFoundException when there is no such artifact or file
     * @throws CorruptBlobException here or while reading, when it is damaged or missing in the store
     */
    public InputStream openFile(Digest artifact, String name, long offset, long length) {
        Manifest.File file = manifest(artifact)
                .file(name)
                .orElseThrow(() -> new NotFoundException("the artifact " + artifact + " has no file " + name));
        if (offset < 0 || offset > file.bytes() || length < 0) {
            throw new IllegalArgumentException(
                    "no " + length + " bytes at " + offset + " in a file of " + file.bytes() + " bytes");
        }
        return new VerifiedInputStream(blobs, file, offset, Math.min(length, file.bytes() - offset));
    }

    /** A file of the artifact, as {@link #openFile(Digest, String, long, long)}. */
    public InputStream openFile(Digest artifact, String name) {
        return openFile(artifact, name, 0, Long.MAX_VALUE);
    }

    private void evict() {
        try {
            cache.evict();
        } catch (IOException e) {
            throw new UncheckedIOException("the cache could not be kept within its bound", e);
        }
    }

    private static <T> List<T> inParallel(List<Callable<T>> work) {
        ExecutorService executor = Executors.newFixedThreadPool(Math.min(PARALLEL_FILES, Math.max(1, work.size())));
        List<Future<T>> futures = work.stream().map(executor::submit).toList();
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case RuntimeException runtime -> runtime;
                case IOException io -> new UncheckedIOException(io.getMessage(), io);
                default -> new IllegalStateException(e.getCause());
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while files were on their way", e);
        } finally {
            // What has begun is left to end: an interrupt in the midst of an upload would leave its connection half
            // used.
            futures.forEach(future -> future.cancel(false));
            executor.close();
        }
    }
}
