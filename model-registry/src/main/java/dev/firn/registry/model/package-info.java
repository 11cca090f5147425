/**
 * Models, their versions, and the aliases that point to versions.
 *
 * <p>A version never changes once it is there. An alias moves; each move has a revision that never repeats, by which
 * two people who move it at the same time find out.
 */
package dev.firn.registry.model;
