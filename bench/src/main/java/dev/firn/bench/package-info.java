/**
 * The command {@code firn bench}: Firn's engine beside its peers on this machine, and beside the limits that the machine sets.
 *
 * <p>Runs of the peers are interleaved, so that what else the machine does meets them alike; figures are medians; the same number of
 * threads is given to each. A peer's own speed in a plain matrix product is told beside its time, so that a handicapped peer shows.
 *
 * <p>Limits: what is compared is the arithmetic. Reading, tokenising and collating texts is left out on all sides.
 */
package dev.firn.bench;
