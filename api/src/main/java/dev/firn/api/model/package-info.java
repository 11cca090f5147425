/**
 * Models over REST: versions that never change, aliases that move, and the folder of a version for download.
 *
 * <p>An alias is guarded by its revision, sent as {@code ETag} and taken as {@code If-Match}. Archives are the same bytes
 * each time: entries by name, no clock in them.
 */
package dev.firn.api.model;
