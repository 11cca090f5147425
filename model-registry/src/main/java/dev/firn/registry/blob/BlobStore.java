package dev.firn.registry.blob;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Columns;
import dev.firn.registry.ConflictException;
import dev.firn.registry.Digest;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.RegistryDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;

/** Content by its digest: rows in the registry, bytes in the object store. Safe for use by several threads. */
public final class BlobStore implements AutoCloseable {
    /** A damaged answer is asked for once more before the blob is called damaged: the wire may be at fault. */
    private static final int READ_ATTEMPTS = 2;

    private static final int COPY_BYTES = 1 << 16;
    private static final String KEY_PREFIX = "blobs/sha256/";
    private static final String OWNER_KEY = "registry-id";
    private static final int OWNER_BYTES = 100;

    private final RegistryDatabase database;
    private final ObjectStore objects;
    private final Path spool;
    private final OptionalLong quota;

    private BlobStore(RegistryDatabase database, ObjectStore objects, Path spool, OptionalLong quota) {
        this.database = database;
        this.objects = objects;
        this.spool = spool;
        this.quota = quota;
    }

    /**
     * Opens the store and makes its bucket when that is missing.
     *
     * @param spool a folder for content on its way; made when it is missing
     * @throws ObjectStoreException when the object store does not answer or refuses the keys
     */
    public static BlobStore open(RegistryDatabase database, ObjectStoreSettings settings, Path spool) {
        return open(database, settings, spool, OptionalLong.empty());
    }

