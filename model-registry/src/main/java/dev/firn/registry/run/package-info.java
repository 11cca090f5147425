/**
 * Runs, their stages, and the attempts at them.
 *
 * <p>A run's state and its stages' states change by guarded updates only: the statement names the states it may start
 * from, and where none fits the change is refused with the reason. Whoever works on a stage takes its fence
 * ({@link dev.firn.registry.run.StageStore#begin}); the fence moves on with each attempt.
 *
 * <p>A stage that another run has already done is {@code REUSED}: it has the outputs of the execution it names.
 */
package dev.firn.registry.run;
