package dev.firn.registry.garbage;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Columns;
import dev.firn.registry.ConflictException;
import dev.firn.registry.Digest;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.blob.BlobStore;
import dev.firn.registry.blob.StoredObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;

/** Removes what nothing names. Safe beside runs, and when it is broken off at any point. */
public final class GarbageCollector {
    /** What was written within this time is left alone, unless another is asked for. */
    public static final Duration USUAL_GRACE = Duration.ofHours(1);

    /** Held by whoever needs that no blob goes, as {@link RegistryDatabase#tryExclusively} does. */
    public static final String LOCK = "collection";

    private static final int BATCH = 1000;
    private static final Duration LONGEST_WRITE = Duration.ofDays(1);

    private final RegistryDatabase database;
    private final BlobStore blobs;

    public GarbageCollector(RegistryDatabase database, BlobStore blobs) {
        this.database = requireNonNull(database, "database is null");
        this.blobs = requireNonNull(blobs, "blobs is null");
    }

    /**
     * Removes what nothing names, from the registry and from the object store; or counts it.
     *
     * @param grace what was written within this time is left alone
     * @param dryRun only count
     * @throws ConflictException when another collection or a backup is under way, or the bucket holds another registry's objects
     */
    public Collection collect(Duration grace, boolean dryRun) {
        if (grace.isNegative()) {
            throw new IllegalArgumentException("a grace is not negative: " + grace);
        }
        AtomicReference<Collection> collection = new AtomicReference<>();
        boolean alone = database.tryExclusively(LOCK, () -> collection.set(collectAlone(grace, dryRun)));
        if (!alone) {
            throw new ConflictException("another collection or a backup is under way; try again when it has ended");
        }
        return collection.get();
    }

    private Collection collectAlone(Duration grace, boolean dryRun) {
        blobs.requireOwnBucket();
        Count rows = dryRun ? counted(grace) : swept(grace);
        Count orphans = orphans(grace, dryRun);
        if (!dryRun) {
            blobs.deleteMarked();
        }
        return new Collection(dryRun, rows.artifacts(), rows.blobs(), rows.bytes(), orphans.blobs(), orphans.bytes());
    }

    private Count counted(Duration grace) {
        return database.inTransaction(handle -> {
            handle.savepoint("before");
            Count count = Count.NONE;
            Batch batch = Batch.START;
            while (batch.more()) {
                batch = removeArtifacts(handle, batch, grace);
                count = count.plus(new Count(batch.removed(), 0, 0));
            }
            batch = Batch.START;
            while (batch.more()) {
                batch = removeBlobs(handle, batch, grace);
                count = count.plus(new Count(0, batch.removed(), batch.bytes()));
            }
            handle.rollbackToSavepoint("before");
            return count;
        });
    }

    private Count swept(Duration grace) {
        database.useTransaction(handle -> handle.createUpdate(
                        "delete from blob_write_intent where opened_at < now() - cast(:age as interval)")
                .bind("age", LONGEST_WRITE)
                .execute());
        Count count = Count.NONE;
        Batch batch = Batch.START;
        while (batch.more()) {
            Batch before = batch;
            batch = database.inTransaction(handle -> removeArtifacts(handle, before, grace));
            count = count.plus(new Count(batch.removed(), 0, 0));
        }
        batch = Batch.START;
        while (batch.more()) {
            Batch before = batch;
            batch = database.inTransaction(handle -> removeBlobs(handle, before, grace));
            count = count.plus(new Count(0, batch.removed(), batch.bytes()));
        }
        return count;
    }

    private static Batch removeArtifacts(Handle handle, Batch before, Duration grace) {
        String unnamed =
                " and t.touched_at < now() - cast(:grace as interval)" + unreferenced(handle, "artifact") + """
                 and t.digest not in (
                    with recursive lineage (digest) as (
                        select artifact from model_version
                        union
                        select e.input from lineage_edge e join lineage l on e.output = l.digest)
                    select digest from lineage)
                """;
        return remove(handle, before, grace, "artifact", unnamed, "");
    }

    private static Batch removeBlobs(Handle handle, Batch before, Duration grace) {
        String unnamed = " and t.touched_at < now() - cast(:grace as interval)" + unreferenced(handle, "blob")
                + " and not exists (select 1 from blob_write_intent i where i.digest = t.digest)";
        return remove(handle, before, grace, "blob", unnamed, """
                , marked as (
                    insert into blob_deletion (digest, bytes) select digest, bytes from gone
                    on conflict (digest) do nothing)
                """);
    }

