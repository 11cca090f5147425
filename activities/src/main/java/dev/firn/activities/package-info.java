/**
 * The durable steps of a run: each reads its inputs from the registry, lets the training library work, and publishes
 * what came out to the registry.
 *
 * <p>{@link dev.firn.activities.FirnWorker} serves the task queues; {@link dev.firn.activities.Stores} is what all of it
 * works on.
 */
package dev.firn.activities;
