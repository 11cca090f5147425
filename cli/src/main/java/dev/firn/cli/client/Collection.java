package dev.firn.cli.client;

/**
 * What a collection removed, or would remove.
 *
 * @param artifacts folders that nothing named
 * @param blobs files that no folder named
 * @param orphans objects that the registry did not know
 */
public record Collection(boolean dryRun, long artifacts, long blobs, long blobBytes, long orphans, long orphanBytes) {}
