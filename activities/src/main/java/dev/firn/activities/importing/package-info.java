/**
 * Models from elsewhere become versions of the registry: the archive of a folder is unpacked within bounds, read, written anew in one
 * layout, tried, and published. Files of pairs become datasets: every line is looked at, and they are published as they came. What is
 * refused leaves nothing behind.
 */
package dev.firn.activities.importing;