    /**
     * As {@link #open(RegistryDatabase, ObjectStoreSettings, Path)}, with a bound.
     *
     * @param quota how many bytes all blobs together may have; what goes beyond is refused with a
     *     {@link StorageFullException}. It is looked at before each blob, so several that are put at the same time may go
     *     beyond it together
     */
    public static BlobStore open(
            RegistryDatabase database, ObjectStoreSettings settings, Path spool, OptionalLong quota) {
        requireNonNull(database, "database is null");
        try {
            Files.createDirectories(spool);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + spool + " cannot be made", e);
        }
        ObjectStore objects = new ObjectStore(settings);
        try {
            objects.ensureBucket();
        } catch (RuntimeException e) {
            objects.close();
            throw e;
        }
        return new BlobStore(database, objects, spool, quota);
    }

    /**
     * Asks the object store for an answer.
     *
     * @throws ObjectStoreException when there is none
     */
    public void check() {
        objects.check();
    }

    /** Stores content. */
    public Blob put(byte[] content) {
        return put(content, (handle, blob) -> {});
    }

    /**
     * Stores content and writes what names it in the same transaction: one is there when the other is.
     *
     * @param naming writes in the transaction that it is given
     */
    public Blob put(byte[] content, BiConsumer<Handle, Blob> naming) {
        return put(new ByteArrayInputStream(content), naming);
    }

    /** Stores content of any length; it goes through a local file, since its name is known at its end only. */
    public Blob put(InputStream content) {
        return put(content, (handle, blob) -> {});
    }

    private Blob put(InputStream content, BiConsumer<Handle, Blob> naming) {
        try {
            Path spooled = Files.createTempFile(spool, "put-", ".spool");
            try {
                MessageDigest digest = Digest.newMessageDigest();
                long bytes;
                try (OutputStream out = new DigestOutputStream(Files.newOutputStream(spooled), digest)) {
                    bytes = content.transferTo(out);
                }
                return put(spooled, new Blob(Digest.fromBytes(digest.digest()), bytes), naming);
            } finally {
                Files.deleteIfExists(spooled);
            }
        } catch (IOException e) {
            throw local("content could not be spooled under " + spool, e);
        }
    }

    /**
     * Stores a file's content. The file must not change meanwhile.
     *
     * @throws IllegalStateException when the file changed meanwhile
     */
    public Blob put(Path file) {
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), Digest.newMessageDigest())) {
            long bytes = in.transferTo(OutputStream.nullOutputStream());
            return put(file, new Blob(Digest.fromBytes(in.getMessageDigest().digest()), bytes));
        } catch (IOException e) {
            throw local("the file " + file + " could not be read", e);
        }
    }

    /**
     * Stores a file whose digest is known.
     *
     * @param blob the file's digest and length, as just computed
     * @throws IllegalStateException when the file changed meanwhile
     */
    public Blob put(Path file, Blob blob) {
        return put(file, blob, (handle, stored) -> {});
    }

    private Blob put(Path file, Blob blob, BiConsumer<Handle, Blob> naming) {
        UUID intent = Identifiers.next();
        Optional<State> known = database.inTransaction(handle -> {
            Optional<State> state = touch(handle, blob.digest());
            if (state.equals(Optional.of(State.STORED))) {
                naming.accept(handle, blob);
            } else {
                // Others see it at once. Should the database lose it in a crash, the object is young, and found as an
                // orphan.
                handle.execute("set local synchronous_commit = off");
                handle.createUpdate("insert into blob_write_intent (id, digest, bytes) values (:id, :digest, :bytes)")
                        .bind("id", intent)
                        .bind("digest", blob.digest())
                        .bind("bytes", blob.bytes())
                        .execute();
            }
            return state;
        });
        if (known.equals(Optional.of(State.STORED))) {
            return blob;
        }
        // A collection that saw no intent still holds the row of the blob or of its deletion: this waits for it.
        Optional<State> present = database.inTransaction(handle -> {
            Optional<State> state = touch(handle, blob.digest());
            awaitDeletion(handle, blob.digest());
            if (state.equals(Optional.of(State.STORED))) {
                close(handle, intent);
                naming.accept(handle, blob);
            }
            return state;
        });
        if (present.equals(Optional.of(State.STORED))) {
            return blob;
        }
        try {
            requireRoom(blob.bytes());
            upload(file, blob, present.isPresent());
        } catch (StorageFullException e) {
            database.useTransaction(handle -> close(handle, intent));
            throw e;
        }
        database.useTransaction(handle -> {
            handle.createUpdate("""
                            insert into blob (digest, bytes, state) values (:digest, :bytes, 'STORED')
                            on conflict (digest) do update set
                                bytes = excluded.bytes, state = 'STORED', stored_at = now(), touched_at = now(),
                                quarantined_at = null, quarantine_reason = null""")
                    .bind("digest", blob.digest())
                    .bind("bytes", blob.bytes())
                    .execute();
            handle.createUpdate("delete from blob_deletion where digest = :digest")
                    .bind("digest", blob.digest())
                    .execute();
            close(handle, intent);
            naming.accept(handle, blob);
        });
        return blob;
    }

    private void requireRoom(long bytes) {
        if (quota.isEmpty()) {
            return;
        }
        long held = database.inTransaction(
                handle -> handle.createQuery("""
                        select cast(coalesce((select sum(bytes) from blob), 0)
                               + coalesce((select sum(bytes) from blob_deletion), 0) as bigint)""").mapTo(Long.class).one());
        if (held + bytes > quota.getAsLong()) {
            throw new StorageFullException(
                    "the object store holds " + held + " of the " + quota.getAsLong()
                            + " bytes that FIRN_STORAGE_QUOTA allows, and " + bytes
                            + " more were to come; delete checkpoints and call firn gc, or raise it",
                    null);
        }
    }

    private static void close(Handle handle, UUID intent) {
        handle.createUpdate("delete from blob_write_intent where id = :id")
                .bind("id", intent)
                .execute();
    }

    private static void awaitDeletion(Handle handle, Digest digest) {
        handle.createQuery("select 1 from blob_deletion where digest = :digest for update")
                .bind("digest", digest)
                .mapTo(Integer.class)
                .findOne();
    }

    private void upload(Path file, Blob blob, boolean overDamaged) {
        FileStamp before = FileStamp.of(file);
        if (before.bytes() != blob.bytes()) {
            throw new IllegalStateException("the file " + file + " changed while it was being stored");
        }
        String key = key(blob.digest());
        if (overDamaged) {
            objects.put(key, file);
        } else if (!objects.putIfAbsent(key, file, blob.bytes())) {
            // left by a writer that died before its row, or being written by another at this moment
            if (!isWhole(blob.digest())) {
                objects.put(key, file);
            }
        }
        if (!FileStamp.of(file).equals(before)) {
            quarantine(blob.digest(), "its file changed while it was being stored");
            throw new IllegalStateException("the file " + file + " changed while it was being stored");
        }
    }

    private boolean isWhole(Digest digest) {
        String key = key(digest);
        try (DigestInputStream in = new DigestInputStream(objects.open(key), Digest.newMessageDigest())) {
            in.transferTo(OutputStream.nullOutputStream());
            return Digest.fromBytes(in.getMessageDigest().digest()).equals(digest);
        } catch (ObjectStore.NoSuchObjectException e) {
            return false;
        } catch (IOException e) {
            throw objects.interrupted(key, e);
        }
    }

    /** Whether the blob is stored, as far as is known. */
    public boolean exists(Digest digest) {
        return state(digest).filter(state -> state == State.STORED).isPresent();
    }

    /**
     * Writes the blob to a file, verified: the file is replaced as a whole, and only by content with this digest.
     *
     * @throws CorruptBlobException when the blob is damaged or missing
     * @throws NotFoundException when no such blob was ever stored
     */
    public void fetch(Digest digest, Path target) {
        requireStored(digest);
        String key = key(digest);
        Path folder = requireNonNull(target.toAbsolutePath().getParent(), "target has no folder");
        try {
            Path temporary = Files.createTempFile(folder, "." + target.getFileName(), ".part");
            try {
                for (int attempt = 1; attempt <= READ_ATTEMPTS; attempt++) {
                    if (download(key, temporary).equals(digest)) {
                        Files.move(
                                temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                        return;
                    }
                }
            } catch (ObjectStore.NoSuchObjectException e) {
                throw missing(digest);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw local("the file " + target + " could not be written", e);
        }
        throw damaged(digest, "its content has another digest");
    }

    private Digest download(String key, Path target) throws IOException, ObjectStore.NoSuchObjectException {
        MessageDigest digest = Digest.newMessageDigest();
        byte[] buffer = new byte[COPY_BYTES];
        try (InputStream in = objects.open(key);
                OutputStream out = Files.newOutputStream(target)) {
            while (true) {
                int read;
                try {
                    read = in.read(buffer);
                } catch (IOException e) {
                    throw objects.interrupted(key, e);
                }
                if (read < 0) {
                    return Digest.fromBytes(digest.digest());
                }
                digest.update(buffer, 0, read);
                out.write(buffer, 0, read);
            }
        }
    }

    /**
     * The blob's content, verified.
     *
     * @param maximumBytes how large it may be
     * @throws CorruptBlobException when the blob is damaged or missing
     * @throws NotFoundException when no such blob was ever stored
     * @throws IllegalArgumentException when it is larger
     */
    public byte[] read(Digest digest, int maximumBytes) {
        long bytes = requireStored(digest);
        if (bytes > maximumBytes) {
            throw new IllegalArgumentException(
                    "the blob " + digest + " has " + bytes + " bytes, more than " + maximumBytes);
        }
        return readVerified(digest, 0, Math.toIntExact(bytes), digest);
    }

    /**
     * A part of the blob, verified by the part's own digest.
     *
     * @throws CorruptBlobException when the blob is damaged or missing
     * @throws NotFoundException when no such blob was ever stored
     */
    public byte[] readPart(Digest digest, long offset, int length, Digest part) {
        requireStored(digest);
        return readVerified(digest, offset, length, part);
    }

    private byte[] readVerified(Digest digest, long offset, int length, Digest expected) {
        String key = key(digest);
        for (int attempt = 1; attempt <= READ_ATTEMPTS; attempt++) {
            byte[] content = length == 0 ? new byte[0] : download(key, digest, offset, length);
            if (Digest.of(content).equals(expected)) {
                return content;
            }
        }
        throw damaged(digest, "the " + length + " bytes at " + offset + " have another digest");
    }

    private byte[] download(String key, Digest digest, long offset, int length) {
        try (InputStream in = objects.open(key, offset, length)) {
            return in.readNBytes(length);
        } catch (ObjectStore.NoSuchObjectException e) {
            throw missing(digest);
        } catch (IOException e) {
            throw objects.interrupted(key, e);
        }
    }

    /**
     * Takes the blob out of use until its content is written again. What needs it is neither reused nor gone on from.
     *
     * @param reason for people
     */
    public void quarantine(Digest digest, String reason) {
        database.useTransaction(handle -> handle.createUpdate("""
                        update blob set state = 'QUARANTINED', quarantined_at = now(), quarantine_reason = :reason
                        where digest = :digest and state = 'STORED'""")
                .bind("digest", digest)
                .bind("reason", reason)
                .execute());
    }

    private CorruptBlobException damaged(Digest digest, String reason) {
        quarantine(digest, reason);
        return new CorruptBlobException(digest, reason);
    }

    private CorruptBlobException missing(Digest digest) {
        return damaged(digest, "the object store does not have it");
    }

    private enum State {
        STORED,
        QUARANTINED
    }

    /** The blob's state; a stored one is marked as relied upon, so that no sweep takes it. */
    private static Optional<State> touch(Handle handle, Digest digest) {
        return handle.createQuery("""
                        update blob set touched_at = case when state = 'STORED' then now() else touched_at end
                        where digest = :digest
                        returning state""").bind("digest", digest).mapTo(State.class).findOne();
    }

    private Optional<State> state(Digest digest) {
        return database.inTransaction(handle -> handle.createQuery("select state from blob where digest = :digest")
                .bind("digest", digest)
                .mapTo(State.class)
                .findOne());
    }

    /** The length of a blob that may be read. */
    private long requireStored(Digest digest) {
        Row row = database.inTransaction(handle -> handle.createQuery(
                        "select bytes, state, quarantine_reason from blob where digest = :digest")
                .bind("digest", digest)
                .map((result, context) -> new Row(
                        result.getLong("bytes"),
                        State.valueOf(result.getString("state")),
                        Columns.optionalText(result, "quarantine_reason")))
                .findOne()
                .orElseThrow(() -> new NotFoundException("there is no blob " + digest)));
        return switch (row.state()) {
            case STORED -> row.bytes();
            case QUARANTINED ->
                throw new CorruptBlobException(digest, row.reason().orElse("unknown"));
        };
    }

    private record Row(long bytes, State state, Optional<String> reason) {}

    /**
     * Stores a file's bytes without a row: the rows of a registry that is being restored come after.
     *
     * @param digest the file's, as just computed
     */
    public void putObject(Path file, Digest digest) {
        String key = key(digest);
        if (!objects.putIfAbsent(key, file, FileStamp.of(file).bytes()) && !isWhole(digest)) {
            objects.put(key, file);
        }
    }

    /** Every object in the store that is a blob's by its key, read page by page. */
    public Iterator<StoredObject> objects() {
        return objects.list(KEY_PREFIX);
    }

    /**
     * Deletes the objects that are marked for it in {@code blob_deletion}, but those whose content is being stored again,
     * or was.
     *
     * @throws ObjectStoreException when the store fails; what is marked stays so, and goes the next time
     */
    public void deleteMarked() {
        List<Digest> marked =
                database.inTransaction(handle -> handle.createQuery("select digest from blob_deletion order by digest")
                        .map((row, context) -> Columns.digest(row, "digest"))
                        .list());
        for (Digest digest : marked) {
            database.useTransaction(handle -> deleteMarked(handle, digest));
        }
    }

    private void deleteMarked(Handle handle, Digest digest) {
        boolean held = handle.createQuery("select 1 from blob_deletion where digest = :digest for update skip locked")
                .bind("digest", digest)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
        if (!held) {
            return;
        }
        boolean wanted = handle.createQuery("""
                        select exists (select 1 from blob where digest = :digest)
                            or exists (select 1 from blob_write_intent where digest = :digest)""")
                .bind("digest", digest)
                .mapTo(Boolean.class)
                .one();
        if (wanted) {
            return;
        }
        objects.delete(key(digest));
        handle.createUpdate("delete from blob_deletion where digest = :digest")
                .bind("digest", digest)
                .execute();
    }

    /**
     * Holds that the bucket is this registry's alone: the first to ask leaves its id there.
     *
     * @throws ConflictException when it is another's
     */
    public void requireOwnBucket() {
        String own = database.inTransaction(handle -> handle.createQuery("select id from registry_identity")
                        .mapTo(UUID.class)
                        .one())
                .toString();
        String found = bucketOwner().orElseGet(() -> {
            claim(own);
            return bucketOwner().orElse("");
        });
        if (!found.equals(own)) {
            throw new ConflictException("the bucket holds the objects of the registry " + found + "; this is " + own
                    + ". Give each registry a bucket of its own (FIRN_S3_BUCKET). If the other one is gone for good, delete the object "
                    + OWNER_KEY + " from the bucket");
        }
    }

    private Optional<String> bucketOwner() {
        try (InputStream in = objects.open(OWNER_KEY)) {
            return Optional.of(new String(in.readNBytes(OWNER_BYTES), StandardCharsets.UTF_8).strip());
        } catch (ObjectStore.NoSuchObjectException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw objects.interrupted(OWNER_KEY, e);
        }
    }

    private void claim(String id) {
        try {
            Path file = Files.createTempFile(spool, "owner-", ".spool");
            try {
                Files.writeString(file, id);
                objects.putIfAbsent(OWNER_KEY, file, Files.size(file));
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw local("content could not be spooled under " + spool, e);
        }
    }

    private static String key(Digest digest) {
        return KEY_PREFIX + digest.hex().substring(0, 2) + "/" + digest.hex();
    }

    private static RuntimeException local(String what, IOException exception) {
        String detail = String.valueOf(exception.getMessage());
        if (detail.contains("No space left on device") || detail.contains("Disk quota exceeded")) {
            return new StorageFullException(what + ": the disk is full; make room", exception);
        }
        return new UncheckedIOException(what + " (" + detail + ")", exception);
    }

    /** Ends the client; everything stored stays. */
    @Override
    public void close() {
        objects.close();
    }

    /** By what a change of a file shows. */
    private record FileStamp(long bytes, java.nio.file.attribute.FileTime modified) {
        static FileStamp of(Path file) {
            try {
                return new FileStamp(Files.size(file), Files.getLastModifiedTime(file));
            } catch (IOException e) {
                throw local("the file " + file + " could not be looked at", e);
            }
        }
    }
}
