package dev.firn.registry.backup;

/**
 * What a backup holds.
 *
 * @param rows of all tables
 * @param blobs that are there and verified
 * @param bytes the sum of the blobs' sizes
 * @param copied blobs that were not there before
 * @param damaged blobs that the store could not give; what names them is neither reused nor gone on from
 */
public record BackupSummary(long rows, long blobs, long bytes, long copied, long damaged) {}
