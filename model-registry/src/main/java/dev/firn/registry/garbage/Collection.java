package dev.firn.registry.garbage;

/**
 * What a collection removed, or would remove.
 *
 * @param artifacts folders that nothing named
 * @param blobs files that no folder named
 * @param blobBytes the sum of their sizes
 * @param orphans objects in the store that the registry did not know
 * @param orphanBytes the sum of their sizes
 */
public record Collection(boolean dryRun, long artifacts, long blobs, long blobBytes, long orphans, long orphanBytes) {}