    /**
     * Removes a batch of rows: locks them first, so that none comes to be named meanwhile, then asks again under the
     * locks. A row that somebody else holds is being named at this moment.
     */
    private static Batch remove(
            Handle handle, Batch before, Duration grace, String table, String unnamed, String afterwards) {
        List<Digest> candidates = handle.createQuery(
                        "select t.digest from " + table + " t where t.digest > decode(:after, 'hex')" + unnamed
                                + " order by t.digest limit :limit for update of t skip locked")
                .bind("after", before.last())
                .bind("grace", grace)
                .bind("limit", BATCH)
                .map((row, context) -> Columns.digest(row, "digest"))
                .list();
        if (candidates.isEmpty()) {
            return Batch.END;
        }
        return handle.createQuery("with gone as (delete from " + table + """
                         t where t.digest in (select decode(hex, 'hex') from unnest(:candidates) hex)
                        """ + unnamed + " returning t.digest, t.bytes)"
                        + afterwards
                        + " select count(*) as removed, coalesce(sum(bytes), 0) as bytes from gone")
                .bindArray(
                        "candidates",
                        String.class,
                        candidates.stream().map(Digest::hex).toList())
                .bind("grace", grace)
                .map((row, context) ->
                        new Batch(candidates.getLast().hex(), true, row.getLong("removed"), row.getLong("bytes")))
                .one();
    }

    /** That no row of any table refers to the row; the parts of it that go with it do not count. */
    private static String unreferenced(Handle handle, String table) {
        return String.join(
                "",
                handle.createQuery("""
                                select ' and not exists (select 1 from ' || cast(c.conrelid as regclass) || ' r where r.'
                                       || quote_ident(a.attname) || ' = t.digest)'
                                from pg_constraint c
                                join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
                                where c.contype = 'f' and c.confrelid = cast(:table as regclass) and c.confdeltype <> 'c'
                                order by c.conname""").bind("table", table).mapTo(String.class).list());
    }

    private Count orphans(Duration grace, boolean dryRun) {
        Instant young = Instant.now().minus(grace);
        Count count = Count.NONE;
        List<StoredObject> batch = new ArrayList<>();
        Iterator<StoredObject> objects = blobs.objects();
        while (objects.hasNext()) {
            StoredObject object = objects.next();
            if (object.modified().isBefore(young)) {
                batch.add(object);
            }
            if (batch.size() == BATCH || !objects.hasNext()) {
                count = count.plus(orphans(batch, dryRun));
                batch.clear();
            }
        }
        return count;
    }

    private Count orphans(List<StoredObject> objects, boolean dryRun) {
        String unknown = """
                from (select decode(hex, 'hex') as digest, bytes
                      from unnest(cast(:digests as text[]), cast(:bytes as bigint[])) as o (hex, bytes)) o
                where not exists (select 1 from blob b where b.digest = o.digest)
                  and not exists (select 1 from blob_write_intent i where i.digest = o.digest)
                  and not exists (select 1 from blob_deletion d where d.digest = o.digest)
                """;
        String sql = dryRun
                ? "select count(*) as objects, coalesce(sum(bytes), 0) as bytes " + unknown
                : "with marked as (insert into blob_deletion (digest, bytes) select digest, bytes " + unknown
                        + " on conflict (digest) do nothing returning bytes)"
                        + " select count(*) as objects, coalesce(sum(bytes), 0) as bytes from marked";
        return database.inTransaction(handle -> handle.createQuery(sql)
                .bindArray(
                        "digests",
                        String.class,
                        objects.stream().map(object -> object.digest().hex()).toList())
                .bindArray(
                        "bytes",
                        Long.class,
                        objects.stream().map(StoredObject::bytes).toList())
                .map((row, context) -> new Count(0, row.getLong("objects"), row.getLong("bytes")))
                .one());
    }

    private record Count(long artifacts, long blobs, long bytes) {
        static final Count NONE = new Count(0, 0, 0);

        Count plus(Count other) {
            return new Count(artifacts + other.artifacts, blobs + other.blobs, bytes + other.bytes);
        }
    }

    /** Where a sweep through a table stands. */
    private record Batch(String last, boolean more, long removed, long bytes) {
        static final Batch START = new Batch("", true, 0, 0);
        static final Batch END = new Batch("", false, 0, 0);
    }
}
