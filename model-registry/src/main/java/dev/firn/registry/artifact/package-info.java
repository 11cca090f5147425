/**
 * Folders in the object store, content-addressed as a whole.
 *
 * <p>An artifact is a manifest blob that names each file with its digest, its length and the digests of its chunks of
 * 8 MiB, by which a part of a file can be verified without reading all of it. The manifest holds no clock and its files
 * are in the order of their names, so the same folder gives the same digest anywhere and at any time.
 *
 * <p>Files that were fetched or published here lie in a local cache; it is bounded, verified on use, and may be deleted
 * at any time. The idea of the manifest is the image manifest of the Open Container Initiative.
 */
package dev.firn.registry.artifact;
