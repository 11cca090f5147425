/**
 * What Firn remembers: rows in PostgreSQL, bytes in object storage.
 *
 * <p>PostgreSQL and the object store are the truth about every run; the workflow engine only executes. Each concept
 * has a package with its store and its records; the SQL is written out in the stores. This package holds what they
 * share: the database, identifiers, digests, pages and the reasons for refusal.
 *
 * <p>Three rules hold everywhere. A write on behalf of a stage names the {@link dev.firn.registry.StageToken} it was
 * given, and the token is checked in the transaction of the write, so an attempt that was replaced cannot publish.
 * A row that names bytes is committed after the bytes are complete. A listing is paged by key, never by offset.
 *
 * <p>Limits: PostgreSQL 15 or newer. All times come from the database's clock.
 *
 * <p>The idea of a fence is from Martin Kleppmann, "How to do distributed locking" (2016).
 */
package dev.firn.registry;
