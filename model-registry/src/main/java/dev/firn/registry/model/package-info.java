/**
 * Models, their versions, and the aliases that point to versions.
 *
 * <p>A version never changes once it is there. An alias moves; each move has a revision that never repeats, by which
 * two people who move it at the same time find out. A protected alias moves only when that is confirmed. What people say
 * of a version, its tags and whether it is laid aside, is no part of it.
 */
package dev.firn.registry.model;
