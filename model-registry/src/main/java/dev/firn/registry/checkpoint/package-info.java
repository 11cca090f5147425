/**
 * Checkpoints: points from which a stage can go on.
 *
 * <p>A checkpoint has an id of its own and points to an artifact; two may point to the same bytes. It exists when its
 * row is committed, never before.
 */
package dev.firn.registry.checkpoint;
