/**
 * The stages of a run: their order, what each builds on, and the keys that tell whether one was done before.
 *
 * <p>A stage key is a digest over everything that a stage's outputs depend on, so that a finished stage can be taken
 * over by any run with the same key, and a dry run can tell beforehand what will be. The idea is that of build systems
 * with content-addressed caches (Bazel's action keys).
 */
package dev.firn.workflows.stage;
