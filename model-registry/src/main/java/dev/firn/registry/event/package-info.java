/**
 * What happened in a run, one line each, in an order that never changes: what the page, the command line and the
 * event stream show.
 *
 * <p>Events are only ever added. Writers of the same run take turns until they commit, so a reader who has seen an id
 * will never find a smaller one appear later.
 */
package dev.firn.registry.event;
