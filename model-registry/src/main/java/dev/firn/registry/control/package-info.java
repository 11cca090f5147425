/**
 * What people ask of a run while it runs: pause, stop, slow the learning rate.
 *
 * <p>A request is a row. Who works on the stage reads the open rows between steps and commits the step before which a
 * request takes effect, before that step runs; so a stage that goes on from a checkpoint applies the same requests at
 * the same steps.
 */
package dev.firn.registry.control;
