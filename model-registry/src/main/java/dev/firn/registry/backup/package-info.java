/**
 * The whole registry in a folder, and back: the rows of one moment, and every blob that they name.
 *
 * <p>A backup is taken while runs go on. The rows are read in one snapshot; blobs never change and no collection works
 * meanwhile, so they may be copied after. A backup folder holds {@code backup.json}, which is written last and makes the
 * backup whole, a folder {@code rows-…} with a file for each table in PostgreSQL's text format and the list of the blobs,
 * and {@code blobs/}. Taking another backup into the same folder copies only the blobs that are new.
 *
 * <p>Every file is verified when it is restored, the rows by the digests in {@code backup.json}, the blobs by their names.
 *
 * <p>Limits: what lies outside of the registry (source files that specifications name by their path, downloaded Maven
 * artifacts, logs) is not part of it.
 */
package dev.firn.registry.backup;
